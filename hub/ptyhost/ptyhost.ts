import type { Socket } from 'node:net'
import type { Logger } from 'pino'
import { RequestError } from '../../protocol/errors.ts'
import type { Signal } from '../../protocol/messages/ptyhost.ts'
import { BoundedRun } from './bounded-run.ts'
import { Client } from './client.ts'
import { Flow } from './flow.ts'
import { ProcessTable } from './process-table.ts'
import { findProgram, isDirectory } from './program.ts'
import { Session } from './session.ts'
import { Tickets } from './tickets.ts'

/** Milliseconds agents get to end when the whole ptyhost is shut down. */
const SHUTDOWN_GRACE_MS = 1500

export interface PtyhostOptions {
  /** Of botster. */
  readonly version: string
  /** What opens the manage methods. */
  readonly key: string
  /** Bytes of history per session. */
  readonly historyBytes: number
  readonly log: Logger
  /** Sessions or hubs came or went: perhaps nobody needs this process any more. */
  readonly onUseChanged: () => void
  /** `shutdown` was asked for and all sessions are gone. */
  readonly onShutdown: () => void
}

export interface SpawnParams {
  readonly session: string
  readonly argv: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly cols: number
  readonly rows: number
  readonly labels: Record<string, string>
}

/** Everything one ptyhost process holds: sessions, clients, tickets. */
export class Ptyhost implements Disposable {
  readonly tickets: Tickets
  /** For what may never end by itself. */
  readonly bounded = new BoundedRun()
  readonly #options: PtyhostOptions
  readonly #sessions = new Map<string, Session>()
  readonly #clients = new Set<Client>()
  readonly #changed = new Set<Session>()
  readonly #flow = new Flow(() => this.#flush())
  readonly #processes = new ProcessTable()
  #isEnding = false
  #flushScheduled: NodeJS.Immediate | undefined

  constructor(options: PtyhostOptions) {
    this.#options = options
    this.tickets = new Tickets(options.key)
  }

  /** Whether anything would be lost, or missed, if this process ended. */
  get inUse(): boolean {
    if (this.#sessions.size > 0) return true
    for (const client of this.#clients) if (client.manages) return true
    return false
  }

  get sessions(): readonly Session[] {
    return [...this.#sessions.values()]
  }

  /** Serves a connection until it ends. */
  accept(socket: Socket): void {
    const client = new Client(this, socket, this.#options.log, () => {
      this.#clients.delete(client)
      this.#options.onUseChanged()
    })
    this.#clients.add(client)
  }

  /** Waits for a turn to search or copy: {@link Flow.readingTurn}. */
  readingTurn(): Promise<number> {
    return this.#flow.readingTurn()
  }

  /** @throws RequestError `unknown_session` */
  session(id: string): Session {
    const session = this.#sessions.get(id)
    if (session === undefined) throw new RequestError({ code: 'unknown_session', message: `there is no session ${id}` })
    return session
  }

  /** @throws RequestError `ending`, `exists`, `bad_cwd`, `program_not_found` or `spawn_failed` */
  spawn({ session: id, argv, cwd, env, cols, rows, labels }: SpawnParams): Session {
    if (this.#isEnding) throw new RequestError({ code: 'ending', message: 'the ptyhost is ending' })
    if (this.#sessions.has(id)) throw new RequestError({ code: 'exists', message: `session ${id} exists already` })
    if (!isDirectory(cwd)) throw new RequestError({ code: 'bad_cwd', message: `${cwd} is not a directory` })
    const program = findProgram(argv[0]!, cwd, env.PATH)
    if (program === undefined) {
      throw new RequestError({ code: 'program_not_found', message: `${argv[0]} was not found, or cannot be executed` })
    }
    const session = this.#start({ session: id, argv: [program, ...argv.slice(1)], cwd, env, cols, rows, labels })
    this.#sessions.set(id, session)
    this.#options.onUseChanged()
    return session
  }

  /** Forgets a session that has ended. @throws RequestError `running` */
  release(id: string): void {
    const session = this.session(id)
    if (session.exit === undefined) {
      throw new RequestError({ code: 'running', message: `session ${id} is still running: kill it first` })
    }
    this.#sessions.delete(id)
    this.#changed.delete(session)
    for (const client of this.#clients) client.forget(session)
    session[Symbol.dispose]()
    this.#options.onUseChanged()
  }

  /** A client's rights changed. */
  noteUse(): void {
    this.#options.onUseChanged()
  }

  /** The ticket is void: whoever came with it loses what it gave. */
  revoke(ticket: string): void {
    this.tickets.revoke(ticket)
    for (const client of this.#clients) client.lose(ticket)
  }

  /** @throws RequestError `busy` when programs run and `force` was not given */
  async shutdown(force: boolean): Promise<void> {
    const running = this.sessions.filter(({ exit }) => exit === undefined)
    if (running.length > 0 && !force) {
      throw new RequestError({ code: 'busy', message: `${running.length} sessions are still running` })
    }
    this.#isEnding = true // whatever began now would be left behind
    await Promise.all(running.map((session) => session.kill(SHUTDOWN_GRACE_MS)))
    setImmediate(this.#options.onShutdown) // after the answer was written
  }

  /** Says goodbye to everybody. */
  [Symbol.dispose](): void {
    for (const client of [...this.#clients]) client.close('the ptyhost ends')
    for (const session of this.#sessions.values()) session[Symbol.dispose]()
    this.#sessions.clear()
    this.#flow[Symbol.dispose]()
    clearImmediate(this.#flushScheduled)
  }

  #start(params: SpawnParams): Session {
    const { version, historyBytes, log } = this.#options
    try {
      return new Session({
        ...params,
        id: params.session,
        version,
        historyBytes,
        log,
        flow: this.#flow,
        processes: this.#processes,
        onSignal: (signal) => this.#broadcast(signal),
        onChanged: (session) => this.#noteChanged(session),
      })
    } catch (cause) {
      const { message } = cause as Error
      throw new RequestError({ code: 'spawn_failed', message: `${params.argv[0]}: ${message}` }, { cause })
    }
  }

  #broadcast(signal: Signal): void {
    for (const client of this.#clients) client.hear(signal)
  }

  /** Frames leave once everything that can be read now has been read: programs write a screen in pieces. */
  #noteChanged(session: Session): void {
    this.#changed.add(session)
    this.#flushScheduled ??= setImmediate(() => this.#flush())
  }

  #flush(): void {
    clearImmediate(this.#flushScheduled)
    this.#flushScheduled = undefined
    const changed = [...this.#changed]
    this.#changed.clear()
    for (const session of changed) {
      try {
        session.audience.flush()
      } catch (error) {
        // Whatever is wrong with one session, the others get their frames.
        this.#options.log.error({ session: session.id, err: error }, 'no frame could be made')
      }
    }
  }
}
