import type { HistoryExtent } from '../../protocol/messages/ptyhost.ts'
import { RowEncoder } from '../../screen/row.ts'
import { CompactHistory } from './compact-history.ts'
import { encodeLine } from './xterm-cells.ts'
import type { XtermLine } from './xterm-internals.ts'

/** Bytes of rows in one answer: a message may have 16 MiB, and must not hold up the socket for long. */
const MAX_ANSWER_BYTES = 4 << 20

/** The lines above the screen that xterm still has, 0 the oldest. */
export interface RecentLines {
  readonly scrollbackLines: number
  scrollbackLine(index: number): XtermLine | undefined
}

/**
 * Everything above the screen: the compact history, then xterm's scrollback, as one sequence of lines addressed by
 * `{epoch, line}`.
 */
export class History {
  readonly #compact: CompactHistory
  readonly #recent: RecentLines
  readonly #encoder = new RowEncoder()
  #epoch = 1
  /** Index in the compact history of line 0 of this epoch. */
  #origin = 0

  constructor(maxBytes: number, recent: RecentLines) {
    this.#compact = new CompactHistory(maxBytes)
    this.#recent = recent
  }

  get extent(): HistoryExtent {
    const { first, end } = this.#compact
    return { epoch: this.#epoch, first: first - this.#origin, lines: end - first + this.#recent.scrollbackLines }
  }

  /** What is to be added to a line of this epoch to get its number over all epochs: {@link Emulator.prompts}. */
  get origin(): number {
    return this.#origin
  }

  /** Memory of the compact part. */
  get bytes(): number {
    return this.#compact.bytes
  }

  /** A line that leaves xterm. */
  push(line: XtermLine): void {
    this.#compact.push(line)
  }

  /** Lines that never were in xterm: {@link CompactHistory.adopt}. */
  adopt(block: Uint8Array, lineFeeds: Uint32Array, count: number): void {
    this.#compact.adopt(block, lineFeeds, count)
  }

  /** Numbers changed their meaning: counting starts anew with the oldest line that is kept. */
  startEpoch(): void {
    this.#epoch++
    this.#origin = this.#compact.first
  }

  clear(): void {
    this.#compact.clear()
    this.startEpoch()
  }

  /** Rows `from` to `from + count - 1` of this epoch, as far as they are kept and fit one answer. */
  rows(from: number, count: number): { from: number; rows: Uint8Array[] } {
    const { first, lines } = this.extent
    const start = Math.min(Math.max(from, first), first + lines)
    const end = Math.min(from + count, first + lines)
    const rows: Uint8Array[] = []
    let bytes = 0
    for (let line = start; line < end && bytes < MAX_ANSWER_BYTES; line++) {
      const row = this.row(line)
      if (row === undefined) break
      rows.push(row)
      bytes += row.length
    }
    return { from: start, rows }
  }

  /** One row of this epoch. */
  row(line: number): Uint8Array | undefined {
    const index = line + this.#origin
    if (index < this.#compact.end) return this.#compact.row(index)
    const recent = this.#recent.scrollbackLine(index - this.#compact.end)
    if (recent === undefined || index - this.#compact.end >= this.#recent.scrollbackLines) return undefined
    encodeLine(recent, this.#encoder, new Set())
    return this.#encoder.end()
  }
}
