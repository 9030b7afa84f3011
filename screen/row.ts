import { CELL_SIZE, CLUSTER, CODEPOINT_MASK, SPACER, WIDE } from './cell.ts'
import type { Grid } from './grid.ts'
import * as format from './row-format.ts'

export { encodeRow, RowEncoder } from './row-encoder.ts'

const REPLACEMENT = 0xfffd
/** Cells a row without a grid may name, the widest session there is: bounds what a malformed count can cost. */
const MAX_COLUMNS = 2000

/** Fills row `y` of `grid` from its bytes. Malformed bytes leave the rest of the row blank; nothing is thrown. */
export function decodeRow(bytes: Uint8Array, grid: Grid, y: number): void {
  grid.clearRow(y)
  grid.wrapped[y] = rowIsWrapped(bytes) ? 1 : 0
  readRow(bytes, new GridWriter(grid, y))
}

/** The text of a row; empty cells are spaces, blanks at the end are left out. */
export function rowText(bytes: Uint8Array): string {
  const writer = new TextWriter()
  readRow(bytes, writer)
  return writer.text.trimEnd()
}

/** Whether the row continues the one above it (soft wrap). */
export function rowIsWrapped(bytes: Uint8Array): boolean {
  return bytes.length > 0 && (bytes[0]! & format.FLAG_WRAPPED) !== 0
}

/** What readRow reports to. `cells` answers false when it wants no more. */
export interface RowWriter {
  style(foreground: number, background: number, attributes: number, underlineColor: number, link: number): void
  /** `count` times the same glyph (0: empty); `cluster` is its text when it has several code points. */
  cells(glyph: number, cluster: string | undefined, count: number): boolean
}

class GridWriter implements RowWriter {
  readonly #grid: Grid
  readonly #cells: Uint32Array
  readonly #end: number
  #index: number
  #foreground = 0
  #background = 0
  #attributes = 0
  #underlineColor = 0
  #link = 0

  constructor(grid: Grid, y: number) {
    this.#grid = grid
    this.#cells = grid.cells
    this.#index = y * grid.cols
    this.#end = this.#index + grid.cols
  }

  style(foreground: number, background: number, attributes: number, underlineColor: number, link: number): void {
    this.#foreground = foreground
    this.#background = background
    this.#attributes = attributes
    this.#underlineColor = underlineColor
    this.#link = link
  }

  cells(glyph: number, cluster: string | undefined, count: number): boolean {
    const wide = (glyph & WIDE) !== 0
    for (; count > 0 && this.#index < this.#end; count--) {
      if (wide && this.#index + 1 === this.#end) {
        this.#put(0x20) // half a wide glyph cannot be drawn
        break
      }
      if (cluster !== undefined) this.#grid.clusters.set(this.#index, cluster)
      this.#put(glyph)
      if (wide) this.#put(SPACER)
    }
    return this.#index < this.#end
  }

  #put(glyph: number): void {
    const at = this.#index++ * CELL_SIZE
    const cells = this.#cells
    cells[at] = glyph
    cells[at + 1] = this.#foreground
    cells[at + 2] = this.#background
    cells[at + 3] = this.#attributes
    cells[at + 4] = this.#underlineColor
    cells[at + 5] = this.#link
  }
}

class TextWriter implements RowWriter {
  text = ''
  #columns = 0

  style(): void {}

  cells(glyph: number, cluster: string | undefined, count: number): boolean {
    count = Math.min(count, MAX_COLUMNS - this.#columns)
    this.#columns += count
    const codePoint = glyph & CODEPOINT_MASK
    const piece = cluster ?? (codePoint === 0 ? ' ' : String.fromCodePoint(codePoint))
    this.text += count === 1 ? piece : piece.repeat(count)
    return this.#columns < MAX_COLUMNS
  }
}

/** Walks the operations of a row, stopping at the first that is cut short or unknown. */
export function readRow(bytes: Uint8Array, writer: RowWriter): void {
  const reader = new Operands(bytes)
  let glyph = 0
  let cluster: string | undefined
  while (reader.at < bytes.length) {
    const op = bytes[reader.at++]!
    let count = 1
    if (op >= 0x20 && op < 0x7f) {
      glyph = op
      cluster = undefined
    } else if ((op & ~format.STYLE_MASK) === format.OP_STYLE) {
      const foreground = (op & format.STYLE_FOREGROUND) !== 0 ? reader.color() : 0
      const background = (op & format.STYLE_BACKGROUND) !== 0 ? reader.color() : 0
      const attributes = (op & format.STYLE_ATTRIBUTES) !== 0 ? reader.number() : 0
      const underlineColor = (op & format.STYLE_UNDERLINE_COLOR) !== 0 ? reader.color() : 0
      const link = (op & format.STYLE_LINK) !== 0 ? reader.number() : 0
      if (reader.failed) return
      writer.style(foreground, background, attributes, underlineColor, link)
      continue
    } else {
      switch (op) {
        case format.OP_EMPTY:
          glyph = 0
          cluster = undefined
          count = reader.number()
          break
        case format.OP_NARROW:
        case format.OP_WIDE:
          glyph = printable(reader.number()) | (op === format.OP_WIDE ? WIDE : 0)
          cluster = undefined
          break
        case format.OP_NARROW_CLUSTER:
        case format.OP_WIDE_CLUSTER:
          cluster = reader.text()
          glyph = (cluster.codePointAt(0) ?? REPLACEMENT) | CLUSTER | (op === format.OP_WIDE_CLUSTER ? WIDE : 0)
          break
        case format.OP_REPEAT:
          count = reader.number()
          break
        default:
          return
      }
      if (reader.failed) return
    }
    if (!writer.cells(glyph, cluster, count)) return
  }
}

/** Control characters must never reach a cell: the painter would send them to the user's terminal. */
function printable(codePoint: number): number {
  const control = codePoint < 0x20 || (codePoint >= 0x7f && codePoint < 0xa0)
  const surrogate = codePoint >= 0xd800 && codePoint < 0xe000
  return control || surrogate || codePoint > 0x10ffff ? REPLACEMENT : codePoint
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

/** Reads operands; once the bytes end early, `failed` is set and everything reads as 0. */
class Operands {
  at = 1
  failed = false
  readonly #bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  number(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#bytes[this.at++]
      if (byte === undefined) break
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value >>> 0
    }
    this.failed = true
    return 0
  }

  color(): number {
    const coded = this.number()
    const kind = coded & 3
    return kind === 0 || kind === 3 ? 0 : ((kind << 24) | ((coded >>> 2) & 0xffffff)) >>> 0
  }

  text(): string {
    const length = this.number()
    if (this.failed || length === 0 || this.at + length > this.#bytes.length) {
      this.failed = true
      return ''
    }
    const text = utf8.decode(this.#bytes.subarray(this.at, this.at + length))
    this.at += length
    return text.replace(/[\0-\x1f\x7f-\x9f]/g, '\ufffd')
  }
}
