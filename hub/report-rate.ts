/** How many errors of one owner are shown in a while; more say nothing new, and hide those of others. */
const MOST = 20
const WHILE_MS = 10_000

/** Keeps what fails again and again, a timer for example, from filling the log and the eyes of its user. */
export class ReportRate {
  readonly #since = new Map<string, { at: number; count: number }>()

  /** Whether an error of `owner` is to be shown; 'last' when the next ones will not be for a while. */
  next(owner: string, now = Date.now()): 'shown' | 'last' | 'dropped' {
    let counted = this.#since.get(owner)
    if (counted === undefined || now - counted.at > WHILE_MS) {
      counted = { at: now, count: 0 }
      this.#since.set(owner, counted)
    }
    counted.count++
    if (counted.count === MOST) return 'last'
    return counted.count < MOST ? 'shown' : 'dropped'
  }
}
