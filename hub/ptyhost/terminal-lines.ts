import { RowEncoder } from '../../screen/row.ts'
import type { Emulator } from './emulator.ts'
import type { History } from './history.ts'
import { encodeLine } from './xterm-cells.ts'

/**
 * What a terminal holds at one moment, as one sequence of rows: the history's lines by their numbers, then the screen's
 * as if they were next. On the alternate screen there is only the screen. Valid until the next parse or resize.
 */
export class TerminalLines {
  readonly epoch: number
  /** Number of the oldest line. */
  readonly first: number
  /** Number of the screen's top row. */
  readonly bottom: number
  /** Number after the screen's last row. */
  readonly end: number
  readonly #emulator: Emulator
  readonly #history: History
  readonly #encoder = new RowEncoder()
  readonly #links = new Set<number>()

  constructor({ emulator, history }: { readonly emulator: Emulator; readonly history: History }) {
    const { epoch, first, lines } = history.extent
    this.#emulator = emulator
    this.#history = history
    this.epoch = epoch
    this.bottom = first + lines
    this.first = emulator.onAlternateScreen ? this.bottom : first
    this.end = this.bottom + emulator.rows
  }

  /** A row as bytes of screen/row-format.ts; undefined outside. */
  row(line: number): Uint8Array | undefined {
    if (line < this.first || line >= this.end) return undefined
    if (line < this.bottom) return this.#history.row(line)
    const row = this.#emulator.screenLine(line - this.bottom)
    if (row === undefined) return undefined
    encodeLine(row, this.#encoder, this.#links)
    this.#links.clear()
    return this.#encoder.end()
  }
}
