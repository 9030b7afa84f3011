/** Functions that want to hear of one kind of event. One that throws neither stops the others nor the caller. */
export class Listeners<Arguments extends unknown[]> {
  readonly #listeners = new Set<(...args: Arguments) => void>()
  readonly #onError: (error: unknown) => void

  /** @param onError hears what a listener threw */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError
  }

  /** Returns a function that takes it off again. */
  add(listener: (...args: Arguments) => void): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  notify(...args: Arguments): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(...args)
      } catch (error) {
        this.#onError(error)
      }
    }
  }
}
