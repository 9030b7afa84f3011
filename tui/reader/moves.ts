import type { Position } from '../../screen/logical-line.ts'
import { columnAt } from '../../screen/row-text.ts'
import { glyphAt, type TextSource } from './text-source.ts'
import { nextWord, previousWord, wordEnd } from './words.ts'

/** What part of the text a person sees. */
export interface Window {
  readonly top: number
  readonly rows: number
  readonly cols: number
}

/** Where a move leads from a place. Its column may lie past the end of the row: the caller knows what to do with that. */
export type Move = (source: TextSource, from: Position, window: Window) => Position

/** The moves of copy mode, by the names of their actions without `copy_`. */
export const MOVES: Readonly<Record<string, Move>> = {
  left: (source, from) => step(source, from, -1),
  right: (source, from) => step(source, from, 1),
  up: (_, { line, column }) => ({ line: line - 1, column }),
  down: (_, { line, column }) => ({ line: line + 1, column }),
  half_up: (_, { line, column }, { rows }) => ({ line: line - (rows >> 1), column }),
  half_down: (_, { line, column }, { rows }) => ({ line: line + (rows >> 1), column }),
  page_up: (_, { line, column }, { rows }) => ({ line: line - Math.max(1, rows - 2), column }),
  page_down: (_, { line, column }, { rows }) => ({ line: line + Math.max(1, rows - 2), column }),
  top: ({ first }) => ({ line: first, column: 0 }),
  bottom: (source) => ({ line: lastLine(source), column: 0 }),
  screen_top: (_, _from, { top }) => ({ line: top, column: 0 }),
  screen_middle: (_, _from, { top, rows }) => ({ line: top + (rows >> 1), column: 0 }),
  screen_bottom: (_, _from, { top, rows }) => ({ line: top + rows - 1, column: 0 }),
  line_start: (_, { line }) => ({ line, column: 0 }),
  line_first: (source, { line }) => {
    const text = source.text(line)
    return { line, column: text ? columnAt(text, text.text.search(/\S|$/)) : 0 }
  },
  line_end: (source, { line }) => {
    const text = source.text(line)
    return { line, column: text ? columnAt(text, Math.max(0, text.text.trimEnd().length - 1)) : 0 }
  },
  word_next: (source, from) => nextWord(source, from, 'word'),
  word_previous: (source, from) => previousWord(source, from, 'word'),
  word_end: (source, from) => wordEnd(source, from, 'word'),
  big_word_next: (source, from) => nextWord(source, from, 'bigWord'),
  big_word_previous: (source, from) => previousWord(source, from, 'bigWord'),
  big_word_end: (source, from) => wordEnd(source, from, 'bigWord'),
  paragraph_up: (source, from) => paragraph(source, from, -1),
  paragraph_down: (source, from) => paragraph(source, from, 1),
}

/** To the character beside; past the end of the text from column to column. */
function step(source: TextSource, { line, column }: Position, by: 1 | -1): Position {
  const row = source.text(line)
  if (row === undefined || column + Math.min(by, 0) >= row.width) return { line, column: column + by }
  const here = columnAt(row, glyphAt(row, column))
  if (by < 0) return { line, column: here === 0 ? 0 : columnAt(row, glyphAt(row, here - 1)) }
  let next = glyphAt(row, column) + 1
  while (next < row.text.length && columnAt(row, next) === here) next++
  return { line, column: columnAt(row, next) }
}

/** To the next blank line above or below. */
function paragraph(source: TextSource, { line }: Position, by: 1 | -1): Position {
  const isBlank = (at: number) => source.text(at)?.text.trim() === ''
  let at = line
  while (source.text(at) !== undefined && isBlank(at)) at += by
  while (source.text(at) !== undefined && !isBlank(at)) at += by
  return { line: at, column: 0 }
}

/** The last line with something on it: below it the screen may be empty. */
function lastLine(source: TextSource): number {
  let line = source.end - 1
  while (line > source.first && source.text(line)?.text.trim() === '') line--
  return line
}
