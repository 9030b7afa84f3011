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
  /** Looks again, at `#timerAt`: performance.now(). */
  #timer: NodeJS.Timeout | undefined
  #timerAt = 0
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
    if (held > 0) return this.#flushIn(held, now)
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
    // What a quick look missed, should it ever, is made up for when the typing pauses.
    if (unlimited) next = Math.min(next, this.#lastInputAt + UNLIMITED_AFTER_INPUT_MS - now)
    if (next < Number.POSITIVE_INFINITY) this.#flushIn(next, now)
    else this.#clearTimer()
  }

  [Symbol.dispose](): void {
    this.#clearTimer()
    this.#views.clear()
  }

  /** A timer that fires earlier is left alone: it looks when to look again. Each key would make a new one. */
  #flushIn(milliseconds: number, now: number): void {
    const at = now + Math.ceil(milliseconds)
    if (this.#timer !== undefined && this.#timerAt <= at) return
    this.#clearTimer()
    this.#timerAt = at
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.flush()
    }, Math.ceil(milliseconds))
  }

  #clearTimer(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}
