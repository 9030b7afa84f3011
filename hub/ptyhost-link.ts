import { setTimeout as wait } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Received } from '../protocol/connection.ts'
import type { MethodName, Params, Result } from '../protocol/definition.ts'
import { ConnectionClosed, RequestError } from '../protocol/errors.ts'
import type { Origin, PtyhostProtocol, Rights, SessionInfo, Signal } from '../protocol/messages/ptyhost.ts'
import type { HubPaths } from '../protocol/paths.ts'
import { waitForDeath } from './alive.ts'
import { type ForwardHandlers, Forwards } from './forwards.ts'
import { Listeners } from './listeners.ts'
import { type PtyhostConnection, reachPtyhost } from './ptyhost-connection.ts'
import { SessionTable } from './session-table.ts'

/** Pause before trying again when no ptyhost could be started: long enough not to fill the log, short for a person. */
const RETRY_AFTER_FAILURE_MS = 1000
/** How often a link that breaks while it is made is made again, before whoever opens it hears of it. */
const MAX_ATTEMPTS = 3
/** How long a ptyhost may take to be gone once its sessions are. */
const DEATH_TIMEOUT_MS = 2000
/** Grace between TERM and KILL when nobody says otherwise: what an agent may take to save its state. */
const KILL_GRACE_MS = 2000

export interface PtyhostLinkOptions {
  readonly paths: HubPaths
  readonly log: Logger
  /** Hears what goes wrong while nobody waits for it: listeners that throw, a ptyhost that cannot be started. */
  readonly onError: (error: unknown) => void
  /** What is started when nobody answers: argv of the ptyhost. @default this Node with the ptyhost beside this file */
  readonly argv?: readonly string[]
  /** Pid of the ptyhost that an earlier hub used. */
  readonly lastPid?: number
}

/** What a ticket opens. */
export interface TicketAccess {
  /** Session ids, or all of them. */
  readonly sessions: '*' | string[]
  readonly rights: Rights
}

/** The link was interrupted and is whole again, perhaps with another process. */
export interface PtyhostChange {
  /** For people: what happened. */
  readonly reason: string
  /** A new process answers; false when the link to the same one was only interrupted. */
  readonly replaced: boolean
  /** Ids of sessions that are gone with the old process. */
  readonly lost: readonly string[]
}

/**
 * The hub's end of the data plane: finds the ptyhost or starts one, speaks to it with its key, and when it dies starts
 * another. Requests made while the link is down wait for the new one. They reject with RequestError when the ptyhost
 * refuses, and with ConnectionClosed when the link breaks under way (then nobody knows whether they took effect).
 */
export class PtyhostLink implements AsyncDisposable {
  readonly #options: PtyhostLinkOptions
  readonly #table = new SessionTable()
  readonly #tickets = new Map<string, TicketAccess>()
  readonly #signals: Listeners<[Signal]>
  readonly #losses: Listeners<[string]>
  readonly #changes: Listeners<[PtyhostChange]>
  readonly #forwards: Forwards
  readonly #ending = new AbortController()
  #connection: PtyhostConnection | undefined
  /** Resolves with the connection that answers next. */
  #next = Promise.withResolvers<PtyhostConnection>()
  #lastPid: number | undefined
  /** Said while the link was being made, before what they are about was known. */
  #early: Signal[] = []
  #isStopping = false

  private constructor(options: PtyhostLinkOptions) {
    this.#options = options
    this.#lastPid = options.lastPid
    this.#signals = new Listeners(options.onError)
    this.#losses = new Listeners(options.onError)
    this.#changes = new Listeners(options.onError)
    this.#forwards = new Forwards({
      request: (method, params) => this.#request(method, params),
      acknowledge: (view, seq) => this.#connection?.send({ type: 'ack', view, seq }),
      onError: options.onError,
    })
    this.#next.promise.catch(() => {}) // nobody may be waiting when the link ends
  }

  /** @throws Error when no ptyhost could be reached or started; the message names its log. */
  static async open(options: PtyhostLinkOptions): Promise<PtyhostLink> {
    const link = new PtyhostLink(options)
    for (let attempt = 1; ; attempt++) {
      try {
        await link.#restore()
        return link
      } catch (error) {
        // A ptyhost that nobody needed any more may end in the very moment it is found.
        if (!(error instanceof ConnectionClosed) || attempt === MAX_ATTEMPTS) throw error
      }
    }
  }

  /** Of the process that answers; undefined while the link is down. */
  get pid(): number | undefined {
    return this.#connection?.peer?.pid
  }

  /**
   * What the ptyhost holds, as of the last list, kept current by spawns, signals and releases (title, cwd, exit).
   * Sizes and history are as of the last {@link list}: clients resize without the hub.
   */
  get sessions(): ReadonlyMap<string, SessionInfo> {
    return this.#table.sessions
  }

  /** Starts a session; the answer comes once the process runs. */
  async spawn(params: Params<PtyhostProtocol, 'spawn'>): Promise<Result<PtyhostProtocol, 'spawn'>> {
    this.#table.beginSpawn(params)
    try {
      const result = await this.#request('spawn', params)
      this.#table.endSpawn(params.session, result.pid)
      return result
    } catch (error) {
      this.#table.failSpawn(params.session)
      throw error
    }
  }

  /** TERM to the process group, KILL after `graceMs`. Answers once the process is gone. */
  async kill(session: string, graceMs = KILL_GRACE_MS): Promise<Result<PtyhostProtocol, 'kill'>> {
    return this.#request('kill', { session, graceMs })
  }

  /** Forgets an ended session and its final screen. */
  async release(session: string): Promise<void> {
    await this.#request('release', { session })
    this.#table.remove(session)
  }

  /** Asks again what there is, and refreshes {@link sessions}. */
  async list(): Promise<SessionInfo[]> {
    const { sessions } = await this.#request('list', {})
    this.#table.replace(sessions)
    return sessions
  }

  async setLabels(session: string, labels: Record<string, string>): Promise<void> {
    await this.#request('setLabels', { session, labels })
    this.#table.change(session, { labels })
  }

  /** Types bytes, in order with earlier ones. False when the link is down: they are not kept for later. */
  input(session: string, data: Uint8Array, origin: Origin): boolean {
    if (this.#connection === undefined) return false
    this.#connection.send({ type: 'input', session, data, origin })
    return true
  }

  /** Types text as one piece that never mixes with what a person types. */
  async inject(params: Params<PtyhostProtocol, 'inject'>): Promise<Result<PtyhostProtocol, 'inject'>> {
    return this.#request('inject', params)
  }

  async screen(params: Params<PtyhostProtocol, 'screen'>): Promise<Result<PtyhostProtocol, 'screen'>> {
    return this.#request('screen', params)
  }

  async history(params: Params<PtyhostProtocol, 'history'>): Promise<Result<PtyhostProtocol, 'history'>> {
    return this.#request('history', params)
  }

  /** Follows a session's screen as bytes for a terminal, until the returned function is called or the session is gone. */
  async forward(session: string, handlers: ForwardHandlers): Promise<() => void> {
    return this.#forwards.start(session, handlers)
  }

  async resize(session: string, size: { cols: number; rows: number }): Promise<void> {
    await this.#request('resize', { session, ...size })
    this.#table.change(session, size)
  }

  /** Lets a client in. Registered again by itself when the ptyhost is replaced. */
  async registerTicket(ticket: string, access: TicketAccess): Promise<void> {
    this.#tickets.set(ticket, access)
    await this.#request('registerTicket', { ticket, ...access })
  }

  async revokeTicket(ticket: string): Promise<void> {
    this.#tickets.delete(ticket)
    await this.#request('revokeTicket', { ticket })
  }

  /** Ends the ptyhost, with `force` also while sessions run. No other one is started after it. */
  async shutdown(params: Params<PtyhostProtocol, 'shutdown'>): Promise<void> {
    const connection = this.#connection ?? (await this.#next.promise)
    this.#isStopping = true
    try {
      await connection.request('shutdown', params)
    } catch (error) {
      if (!(error instanceof ConnectionClosed)) {
        this.#isStopping = false // it refused: it goes on
        throw error
      }
    }
    this.#end('the ptyhost was stopped')
    if (connection.peer !== undefined) await waitForDeath(connection.peer.pid, DEATH_TIMEOUT_MS)
  }

  /**
   * Each of these returns a function that takes the listener off again. The exit of a session that ran is heard exactly
   * once, also when the link was down meanwhile.
   */
  onSignal(listener: (signal: Signal) => void): () => void {
    return this.#signals.add(listener)
  }

  /** The link broke; requests wait from now on. */
  onLost(listener: (reason: string) => void): () => void {
    return this.#losses.add(listener)
  }

  /** The link is whole again after {@link onLost}. Heard before the requests that waited go out. */
  onChanged(listener: (change: PtyhostChange) => void): () => void {
    return this.#changes.add(listener)
  }

  /** Lets go of the ptyhost, which lives on. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#end('the hub is ending')
  }

  async #request<M extends MethodName<PtyhostProtocol>>(
    method: M,
    params: Params<PtyhostProtocol, M>,
  ): Promise<Result<PtyhostProtocol, M>> {
    const connection = this.#connection ?? (await this.#next.promise)
    return connection.request(method, params)
  }

  #end(reason: string): void {
    this.#ending.abort(new Error(reason))
    this.#forwards.endAll(reason)
    this.#next.reject(this.#ending.signal.reason)
    this.#connection?.close(reason)
    this.#connection = undefined
  }

  /** Reaches a ptyhost and takes over what it holds. Returns the sessions that are gone. */
  async #restore(): Promise<string[]> {
    this.#early = []
    const { paths, log, argv } = this.#options
    const connection = await reachPtyhost({
      paths,
      log,
      argv,
      lastPid: this.#lastPid,
      onMessage: (message) => this.#receive(message),
      onClose: (reason) => this.#lose(reason),
    })
    if (this.#ending.signal.aborted) {
      connection.close('the hub is ending')
      return []
    }
    const { sessions } = await connection.request('list', {})
    for (const [ticket, access] of this.#tickets) await connection.request('registerTicket', { ticket, ...access })
    await this.#watchActivity(connection)
    if (connection.closed) throw new ConnectionClosed('the ptyhost ended while it was asked what it holds')
    const lost = this.#table.replace(sessions)
    for (const signal of this.#early) this.#table.apply(signal)
    this.#connection = connection
    return lost
  }

  /** An older ptyhost, whose agents must not end for this, does not know it: screens are then looked at on other signs. */
  async #watchActivity(connection: PtyhostConnection): Promise<void> {
    try {
      await connection.request('watchActivity', {})
    } catch (error) {
      if (!(error instanceof RequestError && error.code === 'unknown_method')) throw error
      this.#options.log.warn('the ptyhost is older and does not say when its sessions print')
    }
  }

  #lose(reason: string): void {
    if (this.#connection === undefined) return // it broke before it was ready: whoever is restoring notices
    this.#lastPid = this.pid
    this.#connection = undefined
    if (this.#isStopping || this.#ending.signal.aborted) return
    this.#next = Promise.withResolvers()
    this.#next.promise.catch(() => {})
    this.#options.log.warn({ reason, pid: this.#lastPid }, 'the link to the ptyhost broke')
    this.#losses.notify(reason)
    void this.#keepRestoring(reason)
  }

  async #keepRestoring(reason: string): Promise<void> {
    while (!this.#ending.signal.aborted) {
      try {
        const ran = this.#table.running()
        const lost = await this.#restore()
        if (this.#connection === undefined) continue // ended, or lost again within the same turn
        const replaced = this.pid !== this.#lastPid
        this.#options.log.info({ pid: this.pid, replaced, lost }, 'the link to the ptyhost is whole again')
        this.#tellMissed(ran)
        this.#changes.notify({ reason, replaced, lost })
        this.#next.resolve(this.#connection)
        void this.#forwards.resume()
        return
      } catch (error) {
        this.#options.onError(error)
        await wait(RETRY_AFTER_FAILURE_MS, undefined, { signal: this.#ending.signal }).catch(() => {})
      }
    }
  }

  /** What sessions said while nobody listened; of one that ended, its exit (once, whether it was heard or is listed). */
  #tellMissed(ran: readonly string[]): void {
    for (const signal of this.#early) if (signal.kind !== 'exit') this.#signals.notify(signal)
    for (const session of ran) {
      const exit = this.sessions.get(session)?.exit
      if (exit !== undefined) this.#signals.notify({ kind: 'exit', session, ...exit })
    }
  }

  #receive(message: Received<PtyhostProtocol, 'client'>): void {
    switch (message.type) {
      case 'signal':
        if (this.#connection === undefined) return void this.#early.push(message.signal)
        this.#table.apply(message.signal)
        return this.#signals.notify(message.signal)
      case 'released':
        this.#table.remove(message.session)
        return this.#forwards.end(message.session, 'the session was released')
      case 'forwarded':
        return void this.#forwards.receive(message)
      case 'frame':
        return // the hub looks at nothing
    }
  }
}
