import { handle, type LuaHandle, type LuaTable, type LuaValue } from '../../lua/vm/index.ts'
import type { SessionInfo } from '../../protocol/messages/ptyhost.ts'
import type { HubContext } from '../types.ts'
import { snakeCase } from './convert.ts'

/** The numbers by which Lua's handles name sessions of the ptyhost. */
export class PtyHandles {
  readonly #hub: () => HubContext
  readonly #numbers = new Map<string, number>()
  readonly #sessions = new Map<number, string>()

  constructor(hub: () => HubContext) {
    this.#hub = hub
  }

  /** The handle of a session; the same one each time. */
  of(session: string): LuaHandle {
    let number = this.#numbers.get(session)
    if (number === undefined) {
      number = this.#numbers.size + 1
      this.#numbers.set(session, number)
      this.#sessions.set(number, session)
    }
    return handle('pty', number)
  }

  /** The session a handle names. */
  session(number: number): string {
    const session = this.#sessions.get(number)
    if (session === undefined) throw new Error('this pty handle is of another hub')
    return session
  }

  /** What the ptyhost last said of it; undefined once it is gone. */
  info(number: number): SessionInfo | undefined {
    return this.#hub().ptyhost.sessions.get(this.session(number))
  }
}

/** A session as Lua sees it. */
export function sessionTable(info: SessionInfo): LuaTable {
  const { session, pid, cols, rows, title, cwd, labels, startedAt, exit } = info
  return {
    session_id: session,
    pid,
    cols,
    rows,
    title,
    cwd,
    labels: labels as LuaValue,
    started_at: startedAt,
    exit: exit === undefined ? undefined : snakeCase(exit),
  }
}
