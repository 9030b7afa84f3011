import type { Announcement } from '../../hub/ptyhost/announcements.ts'
import { Emulator } from '../../hub/ptyhost/emulator.ts'
import { History } from '../../hub/ptyhost/history.ts'
import { ScreenRows } from '../../hub/ptyhost/screen-rows.ts'
import { rowText } from '../../screen/row.ts'

/** An emulator with its history and nothing around it. */
export class TestTerminal {
  readonly emulator: Emulator
  readonly history: History
  readonly rows: ScreenRows
  readonly announcements: Announcement[] = []
  readonly errors: unknown[] = []
  replies = ''

  constructor({ cols = 80, rows = 24, scrollback = 100, historyBytes = 16 << 20 } = {}) {
    this.emulator = new Emulator({
      cols,
      rows,
      scrollback,
      version: '1.2.3',
      events: {
        reply: (data) => {
          this.replies += data
        },
        lineLeaves: (line) => this.history.push(line),
        historyCleared: () => this.history.clear(),
        historyRearranged: () => this.history.startEpoch(),
        synchronizedUpdateEnded() {},
        announce: (announcement) => this.announcements.push(announcement),
        failed: (error) => this.errors.push(error),
      },
    })
    this.history = new History(historyBytes, this.emulator)
    this.rows = new ScreenRows(this.emulator)
  }

  write(text: string | Uint8Array): void {
    this.emulator.parse(typeof text === 'string' ? Buffer.from(text) : text)
  }

  /** What the program is answered to `query`. */
  ask(query: string): string {
    this.replies = ''
    this.write(query)
    return this.replies
  }

  get screen(): string[] {
    this.rows.update(true)
    return this.rows.rows.map(({ bytes }) => rowText(bytes))
  }

  /** Every line that is kept above the screen. */
  get above(): string[] {
    const { first, lines } = this.history.extent
    return this.history.rows(first, lines).rows.map(rowText)
  }

  /** Everything from the oldest line to the bottom of the screen, without blank lines at the end. */
  get everything(): string[] {
    const all = [...this.above, ...this.screen]
    while (all.at(-1) === '') all.pop()
    return all
  }
}

/** `first` to `last`, one number a line, as `seq` prints it. */
export function numbers(first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, index) => String(first + index))
}
