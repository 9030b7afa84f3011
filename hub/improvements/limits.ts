/** What an improvement may use. Agents write improvements; none of them may be able to bother anybody. */

/** Bytes that its Lua values may take: far more than any script of its kind, and a hundred of them still fit. */
export const MEMORY_BYTES = 16 << 20
/** Milliseconds that loading it may run, and one call of it. */
export const LOAD_BUDGET_MS = 200
export const CALL_BUDGET_MS = 50
/** Milliseconds that loading it may take with all its waiting. */
export const LOAD_DEADLINE_MS = 5000
/** Bytes of its source: compiling that takes a few milliseconds. */
export const MOST_SOURCE_BYTES = 256 << 10
/** Improvements that are loaded at once. */
export const MOST_IMPROVEMENTS = 64
/** Functions it may have registered, timers included. */
export const MOST_REGISTRATIONS = 500
/** Questions to the hub that may wait for their answer, and calls from the hub that may wait for it. */
export const MOST_PENDING = 100
/** Bytes and values of one message to the hub. */
export const MOST_MESSAGE_BYTES = 1 << 20
export const MOST_MESSAGE_VALUES = 20_000
/** Characters of a log line. */
export const MOST_LOG_TEXT = 8192
/** Bytes it may write to files from one load to the next. */
export const MOST_WRITTEN_BYTES = 64 << 20

/** Time it may take of its thread: a tenth in the long run, a second and a half at once. */
export const TIME = { perSecond: 100, atOnce: 1500 }
/** Questions to the hub, lines for the log, and errors, as many a second and as many at once. */
export const QUESTIONS = { perSecond: 200, atOnce: 1000 }
export const LOG_LINES = { perSecond: 20, atOnce: 200 }
export const ERRORS = { perSecond: 0.2, atOnce: 10 }

/** So much a second, and no more than so much saved up. */
export interface Rate {
  readonly perSecond: number
  readonly atOnce: number
}

/** An allowance that grows with time and shrinks with use. */
export class Allowance {
  readonly #rate: Rate
  #left: number
  #at = performance.now()

  constructor(rate: Rate) {
    this.#rate = rate
    this.#left = rate.atOnce
  }

  /** Takes `amount` off. Returns false when there was less; what was taken stays taken. */
  take(amount: number): boolean {
    const now = performance.now()
    this.#left = Math.min(this.#rate.atOnce, this.#left + ((now - this.#at) / 1000) * this.#rate.perSecond)
    this.#at = now
    if (this.#left < amount) return false
    this.#left -= amount
    return true
  }
}
