/** More than these at once are no news any more when somebody comes back to them; the oldest go. */
const MAX_HELD = 8

const CLIPBOARD = /^\x1b\]52;([^;]*);/

/**
 * Sequences that draw nothing (alerts, the bell, texts for the clipboard), kept while nobody can take them: of each
 * selection of the clipboard the newest text, of all that is told twice the last, and not more than a few.
 */
export class HeldSequences {
  readonly #held = new Map<string, string>()

  add(sequence: string): void {
    const key = CLIPBOARD.exec(sequence)?.[0] ?? sequence
    this.#held.delete(key) // so that it comes last
    this.#held.set(key, sequence)
    if (this.#held.size > MAX_HELD) this.#held.delete(this.#leastMissed())
  }

  /** Gives away what is held, oldest first. */
  take(): string[] {
    const sequences = [...this.#held.values()]
    this.#held.clear()
    return sequences
  }

  /** The oldest alert; what was copied is given up last. */
  #leastMissed(): string {
    const keys = [...this.#held.keys()]
    return keys.find((key) => !CLIPBOARD.test(key)) ?? keys[0]!
  }
}
