import { CODEPOINT_MASK, WIDE } from './cell.ts'
import { type RowWriter, readRow } from './row.ts'

/** Columns read of a row, the widest session there is: bounds what a malformed count can cost. */
const MAX_COLUMNS = 2000

/** A row as text, with what is needed to find a piece of it on the screen again. */
export interface RowText {
  /** Empty cells are spaces; what is empty at the end of the row is left out, spaces that were printed are not. */
  readonly text: string
  /** Columns up to the end of the text. */
  readonly width: number
  /** Column of each UTF-16 unit of `text`; undefined when unit and column are the same number. */
  readonly columns: Uint16Array | undefined
}

/** Reads a row (row-format.ts) as text. */
export function readRowText(bytes: Uint8Array): RowText {
  if (isPlain(bytes)) {
    const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    const text = buffer.toString('latin1', 1)
    return { text, width: text.length, columns: undefined }
  }
  const writer = new ColumnWriter()
  readRow(bytes, writer)
  return writer.end()
}

/** Column in which unit `index` of the text begins; the end of the text is a place too. */
export function columnAt({ columns, width }: RowText, index: number): number {
  return columns === undefined ? Math.min(index, width) : (columns[index] ?? width)
}

/** First unit of the text that begins at `column` or after it. */
export function indexAt({ text, columns }: RowText, column: number): number {
  if (columns === undefined) return Math.min(column, text.length)
  let low = 0
  let high = columns.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (columns[middle]! < column) low = middle + 1
    else high = middle
  }
  return low
}

/** Printable ASCII in the default style is the text itself. */
function isPlain(bytes: Uint8Array): boolean {
  for (let at = 1; at < bytes.length; at++) {
    const byte = bytes[at]!
    if (byte < 0x20 || byte >= 0x7f) return false
  }
  return bytes.length > 0
}

class ColumnWriter implements RowWriter {
  #text = ''
  #columns: number[] = []
  #width = 0
  #differs = false

  style(): void {}

  cells(glyph: number, cluster: string | undefined, count: number): boolean {
    const codePoint = glyph & CODEPOINT_MASK
    const piece = cluster ?? (codePoint === 0 ? ' ' : String.fromCodePoint(codePoint))
    const cells = (glyph & WIDE) !== 0 ? 2 : 1
    if (piece.length !== cells || cells !== 1) this.#differs = true
    for (; count > 0 && this.#width < MAX_COLUMNS; count--) {
      for (let unit = 0; unit < piece.length; unit++) this.#columns.push(this.#width)
      this.#text += piece
      this.#width += cells
    }
    return this.#width < MAX_COLUMNS
  }

  end(): RowText {
    const columns = this.#differs ? Uint16Array.from(this.#columns) : undefined
    return { text: this.#text, width: this.#width, columns }
  }
}
