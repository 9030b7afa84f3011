import type { Timer } from '../../../tui/input/decoder.ts'

/** A clock that stands still until it is moved on. */
export class FakeTimer {
  #now = 0
  #due: { at: number; callback: () => void }[] = []

  readonly start: Timer = (callback, milliseconds) => {
    const entry = { at: this.#now + milliseconds, callback }
    this.#due.push(entry)
    return () => {
      this.#due = this.#due.filter((other) => other !== entry)
    }
  }

  get isRunning(): boolean {
    return this.#due.length > 0
  }

  advance(milliseconds: number): void {
    this.#now += milliseconds
    for (const entry of this.#due.filter(({ at }) => at <= this.#now)) {
      this.#due = this.#due.filter((other) => other !== entry)
      entry.callback()
    }
  }
}
