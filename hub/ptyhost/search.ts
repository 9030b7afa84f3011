import { RequestError } from '../../protocol/errors.ts'
import { LogicalLine } from '../../screen/logical-line.ts'
import { rowIsWrapped } from '../../screen/row.ts'
import { type RowText, readRowText } from '../../screen/row-text.ts'
import type { BoundedRun } from './bounded-run.ts'
import type { TerminalLines } from './terminal-lines.ts'

/** Milliseconds of work after which an expression is taken for one that never ends: no line takes so long otherwise. */
const STUCK_MS = 25
/** Tries to get that much work done at once, each with twice the time of the one before: 0.8 s in all. */
const MAX_TRIES = 5
/** How much of its time a try must have worked for that: a little of it goes into starting and stopping. */
const WORKED = 0.8
/** Lines between two looks at the clock. */
const LINES_PER_LOOK = 16
/** Rows that are joined to one text at most: a program that never ends its lines must not make one line of them all. */
const MAX_JOINED_ROWS = 200
/** Matches in one answer: 16 bytes each. */
const MAX_MATCHES = 4096

export interface Query {
  readonly pattern: string
  readonly regex: boolean
  readonly caseSensitive: boolean
}

export interface Found {
  /** All lines from here up to where the search began were searched; the next one goes on before it. */
  readonly next: number
  /** Start line and column, end line and column (exclusive) of each match, from the top down. */
  readonly matches: Int32Array
}

/** What it may take. */
export interface SearchMeans {
  /** When (performance.now()) the answer is to leave, and everybody else gets a turn. */
  readonly sliceEnd: number
  readonly bounded: BoundedRun
}

/**
 * Searches from line `until` (exclusive) upward, as far as one slice reaches, at most to the line that `from` belongs to.
 * @throws RequestError `bad_pattern`, or `too_slow` when the expression does not get through a single line
 */
export function searchUp(
  lines: TerminalLines,
  query: Query,
  { from, until }: { readonly from: number; readonly until: number },
  means: SearchMeans,
): Found {
  const expression = compile(query)
  const start = Math.min(until, lines.end)
  const stop = Math.max(from, lines.first)
  const found: number[][] = []
  let next = start
  let count = 0
  let sliceEnd = 0
  let begun = process.threadCpuUsage()
  const slice = () => {
    begun = process.threadCpuUsage() // what is to be compiled or made before the first search is not the expression's
    for (let looked = 1; next > stop && count < MAX_MATCHES; looked++) {
      const bytes = lines.row(next - 1)!
      const row = readRowText(bytes)
      if (rowIsWrapped(bytes) || isFound(row.text.trimEnd(), expression)) {
        const line = joinUp(lines, next - 1, bytes, row)
        const matches = matchesIn(line, expression)
        if (matches.length > 0) found.push(matches)
        count += matches.length / 4
        next = line.first
      } else next-- // most lines: nothing is made for them that would have to be collected
      if (looked % LINES_PER_LOOK === 0 && performance.now() > sliceEnd) return
    }
  }
  for (let tries = 1; ; tries++) {
    sliceEnd = means.sliceEnd
    if (means.bounded.run(slice, STUCK_MS * 2 ** (tries - 1)) || next < start) break
    const { user, system } = process.threadCpuUsage(begun)
    if (user + system < STUCK_MS * 1000 * WORKED && tries < MAX_TRIES) continue // it was not this thread's turn
    throw new RequestError({ code: 'too_slow', message: 'this expression takes too long; simplify it' })
  }
  return { next, matches: Int32Array.from(found.reverse().flat()) }
}

/** @throws RequestError `bad_pattern` */
function compile({ pattern, regex, caseSensitive }: Query): RegExp {
  const source = regex ? pattern : pattern.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
  const flags = caseSensitive ? 'g' : 'gi'
  try {
    return new RegExp(source, `${flags}u`)
  } catch {
    // Without Unicode rules more is allowed, such as escapes that mean nothing.
  }
  try {
    return new RegExp(source, flags)
  } catch (error) {
    throw new RequestError({ code: 'bad_pattern', message: (error as Error).message })
  }
}

function isFound(text: string, expression: RegExp): boolean {
  expression.lastIndex = 0
  return expression.test(text)
}

/** The logical line that ends with row `last`, which is `bytes` and reads `row`. */
function joinUp(lines: TerminalLines, last: number, bytes: Uint8Array, row: RowText): LogicalLine {
  const rows = [row]
  let first = last
  while (rowIsWrapped(bytes) && rows.length < MAX_JOINED_ROWS) {
    const above = lines.row(first - 1)
    if (above === undefined) break
    bytes = above
    first--
    rows.push(readRowText(bytes))
  }
  return new LogicalLine(first, rows.reverse())
}

function matchesIn(line: LogicalLine, expression: RegExp): number[] {
  const matches: number[] = []
  const text = line.text.trimEnd()
  expression.lastIndex = 0
  for (let match = expression.exec(text); match !== null; match = expression.exec(text)) {
    const length = match[0].length
    if (length === 0) {
      expression.lastIndex++ // nothing is nowhere to be seen
      continue
    }
    const start = line.position(match.index)
    const end = line.end(match.index + length)
    matches.push(start.line, start.column, end.line, end.column)
  }
  return matches
}
