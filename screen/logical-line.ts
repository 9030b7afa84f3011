import { columnAt, type RowText } from './row-text.ts'

/** Where something stands: a line of the history or the screen, and a column of it. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** Rows that belong together by soft wraps, as one text. */
export class LogicalLine {
  /** Number of its first row. */
  readonly first: number
  readonly text: string
  readonly #rows: readonly RowText[]
  /** Where each row begins in `text`. */
  readonly #starts: readonly number[]

  constructor(first: number, rows: readonly RowText[]) {
    this.first = first
    this.#rows = rows
    let length = 0
    this.#starts = rows.map(({ text }) => {
      const start = length
      length += text.length
      return start
    })
    this.text = rows.length === 1 ? rows[0]!.text : rows.map(({ text }) => text).join('')
  }

  /** Where unit `index` of the text stands. */
  position(index: number): Position {
    let row = this.#rows.length - 1
    while (row > 0 && this.#starts[row]! > index) row--
    return { line: this.first + row, column: columnAt(this.#rows[row]!, index - this.#starts[row]!) }
  }

  /** Where what ends before unit `index` ends, within the row of its last unit: the column after it. */
  end(index: number): Position {
    let row = this.#rows.length - 1
    while (row > 0 && this.#starts[row]! >= index) row--
    return { line: this.first + row, column: columnAt(this.#rows[row]!, index - this.#starts[row]!) }
  }
}
