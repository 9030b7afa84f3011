import stringWidth from 'string-width'
import { CLUSTER, WIDE } from '../../screen/cell.ts'

/** A grapheme cluster as a cell holds it. */
export interface Glyph {
  text: string
  /** Cells: 1 or 2; 0 for what is not drawn. */
  width: number
  /** The cell's GLYPH number (screen/cell.ts). */
  code: number
}

/** Clusters remembered; agents' titles use a few hundred. */
const MAX_GLYPHS = 8192

/** Texts whose glyphs are remembered; a screen shows a hundred, most of them again in the next frame. */
const MAX_TEXTS = 1024

/** What may join its neighbour in one cluster. Text without any is as many clusters as code points. */
const JOINING = /[\p{M}\p{Cf}\p{RI}\p{EMod}\u1100-\u11ff\ua960-\ua97c\ud7b0-\ud7fb\u0e33\u0eb3\uff9e\uff9f]/u

/** Cuts text into glyphs and knows their widths, remembering both. */
export class Glyphs {
  readonly #segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
  readonly #known = new Map<string, Glyph>()
  readonly #texts = new Map<string, readonly Glyph[]>()

  /** The glyphs of a text, those without width left out. */
  split(text: string): readonly Glyph[] {
    const known = this.#texts.get(text)
    if (known) return known
    const glyphs: Glyph[] = []
    for (const cluster of this.#clusters(text)) {
      const glyph = this.#glyph(cluster)
      if (glyph.width > 0) glyphs.push(glyph)
    }
    if (this.#texts.size >= MAX_TEXTS) this.#texts.clear()
    this.#texts.set(text, glyphs)
    return glyphs
  }

  /** Cells that a text takes in one line. */
  width(text: string): number {
    let width = 0
    for (const glyph of this.split(text)) width += glyph.width
    return width
  }

  /** The segmenter is the last resort: it takes microseconds a cluster and leaves much for the garbage collector. */
  #clusters(text: string): Iterable<string> {
    return JOINING.test(text) ? [...this.#segmenter.segment(text)].map(({ segment }) => segment) : text
  }

  #glyph(text: string): Glyph {
    const known = this.#known.get(text)
    if (known) return known
    const width = Math.min(2, stringWidth(text))
    const codePoint = text.codePointAt(0)!
    const single = text.length === (codePoint > 0xffff ? 2 : 1)
    const code = codePoint | (single ? 0 : CLUSTER) | (width === 2 ? WIDE : 0)
    const glyph = { text, width, code }
    if (this.#known.size >= MAX_GLYPHS) this.#known.clear()
    this.#known.set(text, glyph)
    return glyph
  }
}
