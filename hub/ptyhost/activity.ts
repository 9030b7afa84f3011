/** Milliseconds without output after which a screen stands still: programs draw a screen in pieces, rarely this far apart. */
const QUIET_MS = 250
/** Milliseconds between two reports of a session that goes on printing: spinners never stop. */
const BUSY_INTERVAL_MS = 1000
/** Output this soon after a key or a resize is taken for its echo. */
const ECHO_MS = 1000

/** What a session did since the last report. */
export interface ActivityReport {
  /** It goes on printing; false once it stands still. */
  readonly busy: boolean
  /** What it printed last answers a person's key or a new size. */
  readonly echo: boolean
  /** A person typed. */
  readonly typed: boolean
  /** Somebody's client shows it. */
  readonly viewed: boolean
}

/**
 * Follows whether a session prints, so that whoever looks at screens looks when there is something new and at no other
 * time. A session that is quiet has no timer. Times are performance.now().
 */
export class Activity implements Disposable {
  readonly #report: (report: ActivityReport) => void
  readonly #isViewed: () => boolean
  #timer: NodeJS.Timeout | undefined
  #decision: NodeJS.Immediate | undefined
  #lastOutputAt = 0
  #lastInputAt = Number.NEGATIVE_INFINITY
  #reportedAt = 0
  #typed = false

  constructor(report: (report: ActivityReport) => void, isViewed: () => boolean) {
    this.#report = report
    this.#isViewed = isViewed
  }

  noteOutput(now: number): void {
    this.#lastOutputAt = now
    if (this.#timer !== undefined) return
    this.#reportedAt = now
    this.#timer = setTimeout(() => this.#look(), QUIET_MS)
  }

  /** A person typed. */
  noteTyped(now: number): void {
    this.#lastInputAt = now
    this.#typed = true
  }

  /** Something else that makes programs draw without working: a new size. */
  noteDisturbance(now: number): void {
    this.#lastInputAt = now
  }

  /** A client begins to show it: that is said at once. */
  noteViewed(): void {
    this.#tell(this.#timer !== undefined, performance.now())
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
    clearImmediate(this.#decision)
  }

  #look(): void {
    const now = performance.now()
    const left = this.#lastOutputAt + QUIET_MS - now
    if (left <= 0) {
      this.#decision = setImmediate(() => this.#decide(this.#lastOutputAt)) // what this process has not read yet comes first
      return
    }
    if (!this.#echoes && now - this.#reportedAt >= BUSY_INTERVAL_MS) this.#tell(true, now)
    this.#timer = setTimeout(() => this.#look(), Math.ceil(left))
  }

  #decide(lastOutputAt: number): void {
    if (this.#lastOutputAt !== lastOutputAt) {
      this.#timer = setTimeout(() => this.#look(), QUIET_MS)
      return
    }
    this.#timer = undefined
    this.#tell(false, performance.now())
  }

  /** What was printed last answers a person. While somebody types, nobody is told: looking at the screen costs the typist. */
  get #echoes(): boolean {
    return this.#lastOutputAt - this.#lastInputAt < ECHO_MS
  }

  #tell(busy: boolean, now: number): void {
    const typed = this.#typed
    this.#typed = false
    this.#reportedAt = now
    this.#report({ busy, echo: this.#echoes, typed, viewed: this.#isViewed() })
  }
}
