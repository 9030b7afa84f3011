/** Milliseconds the next key of a sequence may take when the keymap does not say: time to read the hints. */
const DEFAULT_TIMEOUT_MS = 3000

export interface KeySequenceEvents {
  /** The keys held back changed: hints may be drawn, or taken away. */
  readonly onChange: () => void
  /** No further key came. */
  readonly onTimeout: (keys: string) => void
}

/** The keys of a sequence (`ctrl+x g`) that were pressed so far, until the next comes or its time is over. */
export class KeySequence implements Disposable {
  readonly #events: KeySequenceEvents
  #keys: string | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(events: KeySequenceEvents) {
    this.#events = events
  }

  /** What was pressed so far: `ctrl+x`; undefined outside of a sequence. */
  get keys(): string | undefined {
    return this.#keys
  }

  /** Holds keys back that may go on. */
  hold(keys: string, timeoutMs = DEFAULT_TIMEOUT_MS): void {
    clearTimeout(this.#timer)
    this.#keys = keys
    this.#timer = setTimeout(() => {
      this.end()
      this.#events.onTimeout(keys)
    }, timeoutMs)
    this.#events.onChange()
  }

  /** Ends the sequence, whatever it was. @returns what was held back */
  end(): string | undefined {
    const keys = this.#keys
    if (keys === undefined) return undefined
    clearTimeout(this.#timer)
    this.#keys = undefined
    this.#events.onChange()
    return keys
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
  }
}
