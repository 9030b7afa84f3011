import { CELL_SIZE, CLUSTER, CODEPOINT_MASK, SPACER, WIDE } from './cell.ts'
import type { Grid } from './grid.ts'
import * as format from './row-format.ts'

/** UTF-16 units kept of one cluster: a family with skin tones has 23; a thousand accents on one letter are an attack. */
const MAX_CLUSTER = 64
/** Bytes one flush can write besides a cluster's text: a style (24), a glyph (6), a repeat (6), with room to spare. */
const FLUSH_ROOM = 64
/** Repeats from here on are shorter as an operation than written out. */
const MIN_REPEAT = 3

/**
 * Turns cells into the bytes of row-format.ts. One encoder serves any number of rows; it allocates nothing per cell.
 *
 * ```ts
 * encoder.begin(false)
 * for (const cell of row) encoder.cell(cell.glyph, undefined, cell.fg, cell.bg, 0, 0, 0)
 * const bytes = encoder.end()
 * ```
 */
export class RowEncoder {
  #buffer = new Uint8Array(1024)
  #length = 0
  /** The run being collected: a glyph (0 for empty cells), how often, and whether its style is yet to be written. */
  #glyph = 0
  #count = 0
  #styleChanged = false
  #afterWide = false
  #foreground = 0
  #background = 0
  #attributes = 0
  #underlineColor = 0
  #link = 0
  readonly #utf8 = new TextEncoder()

  /** Starts a row. `wrapped`: it continues the row above (soft wrap). */
  begin(wrapped: boolean): void {
    this.#buffer[0] = wrapped ? format.FLAG_WRAPPED : 0
    this.#length = 1
    this.#glyph = this.#count = 0
    this.#foreground = this.#background = this.#attributes = this.#underlineColor = this.#link = 0
    this.#styleChanged = this.#afterWide = false
  }

  /**
   * Adds the next cell, in the layout of cell.ts. The spacer after a wide glyph may be given or left out. `cluster` is
   * the text of a glyph with the CLUSTER flag (whose code point is then not looked at).
   */
  cell(
    glyph: number,
    cluster: string | undefined,
    foreground: number,
    background: number,
    attributes: number,
    underlineColor: number,
    link: number,
  ): void {
    if ((glyph & SPACER) !== 0) {
      if (this.#afterWide) {
        this.#afterWide = false
        return
      }
      glyph = 0
    }
    this.#afterWide = (glyph & WIDE) !== 0
    if (
      foreground !== this.#foreground ||
      background !== this.#background ||
      attributes !== this.#attributes ||
      underlineColor !== this.#underlineColor ||
      link !== this.#link
    ) {
      this.#flush()
      this.#foreground = foreground
      this.#background = background
      this.#attributes = attributes
      this.#underlineColor = underlineColor
      this.#link = link
      this.#styleChanged = true
    }
    if ((glyph & CLUSTER) !== 0 && cluster) {
      this.#flush()
      this.#writeCluster(cluster, (glyph & WIDE) !== 0)
      return
    }
    glyph &= CODEPOINT_MASK | WIDE
    if ((glyph & CODEPOINT_MASK) === 0) glyph = 0
    if (glyph === this.#glyph) {
      this.#count++
      return
    }
    this.#flush()
    this.#glyph = glyph
    this.#count = 1
  }

  /** Ends the row and returns a copy of its bytes. */
  end(): Uint8Array {
    if (!(this.#glyph === 0 && this.#isDefaultStyle())) this.#flush()
    return this.#buffer.slice(0, this.#length)
  }

  #flush(): void {
    const count = this.#count
    if (count === 0) return
    this.#count = 0
    this.#reserve(FLUSH_ROOM)
    this.#writeStyle()
    const glyph = this.#glyph
    if (glyph === 0) {
      this.#buffer[this.#length++] = format.OP_EMPTY
      this.#writeNumber(count)
      return
    }
    this.#writeGlyph(glyph)
    if (count > MIN_REPEAT) {
      this.#buffer[this.#length++] = format.OP_REPEAT
      this.#writeNumber(count - 1)
    } else {
      for (let written = 1; written < count; written++) this.#writeGlyph(glyph)
    }
  }

  #writeStyle(): void {
    if (!this.#styleChanged) return
    this.#styleChanged = false
    const at = this.#length++
    let present = 0
    if (this.#foreground !== 0) {
      present |= format.STYLE_FOREGROUND
      this.#writeColor(this.#foreground)
    }
    if (this.#background !== 0) {
      present |= format.STYLE_BACKGROUND
      this.#writeColor(this.#background)
    }
    if (this.#attributes !== 0) {
      present |= format.STYLE_ATTRIBUTES
      this.#writeNumber(this.#attributes)
    }
    if (this.#underlineColor !== 0) {
      present |= format.STYLE_UNDERLINE_COLOR
      this.#writeColor(this.#underlineColor)
    }
    if (this.#link !== 0) {
      present |= format.STYLE_LINK
      this.#writeNumber(this.#link)
    }
    this.#buffer[at] = format.OP_STYLE | present
  }

  #writeGlyph(glyph: number): void {
    if (glyph >= 0x20 && glyph < 0x7f) {
      this.#buffer[this.#length++] = glyph
      return
    }
    this.#buffer[this.#length++] = (glyph & WIDE) !== 0 ? format.OP_WIDE : format.OP_NARROW
    this.#writeNumber(glyph & CODEPOINT_MASK)
  }

  #writeCluster(text: string, wide: boolean): void {
    if (text.length > MAX_CLUSTER) text = text.slice(0, MAX_CLUSTER).toWellFormed()
    const bytes = this.#utf8.encode(text)
    this.#reserve(FLUSH_ROOM + bytes.length)
    this.#writeStyle()
    this.#buffer[this.#length++] = wide ? format.OP_WIDE_CLUSTER : format.OP_NARROW_CLUSTER
    this.#writeNumber(bytes.length)
    this.#buffer.set(bytes, this.#length)
    this.#length += bytes.length
    this.#glyph = 0 // never collected into a run: the next glyph starts its own
  }

  #writeColor(color: number): void {
    this.#writeNumber(((color & 0xffffff) << 2) | (color >>> 24))
  }

  #writeNumber(value: number): void {
    value >>>= 0
    while (value > 0x7f) {
      this.#buffer[this.#length++] = (value & 0x7f) | 0x80
      value >>>= 7
    }
    this.#buffer[this.#length++] = value
  }

  #isDefaultStyle(): boolean {
    return (
      this.#foreground === 0 &&
      this.#background === 0 &&
      this.#attributes === 0 &&
      this.#underlineColor === 0 &&
      this.#link === 0
    )
  }

  #reserve(room: number): void {
    if (this.#length + room <= this.#buffer.length) return
    const larger = new Uint8Array(Math.max(this.#buffer.length * 2, this.#length + room))
    larger.set(this.#buffer.subarray(0, this.#length))
    this.#buffer = larger
  }
}

/** The bytes of row `y` of a grid. */
export function encodeRow(grid: Grid, y: number, encoder = new RowEncoder()): Uint8Array {
  const { cells, cols } = grid
  encoder.begin(grid.wrapped[y] === 1)
  for (let x = 0, index = y * cols, at = index * CELL_SIZE; x < cols; x++, index++, at += CELL_SIZE) {
    const glyph = cells[at]!
    const cluster = (glyph & CLUSTER) !== 0 ? grid.clusters.get(index) : undefined
    encoder.cell(glyph, cluster, cells[at + 1]!, cells[at + 2]!, cells[at + 3]!, cells[at + 4]!, cells[at + 5]!)
  }
  return encoder.end()
}
