import type { ReportedError } from '../protocol/messages/hub.ts'
import { Listeners } from './listeners.ts'

/** Reports kept for `botster status`: enough to see what began it, small enough to send whole. */
const KEPT_REPORTS = 50
/** Characters of a message or traceback that are kept: a traceback of the deepest useful stack is about 4 kB. */
const MAX_TEXT = 8192

/** The latest errors that a person should see: in `botster status` and in the TUI. */
export class ReportedErrors {
  #reports: readonly ReportedError[] = []
  readonly #listeners = new Listeners<[ReportedError]>(() => {}) // reporting a failed report would never end

  /** Keeps an error of `owner` (module, plugin or subsystem) and tells the listeners. */
  report(owner: string, error: unknown): void {
    const report = describe(owner, error)
    this.#reports = [...this.#reports, report].slice(-KEPT_REPORTS)
    this.#listeners.notify(report)
  }

  /** Marks what `owner` has reported so far as outdated: another version of it is in use. */
  outdate(owner: string): void {
    this.#reports = this.#reports.map((report) => (report.owner === owner ? { ...report, outdated: true } : report))
  }

  /** Oldest first. */
  list(): ReportedError[] {
    return [...this.#reports]
  }

  /** Returns a function that takes the listener off again. */
  onReport(listener: (report: ReportedError) => void): () => void {
    return this.#listeners.add(listener)
  }
}

function describe(owner: string, error: unknown): ReportedError {
  const report = { at: Date.now(), owner, message: clip(messageOf(error)) }
  const traceback = tracebackOf(error)
  return traceback === undefined ? report : { ...report, traceback: clip(traceback) }
}

function messageOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'message' in error) return String(error.message)
  return String(error)
}

/** Lua errors carry `traceback`, which says more to their author than the stack of the code that ran them. */
function tracebackOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  if ('traceback' in error && typeof error.traceback === 'string' && error.traceback !== '') return error.traceback
  return error instanceof Error ? error.stack : undefined
}

function clip(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text
}
