import { CLUSTER, WIDE } from '../../screen/cell.ts'
import { eachCluster } from '../../screen/width.ts'

/** A grapheme cluster as a cell holds it. */
export interface Glyph {
  text: string
  /** Cells: 1 or 2. */
  width: number
  /** The cell's GLYPH number (screen/cell.ts). */
  code: number
}

/** Clusters remembered; agents' titles use a few hundred. */
const MAX_GLYPHS = 8192

/** Texts whose glyphs are remembered; a screen shows a hundred, most of them again in the next frame. */
const MAX_TEXTS = 1024

/** Cuts text into glyphs, remembering them: segmenting each text in each frame kept the garbage collector busy. */
export class Glyphs {
  readonly #known = new Map<string, Glyph>()
  readonly #texts = new Map<string, readonly Glyph[]>()

  /** The glyphs of a text, those without width left out. */
  split(text: string): readonly Glyph[] {
    const known = this.#texts.get(text)
    if (known) return known
    const glyphs: Glyph[] = []
    eachCluster(text, (cluster, width) => {
      if (width > 0) glyphs.push(this.#glyph(cluster, width))
    })
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

  #glyph(text: string, cells: number): Glyph {
    const known = this.#known.get(text)
    if (known) return known
    const width = Math.min(2, cells)
    const codePoint = text.codePointAt(0)!
    const single = text.length === (codePoint > 0xffff ? 2 : 1)
    const code = codePoint | (single ? 0 : CLUSTER) | (width === 2 ? WIDE : 0)
    const glyph = { text, width, code }
    if (this.#known.size >= MAX_GLYPHS) this.#known.clear()
    this.#known.set(text, glyph)
    return glyph
  }
}
