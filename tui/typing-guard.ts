/** Milliseconds without a key after which the next one is meant for what the screen shows. */
const REST_MS = 1000

/**
 * Keeps what somebody is typing from going elsewhere when the terminal under it changes by itself: its agent was closed
 * by somebody else, or one that was asked for has come. What is typed on passes again after a rest.
 */
export class TypingGuard {
  readonly #now: () => number
  #lastTyped = Number.NEGATIVE_INFINITY
  #holds = false

  /** `now` in milliseconds is for tests. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** Something is typed for the program. @returns whether it may pass */
  typed(): boolean {
    const now = this.#now()
    if (now - this.#lastTyped >= REST_MS) this.#holds = false
    this.#lastTyped = now
    return !this.#holds
  }

  /** Another terminal has the keys, and not by the user's doing. @returns whether somebody was typing */
  moved(): boolean {
    if (this.#now() - this.#lastTyped < REST_MS) this.#holds = true
    return this.#holds
  }

  /** The user has a look at things: a key of ours was pressed. */
  chosen(): void {
    this.#holds = false
  }
}
