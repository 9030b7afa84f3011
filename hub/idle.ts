export interface IdleOptions {
  /** Milliseconds without anything to do before `onIdle`; 0 for never. */
  readonly afterMs: number
  readonly isBusy: () => boolean
  readonly onIdle: () => void
}

/** Notices that nothing happened for a long time. One timer, which does not keep the process alive by itself. */
export class IdleWatch implements Disposable {
  readonly #options: IdleOptions
  #timer: NodeJS.Timeout | undefined

  /** It begins with the first {@link touch}. */
  constructor(options: IdleOptions) {
    this.#options = options
  }

  /** Something happened: the time starts, or starts again. */
  touch(): void {
    clearTimeout(this.#timer)
    const { afterMs } = this.#options
    if (afterMs > 0) this.#timer = setTimeout(() => this.#expire(), afterMs).unref()
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
  }

  #expire(): void {
    if (this.#options.isBusy()) this.touch()
    else this.#options.onIdle()
  }
}
