import type { Position } from '../../screen/logical-line.ts'
import { rowIsWrapped } from '../../screen/row.ts'
import { indexAt, readRowText } from '../../screen/row-text.ts'
import type { TerminalLines } from './terminal-lines.ts'

/**
 * UTF-16 units in one answer: what a socket takes at once without holding anybody up. Larger texts also are large
 * objects to V8, of which a few dozen make it collect the whole heap: 6 ms in which no key is echoed.
 */
const MAX_LENGTH = 48 << 10
/** Lines between two looks at the clock. */
const LINES_PER_LOOK = 16

export interface Range {
  readonly from: Position
  /** Its column is the first that does not belong to the range. */
  readonly to: Position
  /** The columns between those of `from` and `to`, of every line, instead of everything in between. */
  readonly block: boolean
}

export interface CopiedText {
  readonly text: string
  /** The line to go on with; absent when all of it is here. */
  readonly next?: number
}

/**
 * The text of a range, as far as one slice reaches: blanks at the ends of lines left out, rows that a soft wrap divides
 * joined. What is not kept any more is left out.
 * @param sliceEnd when (performance.now()) the answer is to leave, and everybody else gets a turn
 */
export function copyText(lines: TerminalLines, { from, to, block }: Range, sliceEnd: number): CopiedText {
  const pieces: string[] = []
  const last = Math.min(to.line, lines.end - 1)
  let length = 0
  for (let line = Math.max(from.line, lines.first); line <= last; line++) {
    const row = lines.row(line)
    if (row === undefined) break
    const piece = readRowText(row)
    const start = block || line === from.line ? from.column : 0
    const end = block || line === to.line ? to.column : Number.POSITIVE_INFINITY
    const text = piece.text.slice(indexAt(piece, start), indexAt(piece, end))
    const goesOn = !block && line < last && continues(lines.row(line + 1))
    pieces.push(goesOn ? text : text.trimEnd(), goesOn || line === last ? '' : '\n')
    length += text.length
    const due = length > MAX_LENGTH || ((line & (LINES_PER_LOOK - 1)) === 0 && performance.now() > sliceEnd)
    if (due && line < last) return { text: pieces.join(''), next: line + 1 }
  }
  return { text: pieces.join('') }
}

function continues(row: Uint8Array | undefined): boolean {
  return row !== undefined && rowIsWrapped(row)
}
