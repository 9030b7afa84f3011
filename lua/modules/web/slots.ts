/** Room for so many at once; the rest wait for their turn in the order they came. */
export class Slots {
  readonly #most: number
  readonly #waiting = new Set<() => void>()
  #taken = 0

  constructor(most: number) {
    this.#most = most
  }

  /** How many wait. */
  get waiting(): number {
    return this.#waiting.size
  }

  get taken(): number {
    return this.#taken
  }

  /** Resolves to a slot once there is one; disposing gives it back. Rejects with the signal's reason. */
  take(signal: AbortSignal): Promise<Disposable> {
    const { promise, resolve, reject } = Promise.withResolvers<Disposable>()
    if (signal.aborted) reject(signal.reason)
    else if (this.#taken < this.#most) resolve(this.#slot())
    else {
      const onTurn = () => {
        signal.removeEventListener('abort', onAbort)
        resolve(this.#slot())
      }
      const onAbort = () => {
        this.#waiting.delete(onTurn)
        reject(signal.reason)
      }
      this.#waiting.add(onTurn)
      signal.addEventListener('abort', onAbort, { once: true })
    }
    return promise
  }

  #slot(): Disposable {
    this.#taken++
    let isHeld = true
    return {
      [Symbol.dispose]: () => {
        if (!isHeld) return
        isHeld = false
        this.#taken--
        const [next] = this.#waiting
        if (next === undefined) return
        this.#waiting.delete(next)
        next()
      },
    }
  }
}
