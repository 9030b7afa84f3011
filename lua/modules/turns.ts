/** Milliseconds of callbacks after which the event loop gets its turn: what nobody notices who waits for an answer. */
const MOST_AT_ONCE = 10

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
      if (performance.now() - started < MOST_AT_ONCE) continue
      this.#isResting = true
      setImmediate(() => {
        this.#isResting = false
        this.#work()
      })
      return
    }
  }
}
