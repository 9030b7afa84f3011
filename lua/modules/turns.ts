/** Milliseconds of callbacks after which the event loop gets its turn: what nobody notices who waits for an answer. */
const MOST_AT_ONCE = 10
/** Part of the time that callbacks took for which all else goes on then: an answer may take several turns of the event loop. */
const REST = 0.25
/** Milliseconds of that at most. */
const MOST_REST = 50

/**
 * Runs what is due, one thing after the other. Timers that are due at the same time would run without anything in
 * between, however long each takes; here sockets are served after each that took long.
 */
export class Turns {
  readonly #due: (() => void)[] = []
  #isResting = false

  /** Runs now, or when it is its turn. `body` must not throw. */
  run(body: () => void): void {
    this.#due.push(body)
    if (!this.#isResting) this.#work()
  }

  #work(): void {
    const started = performance.now()
    for (let body = this.#due.shift(); body !== undefined; body = this.#due.shift()) {
      body()
      const took = performance.now() - started
      if (took < MOST_AT_ONCE) continue
      this.#isResting = true
      setTimeout(
        () => {
          this.#isResting = false
          this.#work()
        },
        Math.min(REST * took, MOST_REST),
      )
      return
    }
  }
}
