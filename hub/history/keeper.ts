import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PtyhostLink } from '../ptyhost-link.ts'

/** Lines of a terminal that are kept: what a person scrolls back through. */
const MAX_LINES = 1000
/** Bytes of a session's file. */
const DEFAULT_MAX_BYTES = 256 << 10
/** After a screen came to stand still; more may follow at once. */
const QUIET_SAVE_MS = 1000
/** Between two saves of a session that goes on printing. */
const BUSY_SAVE_MS = 10_000
/** What ids of sessions of agents look like: such a name is safe in a path. */
const SAFE_ID = /^[\w.-]+\/[\w.-]+$/

export interface HistoryKeeperOptions {
  /** The hub's directory. */
  readonly directory: string
  readonly ptyhost: Pick<PtyhostLink, 'sessions' | 'screen'>
  readonly maxBytes?: number
  readonly onError: (error: unknown) => void
}

/**
 * Keeps what terminals show on disk (mode 0600, bounded for each session), so that it is there after a reboot. A session
 * is written after it printed something and at no other time.
 */
export class HistoryKeeper implements Disposable {
  readonly #options: HistoryKeeperOptions
  readonly #directory: string
  readonly #timers = new Map<string, { readonly timer: NodeJS.Timeout; readonly due: number }>()
  #turn: Promise<void> = Promise.resolve()
  #isDisposed = false

  constructor(options: HistoryKeeperOptions) {
    this.#options = options
    this.#directory = join(options.directory, 'history')
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 })
  }

  /** A session printed; `busy`: it goes on. */
  noteActivity(session: string, busy: boolean): void {
    if (this.#isDisposed || !SAFE_ID.test(session)) return
    const delay = busy ? BUSY_SAVE_MS : QUIET_SAVE_MS
    const due = performance.now() + delay
    const planned = this.#timers.get(session)
    if (planned !== undefined) {
      if (planned.due <= due) return
      clearTimeout(planned.timer)
    }
    this.#timers.set(session, { timer: setTimeout(() => this.#saveLater(session), delay).unref(), due })
  }

  /** Writes what a session's terminal shows now, before it is let go of. @throws what the ptyhost or the disk says */
  async keep(session: string): Promise<void> {
    if (!SAFE_ID.test(session)) return
    clearTimeout(this.#timers.get(session)?.timer)
    this.#timers.delete(session)
    const saved = this.#turn.then(() => this.#save(session))
    this.#turn = saved.catch(() => {}) // whoever waits hears of it
    await saved
  }

  /** The file of a session's terminal; undefined when nothing was kept. */
  saved(session: string): string | undefined {
    if (!SAFE_ID.test(session)) return undefined
    const path = this.#path(session)
    return existsSync(path) ? path : undefined
  }

  /** Nobody will want it again. @param id of a session, or of an agent for all of its sessions */
  forget(id: string): void {
    for (const [session, { timer }] of this.#timers) {
      if (session !== id && !session.startsWith(`${id}/`)) continue
      clearTimeout(timer)
      this.#timers.delete(session)
    }
    if (SAFE_ID.test(id)) return rmSync(this.#path(id), { force: true })
    for (const name of this.#names())
      if (name.startsWith(`${id}.`)) rmSync(join(this.#directory, name), { force: true })
  }

  /** Removes the files of agents that are no more. */
  prune(agents: ReadonlySet<string>): void {
    for (const name of this.#names()) {
      if (!agents.has(name.slice(0, name.indexOf('.')))) rmSync(join(this.#directory, name), { force: true })
    }
  }

  /** Writes what was not written yet. */
  async flush(): Promise<void> {
    for (const [session, { timer }] of [...this.#timers]) {
      clearTimeout(timer)
      this.#saveLater(session)
    }
    await this.#turn
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true
    for (const { timer } of this.#timers.values()) clearTimeout(timer)
    this.#timers.clear()
  }

  /** One at a time: reading a terminal costs the ptyhost some milliseconds. */
  #saveLater(session: string): void {
    this.#timers.delete(session)
    this.#turn = this.#turn.then(() => this.#save(session)).catch(this.#options.onError)
  }

  async #save(session: string): Promise<void> {
    const { ptyhost, maxBytes = DEFAULT_MAX_BYTES } = this.#options
    if (this.#isDisposed || !ptyhost.sessions.has(session)) return
    const { text } = await ptyhost.screen({ session, history: MAX_LINES, ansi: true })
    if (!ptyhost.sessions.has(session)) return // it was deleted meanwhile
    const path = this.#path(session)
    await writeFile(`${path}.new`, ending(`${text.trimEnd()}\n`, maxBytes), { mode: 0o600 })
    await rename(`${path}.new`, path)
  }

  #path(session: string): string {
    return join(this.#directory, `${session.replace('/', '.')}.ansi`)
  }

  #names(): string[] {
    return existsSync(this.#directory) ? readdirSync(this.#directory) : [] // somebody may have tidied up
  }
}

/** The last whole lines that fit. */
function ending(text: string, maxBytes: number): Buffer {
  const bytes = Buffer.from(text)
  if (bytes.length <= maxBytes) return bytes
  const start = bytes.indexOf(0x0a, bytes.length - maxBytes)
  return bytes.subarray(start + 1)
}
