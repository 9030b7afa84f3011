import type { Params } from '../protocol/definition.ts'
import type { PtyhostProtocol, SessionInfo, Signal } from '../protocol/messages/ptyhost.ts'

/** What the hub knows of the ptyhost's sessions without asking. */
export class SessionTable {
  readonly #sessions = new Map<string, SessionInfo>()
  /** Spawns that were not answered yet: a list made meanwhile may or may not have them. */
  readonly #starting = new Set<string>()

  get sessions(): ReadonlyMap<string, SessionInfo> {
    return this.#sessions
  }

  /** Before the request goes out, since a program can end before its spawn is answered. */
  beginSpawn({ session, cols, rows, cwd, labels = {} }: Params<PtyhostProtocol, 'spawn'>): void {
    if (this.#sessions.has(session)) return // it will be refused
    this.#starting.add(session)
    const history = { epoch: 0, first: 0, lines: 0 }
    this.#sessions.set(session, { session, pid: 0, cols, rows, title: '', cwd, labels, startedAt: Date.now(), history })
  }

  endSpawn(session: string, pid: number): void {
    this.#starting.delete(session)
    this.change(session, { pid })
  }

  failSpawn(session: string): void {
    if (this.#starting.delete(session)) this.#sessions.delete(session)
  }

  /** Sessions whose programs run, as far as is known. */
  running(): string[] {
    return [...this.#sessions.values()].filter(({ exit }) => exit === undefined).map(({ session }) => session)
  }

  /** Takes over a list and returns the ids that are in it no more. */
  replace(listed: readonly SessionInfo[]): string[] {
    const present = new Set(listed.map(({ session }) => session))
    const gone = [...this.#sessions.keys()].filter((session) => !present.has(session) && !this.#starting.has(session))
    for (const session of gone) this.#sessions.delete(session)
    for (const info of listed) this.#sessions.set(info.session, { ...info, exit: info.exit ?? this.#exitOf(info) })
    return gone
  }

  apply(signal: Signal): void {
    switch (signal.kind) {
      case 'title':
        return this.change(signal.session, { title: signal.title })
      case 'cwd':
        return this.change(signal.session, { cwd: signal.cwd })
      case 'exit':
        return this.change(signal.session, { exit: { code: signal.code, signal: signal.signal } })
      case 'bell':
      case 'notification':
      case 'prompt':
      case 'clipboard':
      case 'progress':
      case 'cursorVisibility':
      case 'activity':
        return
    }
  }

  change(session: string, changes: Partial<SessionInfo>): void {
    const info = this.#sessions.get(session)
    if (info !== undefined) this.#sessions.set(session, { ...info, ...changes })
  }

  remove(session: string): void {
    this.#sessions.delete(session)
  }

  /** A list can be older than the last signals: what ended in between has not come back to life. */
  #exitOf({ session, pid }: SessionInfo): SessionInfo['exit'] {
    const known = this.#sessions.get(session)
    return known?.pid === pid ? known.exit : undefined
  }
}
