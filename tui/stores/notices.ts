export type NoticeLevel = 'info' | 'warning' | 'error'

export interface Notice {
  readonly level: NoticeLevel
  readonly message: string
  /** Makes it a panel with a frame and this in it: an error of a file, with its place. */
  readonly title?: string
}

interface Shown extends Notice {
  readonly key: string
  /** Milliseconds after which it goes by itself. */
  readonly durationMs?: number
  timer?: NodeJS.Timeout
}

/** Milliseconds a notice stays: long enough to read, and an error to find its line in an editor. */
const DURATION_MS: Readonly<Record<NoticeLevel, number>> = { info: 4000, warning: 8000, error: 20_000 }
/** Milliseconds a panel stays: as long as it takes to mend a line. */
const PANEL_MS = 60_000
/** More than these at once would hide what they are about; the oldest goes. */
const MAX_NOTICES = 4

/** Messages shown above whatever the layout draws: passing ones, and ones that stay until their cause is gone. */
export class Notices implements Disposable {
  readonly #onChange: () => void
  #shown: Shown[] = []
  #paused = false

  constructor(onChange: () => void) {
    this.#onChange = onChange
  }

  get list(): readonly Notice[] {
    return this.#shown
  }

  /**
   * Shows a message for a while. The same again, or another with the same key, takes its place instead of standing
   * there beside it.
   */
  add(level: NoticeLevel, message: string, key = `${level}:${message}`, durationMs = DURATION_MS[level]): void {
    this.#put({ key, level, message, durationMs })
  }

  /** Shows an error in a panel of its own; another with the same key takes its place. */
  addPanel(title: string, message: string, key: string): void {
    this.#put({ key, level: 'error', message, title, durationMs: PANEL_MS })
  }

  /** Shows a message until `clear(key)`; another with the same key takes its place. */
  set(key: string, level: NoticeLevel, message: string): void {
    const present = this.#shown.find((notice) => notice.key === key)
    if (present?.message === message && present.level === level) return
    this.#put({ key, level, message })
  }

  clear(key: string): void {
    const index = this.#shown.findIndex((notice) => notice.key === key)
    if (index < 0) return
    clearTimeout(this.#shown[index]!.timer)
    this.#shown.splice(index, 1)
    this.#onChange()
  }

  /** Removes what would go by itself: the user has seen it. @returns whether there was something. */
  dismiss(): boolean {
    const passing = this.#shown.filter(isPassing)
    for (const { timer } of passing) clearTimeout(timer)
    this.#shown = this.#shown.filter((notice) => !isPassing(notice))
    if (passing.length > 0) this.#onChange()
    return passing.length > 0
  }

  /** Nobody can see them: none goes by itself. */
  pause(): void {
    this.#paused = true
    for (const { timer } of this.#shown) clearTimeout(timer)
  }

  /** They are seen again, for as long as if they had just come. */
  resume(): void {
    this.#paused = false
    for (const notice of this.#shown) this.#start(notice)
  }

  [Symbol.dispose](): void {
    for (const { timer } of this.#shown) clearTimeout(timer)
    this.#shown = []
  }

  #put(notice: Shown): void {
    this.#start(notice)
    const index = this.#shown.findIndex(({ key }) => key === notice.key)
    if (index >= 0) {
      clearTimeout(this.#shown[index]!.timer)
      this.#shown[index] = notice
    } else {
      this.#shown.push(notice)
      if (this.#shown.length > MAX_NOTICES) this.#drop()
    }
    this.#onChange()
  }

  #start(notice: Shown): void {
    if (this.#paused || !isPassing(notice)) return
    clearTimeout(notice.timer)
    notice.timer = setTimeout(() => this.clear(notice.key), notice.durationMs)
  }

  #drop(): void {
    const index = this.#shown.findIndex(isPassing)
    const [dropped] = this.#shown.splice(Math.max(0, index), 1)
    clearTimeout(dropped?.timer)
  }
}

function isPassing({ durationMs }: Shown): boolean {
  return durationMs !== undefined
}
