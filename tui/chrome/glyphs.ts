import stringWidth from 'string-width'
import { CLUSTER, WIDE } from '../../screen/cell.ts'

/** A grapheme cluster as a cell holds it. */
export interface Glyph {
  text: string
  /** Cells: 0 (joins nothing to join to, not drawn), 1 or 2. */
  width: number
  /** The cell's GLYPH number (screen/cell.ts). */
  code: number
}

/** Clusters remembered; agents' titles use a few hundred. */
const MAX_GLYPHS = 8192

/** Cuts text into glyphs and knows their widths, remembering both: asking string-width takes microseconds a cluster. */
export class Glyphs {
  readonly #segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
  readonly #known = new Map<string, Glyph>()

  /** The glyphs of a text, those without width left out. */
  split(text: string): Glyph[] {
    const glyphs: Glyph[] = []
    if (isAscii(text)) {
      for (const character of text) glyphs.push(this.#glyph(character))
      return glyphs
    }
    for (const { segment } of this.#segmenter.segment(text)) {
      const glyph = this.#glyph(segment)
      if (glyph.width > 0) glyphs.push(glyph)
    }
    return glyphs
  }

  /** Cells that a text takes in one line. */
  width(text: string): number {
    if (isAscii(text)) return text.length
    let width = 0
    for (const { segment } of this.#segmenter.segment(text)) width += this.#glyph(segment).width
    return width
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

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    if (text.charCodeAt(index) > 0x7e) return false
  }
  return true
}
