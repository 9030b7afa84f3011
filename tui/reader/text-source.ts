import { LogicalLine, type Position } from '../../screen/logical-line.ts'
import { rowIsWrapped } from '../../screen/row.ts'
import { indexAt, type RowText, readRowText } from '../../screen/row-text.ts'

/** Rows that are joined to one text at most. */
const MAX_JOINED_ROWS = 200

/** Rows by the numbers of their lines. */
export interface Rows {
  /** Number of the oldest line, and the number after the last. */
  readonly first: number
  readonly end: number
  /** Undefined outside, and until it has arrived. */
  row(line: number): Uint8Array | undefined
}

/** The text of a terminal's rows, as far as they are here. For one key or click: it remembers what it has read. */
export class TextSource {
  readonly #rows: Rows
  readonly #texts = new Map<number, RowText | undefined>()

  constructor(rows: Rows) {
    this.#rows = rows
  }

  get first(): number {
    return this.#rows.first
  }

  get end(): number {
    return this.#rows.end
  }

  /** A row's text; undefined outside, and until it has arrived. */
  text(line: number): RowText | undefined {
    const known = this.#texts.get(line)
    if (known !== undefined) return known
    const row = this.#rows.row(line)
    const text = row && readRowText(row)
    this.#texts.set(line, text)
    return text
  }

  /** Whether a row continues the one above it. */
  isWrapped(line: number): boolean {
    const row = this.#rows.row(line)
    return row !== undefined && rowIsWrapped(row)
  }

  /** First row of the logical line that `line` belongs to. */
  logicalStart(line: number): number {
    let first = line
    while (first > this.first && line - first < MAX_JOINED_ROWS && this.isWrapped(first)) first--
    return first
  }

  /** Last row of the logical line that `line` belongs to. */
  logicalEnd(line: number): number {
    let last = line
    while (last + 1 < this.end && last - line < MAX_JOINED_ROWS && this.isWrapped(last + 1)) last++
    return last
  }

  /** The logical line that `line` belongs to, and which unit of its text stands at `column` there. */
  logicalLine({ line, column }: Position): { readonly joined: LogicalLine; readonly index: number } {
    const first = this.logicalStart(line)
    const rows: RowText[] = []
    let index = 0
    for (let at = first; at <= this.logicalEnd(line); at++) {
      const row = this.text(at) ?? { text: '', width: 0, columns: undefined }
      if (at < line) index += row.text.length
      else if (at === line) index += glyphAt(row, column)
      rows.push(row)
    }
    return { joined: new LogicalLine(first, rows), index }
  }
}

/** The unit of the text that stands at a column: also in the right half of a wide character. */
export function glyphAt(row: RowText, column: number): number {
  const index = indexAt(row, column)
  if (row.columns === undefined || (row.columns[index] === column && index < row.text.length)) return index
  if (column >= row.width) return row.text.length
  return indexAt(row, row.columns[index - 1]!)
}
