import type { Signal } from '../../protocol/messages/ptyhost.ts'
import type { Announcement } from './announcements.ts'

/** Milliseconds between two signals of a kind that only its latest value matters of: spinners in titles. */
const LATEST_INTERVAL_MS = 100
/** Signals of a kind within a second; a program that says more is not read by anybody. */
const MAX_PER_SECOND = 50

type Latest = 'title' | 'cwd' | 'progress' | 'cursorVisibility'

interface LatestState {
  /** What was said last, as JSON. */
  readonly sent: string
  /** Said when the interval is over. */
  next: Announcement | undefined
  /** Of the interval; undefined when none runs. */
  timer: NodeJS.Timeout | undefined
}

/** Passes on what a program announces, without its storms. */
export class Signals implements Disposable {
  readonly #session: string
  readonly #emit: (signal: Signal) => void
  readonly #latest = new Map<Latest, LatestState>()
  readonly #counts = new Map<string, { second: number; count: number }>()

  constructor(session: string, emit: (signal: Signal) => void) {
    this.#session = session
    this.#emit = emit
  }

  announce(announcement: Announcement): void {
    switch (announcement.kind) {
      case 'title':
      case 'cwd':
      case 'progress':
      case 'cursorVisibility':
        return this.#sendLatest(announcement.kind, announcement)
      case 'bell':
      case 'notification':
      case 'prompt':
      case 'clipboard':
        return this.#sendUnlessTooMany(announcement)
      case 'exit':
        this.#flush()
        return this.#send(announcement)
    }
  }

  [Symbol.dispose](): void {
    for (const { timer } of this.#latest.values()) clearTimeout(timer)
    this.#latest.clear()
  }

  /** At once after quiet; then the newest value when the interval is over, unless it is what was said last. */
  #sendLatest(kind: Latest, announcement: Announcement): void {
    const state = this.#latest.get(kind)
    const value = JSON.stringify(announcement)
    if (state?.timer !== undefined) {
      state.next = announcement
      return
    }
    if (state?.sent === value) return
    const timer = setTimeout(() => this.#intervalOver(kind), LATEST_INTERVAL_MS)
    this.#latest.set(kind, { sent: value, next: undefined, timer })
    this.#send(announcement)
  }

  #intervalOver(kind: Latest): void {
    const state = this.#latest.get(kind)!
    state.timer = undefined
    if (state.next !== undefined) this.#sendLatest(kind, state.next)
  }

  #sendUnlessTooMany(announcement: Announcement): void {
    const second = Math.floor(performance.now() / 1000)
    const counted = this.#counts.get(announcement.kind)
    const count = counted?.second === second ? counted.count + 1 : 1
    this.#counts.set(announcement.kind, { second, count })
    if (count <= MAX_PER_SECOND) this.#send(announcement)
  }

  /** What still waits for its interval is said now. */
  #flush(): void {
    for (const { next, sent, timer } of this.#latest.values()) {
      clearTimeout(timer)
      if (next !== undefined && JSON.stringify(next) !== sent) this.#send(next)
    }
    this.#latest.clear()
  }

  #send(announcement: Announcement): void {
    this.#emit({ ...announcement, session: this.#session } as Signal)
  }
}
