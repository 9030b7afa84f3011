import type { ScreenState, View } from './view.ts'

/** Milliseconds after a key in which frames leave as fast as viewers take them: its echo must not wait. */
const UNLIMITED_AFTER_INPUT_MS = 100

/** What an audience looks at. */
export interface Stage {
  /** Brings the screen's rows up to date, thoroughly or quickly, and tells what it shows. */
  state(thorough: boolean): ScreenState
  /** Milliseconds for which the program wants nothing shown; 0 when it does not mind. */
  heldFor(now: number): number
}

/** The viewers of one session, and when each of them gets a frame. */
export class Audience implements Disposable {
  readonly #stage: Stage
  readonly #views = new Set<View>()
  #timer: NodeJS.Timeout | undefined
  #makeUp: NodeJS.Timeout | undefined
  #lastInputAt = Number.NEGATIVE_INFINITY

  constructor(stage: Stage) {
    this.#stage = stage
  }

  get size(): number {
    return this.#views.size
  }

  add(view: View): void {
    this.#views.add(view)
  }

  remove(view: View): void {
    this.#views.delete(view)
  }

  /** Somebody typed. */
  noteInput(now: number): void {
    this.#lastInputAt = now
  }

  /** Sends frames to all who may have one; sees to it that the others get theirs when it is time. */
  flush(): void {
    if (this.#views.size === 0) return this.#clearTimer()
    const now = performance.now()
    const held = this.#stage.heldFor(now)
    if (held > 0) return this.#flushIn(held)
    const unlimited = now - this.#lastInputAt < UNLIMITED_AFTER_INPUT_MS
    let state: ScreenState | undefined
    let next = Number.POSITIVE_INFINITY
    for (const view of this.#views) {
      const dueIn = view.dueIn(now, unlimited)
      if (dueIn === undefined) continue
      if (dueIn > 0) {
        next = Math.min(next, dueIn)
        continue
      }
      state ??= this.#stage.state(!unlimited)
      view.update(state, now)
    }
    if (unlimited) this.#makeUpFor(now)
    if (next < Number.POSITIVE_INFINITY) this.#flushIn(next)
    else this.#clearTimer()
  }

  [Symbol.dispose](): void {
    this.#clearTimer()
    clearTimeout(this.#makeUp)
    this.#views.clear()
  }

  /** What a quick look missed, should it ever, comes when the typing pauses. */
  #makeUpFor(now: number): void {
    this.#makeUp ??= setTimeout(
      () => {
        this.#makeUp = undefined
        const firedAt = performance.now()
        if (firedAt < this.#lastInputAt + UNLIMITED_AFTER_INPUT_MS) this.#makeUpFor(firedAt)
        else this.flush()
      },
      Math.ceil(this.#lastInputAt + UNLIMITED_AFTER_INPUT_MS - now),
    )
  }

  #flushIn(milliseconds: number): void {
    this.#clearTimer()
    this.#timer = setTimeout(() => this.flush(), Math.ceil(milliseconds))
  }

  #clearTimer(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}
