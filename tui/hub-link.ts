import type { Received } from '../protocol/connection.ts'
import { VersionMismatch } from '../protocol/errors.ts'
import { type HubProtocol, type ReportedError, STOPPED_WITH_AGENTS } from '../protocol/messages/hub.ts'
import type { Ticket } from './data/data-plane.ts'
import type { HubConnection, HubHandlers } from './options.ts'

/** Milliseconds between a lost hub and the first try, and the longest pause between tries. */
const FIRST_RETRY_MS = 50
const LONGEST_RETRY_MS = 1000

/** Errors from before the connection that are shown: those of the last minutes, and no more than can be read at once. */
const EARLIER_MS = 10 * 60_000
const MOST_EARLIER = 3

/** The name under which the TUI subscribes to the hub's messages. */
const SUBSCRIPTION = 'hub'

export type HubMessage = Record<string, unknown>

export interface HubLinkEvents {
  /** It is connected and subscribed, for the first time or again. */
  readonly onConnected: () => void
  /** The connection was lost, or another try failed; it goes on trying. */
  readonly onLost: (reason: string) => void
  readonly onMessage: (data: HubMessage) => void
  readonly onPtyhostChanged: (reason: string) => void
  readonly onErrorReported: (message: string) => void
  readonly onWarning: (warning: string) => void
  /** It cannot come back: the new hub speaks another protocol. */
  readonly onGivenUp: (reason: string) => void
  /** Somebody ended it together with all agents: starting it again is not what they want. */
  readonly onStopped: () => void
}

/** The control plane as the TUI has it: one subscription that comes back whenever the hub does. */
export class HubLink implements Disposable {
  readonly #connectHub: (handlers: HubHandlers) => Promise<HubConnection>
  readonly #events: HubLinkEvents
  #connection: HubConnection | undefined
  #retry: NodeJS.Timeout | undefined
  #pause = FIRST_RETRY_MS
  #subscribed = false
  /** When the last error that was told of happened. */
  #lastErrorAt = 0
  #disposed = false

  constructor(connectHub: (handlers: HubHandlers) => Promise<HubConnection>, events: HubLinkEvents) {
    this.#connectHub = connectHub
    this.#events = events
  }

  get connected(): boolean {
    return this.#connection !== undefined
  }

  /** The first connection; nothing is said over it before `subscribe`. @throws what connectHub throws */
  async connect(): Promise<void> {
    let closed: string | undefined
    let connection: HubConnection | undefined // not there yet when a handler is called early
    connection = await this.#connectHub({
      onMessage: (message) => this.#receive(message),
      onClose: (reason) => {
        closed = reason
        if (connection !== undefined && connection === this.#connection) this.#lost(reason)
      },
      onWarning: this.#events.onWarning,
    })
    if (this.#disposed) return connection.close('the client leaves')
    if (closed !== undefined) throw new Error(closed)
    this.#connection = connection
    this.#pause = FIRST_RETRY_MS
    if (this.#subscribed) this.#subscribe()
  }

  /** From now on the hub's messages come, on this connection and on every later one. */
  subscribe(): void {
    this.#subscribed = true
    if (this.connected) this.#subscribe()
  }

  /** To the hub's Lua. @returns false while there is no hub: the message is not kept */
  send(data: HubMessage): boolean {
    if (this.#connection === undefined) return false
    this.#connection.send({ type: 'message', data: { subscriptionId: SUBSCRIPTION, ...data } })
    return true
  }

  /** What opens the data plane. @throws ConnectionClosed or RequestError */
  async ticket(): Promise<Ticket> {
    const connection = this.#connection
    if (connection === undefined) throw new Error('there is no hub')
    return connection.request('ticket', {})
  }

  [Symbol.dispose](): void {
    this.#disposed = true
    clearTimeout(this.#retry)
    const connection = this.#connection
    this.#connection = undefined
    connection?.close('the client leaves')
  }

  #subscribe(): void {
    this.send({ type: 'subscribe', channel: 'hub' })
    this.#events.onConnected()
    // Without an answer the connection is lost, which is told in its own way.
    this.#tellEarlierErrors().catch(() => undefined)
  }

  /** What went wrong while nobody was connected: the steps of the hub's start that failed, above all. */
  async #tellEarlierErrors(): Promise<void> {
    const status = await this.#connection?.request('status', {})
    const since = Math.max(this.#lastErrorAt, Date.now() - EARLIER_MS)
    const errors = status?.errors.filter(({ at, outdated }) => at > since && !outdated) ?? []
    const hidden = errors.length - MOST_EARLIER
    if (hidden > 0) this.#events.onErrorReported(`${hidden} more went wrong before: see \`botster status\``)
    for (const error of errors.slice(-MOST_EARLIER)) this.#tellError(error)
  }

  #tellError({ at, message }: ReportedError): void {
    this.#lastErrorAt = Math.max(this.#lastErrorAt, at)
    this.#events.onErrorReported(message)
  }

  #receive(message: Received<HubProtocol, 'client'>): void {
    switch (message.type) {
      case 'message':
        return this.#events.onMessage(message.data)
      case 'ptyhostChanged':
        return this.#events.onPtyhostChanged(message.reason)
      case 'errorReported':
        return this.#tellError(message.error)
      case 'luaOutput':
        return // of scripts this client never runs
    }
  }

  #lost(reason: string): void {
    this.#connection = undefined
    if (this.#disposed) return
    if (reason === STOPPED_WITH_AGENTS) return this.#events.onStopped()
    this.#events.onLost(reason)
    this.#retryAfter(FIRST_RETRY_MS)
  }

  #retryAfter(pause: number): void {
    clearTimeout(this.#retry)
    this.#pause = Math.min(pause * 2, LONGEST_RETRY_MS)
    this.#retry = setTimeout(() => void this.#reopen(), pause)
  }

  async #reopen(): Promise<void> {
    try {
      await this.connect()
    } catch (error) {
      if (this.#disposed) return
      const reason = error instanceof Error ? error.message : String(error)
      if (error instanceof VersionMismatch) return this.#events.onGivenUp(reason)
      this.#events.onLost(reason)
      this.#retryAfter(this.#pause)
    }
  }
}
