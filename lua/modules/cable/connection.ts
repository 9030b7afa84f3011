/** A connection to an ActionCable server: made again whenever it is lost, with every subscription. */
import type { LuaValue } from '../../vm/index.ts'
import type { NetworkFailure } from '../web/failure.ts'
import { Socket } from '../web/socket.ts'
import { commandText, PROTOCOLS, parseServerMessage, type ServerMessage } from './protocol.ts'
import { Subscriptions } from './subscriptions.ts'

export interface CableTiming {
  /** Milliseconds until the WebSocket is open. */
  readonly openMs: number
  /** Milliseconds without a word after which the connection counts as lost: servers ping every 3 seconds. */
  readonly staleMs: number
  /** Milliseconds after which a subscription is asked for again: servers work on commands side by side and may mix them up. */
  readonly confirmMs: number
  /** Milliseconds before the first new attempt; twice as many before each further one. */
  readonly firstDelayMs: number
  readonly mostDelayMs: number
}

export const DEFAULT_TIMING: CableTiming = {
  openMs: 15_000,
  staleMs: 10_000,
  confirmMs: 2000,
  firstDelayMs: 1000,
  mostDelayMs: 30_000,
}

/** Most bytes of one message. */
const MOST_BYTES = 16 << 20

export interface CableOptions {
  readonly url: URL
  readonly headers: readonly (readonly [string, string])[]
  readonly timing: CableTiming
  /** Certificates trusted instead of the system's: PEM. */
  readonly ca?: string
}

export interface CableEvents {
  /** The server welcomed us, for the first time or again. */
  connected(): void
  /** It was lost, or could not be made. Unless `reconnects`, it is over. */
  disconnected(failure: NetworkFailure, reconnects: boolean): void
}

/** Who subscribed. */
export interface CableChannel {
  received(message: LuaValue): void
  confirmed(): void
  /** The server does not let us; the subscription is gone. */
  rejected(): void
}

export class CableConnection implements Disposable {
  readonly #options: CableOptions
  readonly #events: CableEvents
  readonly #subscriptions: Subscriptions
  #socket: Socket | undefined
  #isWelcome = false
  #isOver = false
  #attempts = 0
  #retry: NodeJS.Timeout | undefined
  #watch: NodeJS.Timeout | undefined
  /** When the server was last heard, by performance.now(). */
  #heardAt = 0
  #lookedAt = 0
  #lastFailure: NetworkFailure | undefined

  constructor(options: CableOptions, events: CableEvents) {
    this.#options = options
    this.#events = events
    this.#subscriptions = new Subscriptions((text) => this.#send(text), options.timing.confirmMs)
    this.#connect()
  }

  /** Subscribes now, or as soon as there is a connection, and again with each new one. */
  subscribe(identifier: string, channel: CableChannel): void {
    this.#subscriptions.add(identifier, channel)
  }

  unsubscribe(identifier: string, channel: CableChannel): void {
    this.#subscriptions.remove(identifier, channel)
  }

  /** Sends an action now, or once the subscription is confirmed. False when too many wait for that. */
  perform(identifier: string, data: string): boolean {
    return this.#subscriptions.perform(identifier, commandText('message', identifier, data))
  }

  /** Ends it. No event follows. */
  [Symbol.dispose](): void {
    this.#isOver = true
    clearTimeout(this.#retry)
    clearInterval(this.#watch)
    this.#socket?.[Symbol.dispose]()
  }

  #connect(): void {
    const { url, headers, timing, ca } = this.#options
    this.#lastFailure = undefined
    const options = { url, headers, protocols: PROTOCOLS, timeoutMs: timing.openMs, pingIntervalMs: 0, ca }
    this.#socket = new Socket(
      { ...options, maxBytes: MOST_BYTES },
      {
        opened: (protocol) => this.#opened(protocol),
        message: (data) => this.#received(data),
        failed: (failure) => {
          this.#lastFailure ??= failure
        },
        closed: (code, reason) => this.#closed(code, reason),
      },
    )
  }

  #opened(protocol: string): void {
    if (protocol !== PROTOCOLS[0]) {
      const message = `${this.#options.url.host} speaks another version of ActionCable's protocol`
      this.#end({ kind: 'protocol', message })
      return
    }
    this.#heardAt = performance.now()
    this.#lookedAt = this.#heardAt
    clearInterval(this.#watch)
    this.#watch = setInterval(() => this.#look(), this.#lookEveryMs)
  }

  get #lookEveryMs(): number {
    const { staleMs, confirmMs } = this.#options.timing
    return Math.min(staleMs, confirmMs) / 2
  }

  #received(data: Uint8Array): void {
    this.#heardAt = performance.now()
    const message = parseServerMessage(Buffer.from(data).toString())
    if (message === undefined) {
      const problem = `${this.#options.url.host} sent what is no message of ActionCable's protocol`
      this.#lose({ kind: 'protocol', message: problem })
    } else this.#handle(message)
  }

  #handle(message: ServerMessage): void {
    switch (message.type) {
      case 'welcome':
        this.#isWelcome = true
        this.#attempts = 0
        this.#subscriptions.askAll()
        this.#events.connected()
        return
      case 'confirm_subscription':
        this.#subscriptions.confirm(message.identifier)
        return
      case 'reject_subscription':
        this.#subscriptions.reject(message.identifier)
        return
      case 'message':
        this.#subscriptions.deliver(message.identifier, message.message)
        return
      case 'disconnect': {
        const text = `refused: ${this.#options.url.host} ended the connection (${message.reason})`
        const failure = { kind: 'refused', message: text } as const
        if (message.reconnect) this.#lose(failure)
        else this.#end(failure)
        return
      }
      case 'ping':
      case 'unknown':
        return
    }
  }

  #closed(code: number, reason: string): void {
    const why = reason === '' ? `code ${code}` : `code ${code}: ${reason}`
    const message = `connection lost: ${this.#options.url.host} closed it (${why})`
    this.#lost(this.#lastFailure ?? { kind: 'connection_lost', message })
  }

  /** Looks after a connection that says nothing, and subscriptions that were not confirmed. */
  #look(): void {
    const { staleMs } = this.#options.timing
    const now = performance.now()
    // What the server said while this machine paused is there, and only not read yet.
    this.#heardAt = Math.min(now, this.#heardAt + Math.max(0, now - this.#lookedAt - this.#lookEveryMs))
    this.#lookedAt = now
    if (now - this.#heardAt > staleMs) {
      this.#lose({ kind: 'timeout', message: `timeout: nothing heard of ${this.#options.url.host} for ${staleMs} ms` })
    } else if (this.#isWelcome) this.#subscriptions.askLate()
  }

  /** Gives the present connection up and makes a new one. */
  #lose(failure: NetworkFailure): void {
    this.#socket?.[Symbol.dispose]()
    this.#lost(failure)
  }

  #lost(failure: NetworkFailure): void {
    if (this.#isOver) return
    clearInterval(this.#watch)
    this.#isWelcome = false
    this.#subscriptions.forgetAnswers()
    const { firstDelayMs, mostDelayMs } = this.#options.timing
    const delay = Math.min(mostDelayMs, firstDelayMs * 2 ** this.#attempts++)
    // Clients of a server that restarts must not all come back in the same moment.
    this.#retry = setTimeout(() => this.#connect(), delay * (0.5 + Math.random() / 2))
    this.#events.disconnected(failure, true)
  }

  #end(failure: NetworkFailure): void {
    if (this.#isOver) return
    this[Symbol.dispose]()
    this.#events.disconnected(failure, false)
  }

  #send(text: string): boolean {
    return this.#isWelcome && this.#socket?.send(Buffer.from(text), false) === undefined
  }
}
