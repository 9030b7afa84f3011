import type { Position } from '../../screen/logical-line.ts'
import { columnAt } from '../../screen/row-text.ts'
import { comparePlaces } from './place.ts'
import { glyphAt, type TextSource } from './text-source.ts'
import { wordAround } from './words.ts'

/** What a selection grows by: characters, words, whole lines, or the columns between its corners. */
export type SelectionKind = 'char' | 'word' | 'line' | 'block'

/** A column after that of every row. */
export const PAST_END = 100_000

/** What is selected: from a place to the one before `to`. */
export interface SelectedRange {
  readonly from: Position
  readonly to: Position
  readonly block: boolean
}

/** A part of a terminal's text, between where it was begun and where it is drawn to; both belong to it. */
export class Selection {
  kind: SelectionKind
  anchor: Position
  head: Position

  constructor(kind: SelectionKind, anchor: Position, head: Position = anchor) {
    this.kind = kind
    this.anchor = anchor
    this.head = head
  }

  /** Draws from the other end from now on. */
  swap(): void {
    const { anchor } = this
    this.anchor = this.head
    this.head = anchor
  }

  range(source: TextSource): SelectedRange {
    const [start, end] =
      comparePlaces(this.anchor, this.head) <= 0 ? [this.anchor, this.head] : [this.head, this.anchor]
    switch (this.kind) {
      case 'char':
        return { from: start, to: afterGlyph(source, end), block: false }
      case 'word':
        return { from: wordAround(source, start).from, to: wordAround(source, end).to, block: false }
      case 'line': {
        const from = { line: source.logicalStart(start.line), column: 0 }
        return { from, to: { line: source.logicalEnd(end.line), column: PAST_END }, block: false }
      }
      case 'block': {
        const left = Math.min(start.column, end.column)
        const right = Math.max(start.column, end.column) + 1
        return { from: { line: start.line, column: left }, to: { line: end.line, column: right }, block: true }
      }
    }
  }
}

/** The columns of a row that belong to a range: from, to (exclusive); undefined for none. */
export function columnsOf({ from, to, block }: SelectedRange, line: number): readonly [number, number] | undefined {
  if (line < from.line || line > to.line) return undefined
  const start = block || line === from.line ? from.column : 0
  const end = block || line === to.line ? to.column : PAST_END
  return start < end ? [start, end] : undefined
}

/** The place after the character at a place. */
function afterGlyph(source: TextSource, { line, column }: Position): Position {
  const row = source.text(line)
  if (row === undefined || column >= row.width) return { line, column: column + 1 }
  const index = glyphAt(row, column)
  let next = index + 1
  while (next < row.text.length && columnAt(row, next) <= column) next++
  return { line, column: Math.max(column + 1, columnAt(row, next)) }
}
