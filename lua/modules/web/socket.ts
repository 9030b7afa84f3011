/** One WebSocket: text and binary messages, and a watch on whether the other side is still there. */
import { isUtf8 } from 'node:buffer'
import type { ClientOptions, RawData, WebSocket } from 'ws'
import { type NetworkFailure, networkFailure } from './failure.ts'

/** Bytes a connection may have waiting to go out before `send` refuses: a peer that does not read must not fill the memory. */
const MOST_UNSENT = 16 << 20
/** Milliseconds the other side has to answer our close. */
const CLOSE_TIMEOUT_MS = 5000

/** How many intervals after the last look the next one counts as late. */
const LATE = 1.5

/** Close codes of RFC 6455, section 7.4.1. */
const NORMAL = 1000
const GOING_AWAY = 1001
/** Never on the wire: the connection ended without a close. */
const ABNORMAL = 1006

export interface SocketOptions {
  readonly url: URL
  readonly headers: readonly (readonly [string, string])[]
  readonly protocols: readonly string[]
  /** Milliseconds until it is open. */
  readonly timeoutMs: number
  /** Milliseconds between pings; without a sign of life until the next, the connection counts as lost. 0: none. */
  readonly pingIntervalMs: number
  /** Most bytes of one message that is received. */
  readonly maxBytes: number
  /** Certificates trusted instead of the system's: PEM. */
  readonly ca?: string
}

/** What happens to a socket. `closed` is the last, once; `failed` comes before it when there is a reason. */
export interface SocketEvents {
  opened(protocol: string): void
  /** Text is valid UTF-8. */
  message(data: Uint8Array, isBinary: boolean): void
  failed(failure: NetworkFailure): void
  closed(code: number, reason: string): void
}

export class Socket implements Disposable {
  readonly #options: SocketOptions
  readonly #events: SocketEvents
  #socket: WebSocket | undefined
  #state: 'connecting' | 'open' | 'closing' | 'closed' = 'connecting'
  /** Runs out when it takes too long to open; then the pings. */
  #timer: NodeJS.Timeout | undefined
  #isAlive = true
  /** When it was last looked whether the other side is alive, by performance.now(). */
  #lookedAt = 0
  #wasToldWhy = false

  constructor(options: SocketOptions, events: SocketEvents) {
    this.#options = options
    this.#events = events
    this.#timer = setTimeout(() => this.#giveUp(openingTimeout(options)), options.timeoutMs)
    this.#open().catch((error: unknown) => {
      this.#tell(networkFailure(error, options.url))
      this.#end(ABNORMAL, '')
    })
  }

  get isOpen(): boolean {
    return this.#state === 'open'
  }

  /** Sends a message, or says why not. Text must be valid UTF-8; without `isBinary` what is not goes as binary. */
  send(data: Uint8Array, isBinary?: boolean): NetworkFailure | undefined {
    const socket = this.#socket
    if (this.#state !== 'open' || socket === undefined) return notOpen()
    if (socket.bufferedAmount + data.length > MOST_UNSENT) {
      return {
        kind: 'busy',
        message: `busy: ${socket.bufferedAmount} bytes are waiting because the other side does not read`,
      }
    }
    const isText = isBinary === undefined ? isUtf8(data) : !isBinary
    if (isText && isBinary === false && !isUtf8(data)) {
      return { kind: 'not_text', message: 'not text: the message is not valid UTF-8, it can only be sent as binary' }
    }
    socket.send(data, { binary: !isText })
    return undefined
  }

  /** Milliseconds until the other side answered a ping, or why it did not. */
  async ping(timeoutMs: number, signal: AbortSignal): Promise<number | NetworkFailure> {
    const socket = this.#socket
    if (this.#state !== 'open' || socket === undefined) return notOpen()
    const { promise, resolve } = Promise.withResolvers<number | NetworkFailure>()
    const began = performance.now()
    const onPong = () => resolve(performance.now() - began)
    const onClose = () => resolve({ kind: 'connection_lost', message: 'connection lost: it closed before the answer' })
    const onAbort = () => resolve({ kind: 'cancelled', message: 'the ping was cancelled' })
    const message = `timeout: no answer to a ping within ${timeoutMs} ms`
    const timer = setTimeout(() => resolve({ kind: 'timeout', message }), timeoutMs)
    socket.once('pong', onPong)
    socket.once('close', onClose)
    signal.addEventListener('abort', onAbort, { once: true })
    socket.ping()
    try {
      return await promise
    } finally {
      clearTimeout(timer)
      socket.off('pong', onPong)
      socket.off('close', onClose)
      signal.removeEventListener('abort', onAbort)
    }
  }

  /** Begins to close: `closed` follows when the other side has agreed, or has not in time. False when it was under way. */
  close(code = NORMAL, reason = ''): boolean {
    if (this.#state === 'closing' || this.#state === 'closed') return false
    const wasOpen = this.#state === 'open'
    this.#state = 'closing'
    this.#wasToldWhy = true // what now goes wrong is of our own doing
    if (wasOpen) this.#socket?.close(code, reason)
    else if (this.#socket === undefined) this.#end(ABNORMAL, '')
    else this.#socket.terminate()
    return true
  }

  /** Ends it at once. No event follows. */
  [Symbol.dispose](): void {
    const wasOpen = this.#state === 'open'
    this.#state = 'closed'
    clearTimeout(this.#timer)
    if (wasOpen) this.#socket?.close(GOING_AWAY)
    this.#socket?.terminate()
  }

  async #open(): Promise<void> {
    // Loaded when it is first needed: all hubs want to start fast.
    const { WebSocket } = await import('ws')
    if (this.#state !== 'connecting') return
    const { url, protocols, headers, maxBytes, ca } = this.#options
    const bare = new URL(url)
    bare.hash = ''
    // Compression is left out: what it takes in memory for each connection is more than messages are worth.
    const options: ClientOptions & { closeTimeout: number } = {
      headers: grouped(headers),
      maxPayload: maxBytes,
      perMessageDeflate: false,
      // A burst of messages must let others have their turn in between.
      allowSynchronousEvents: false,
      closeTimeout: CLOSE_TIMEOUT_MS,
      ca,
    }
    const socket = new WebSocket(bare, [...protocols], options)
    this.#socket = socket
    socket.on('open', () => this.#opened(socket))
    socket.on('message', (data, isBinary) => this.#received(data, isBinary))
    socket.on('pong', () => {
      this.#isAlive = true
    })
    socket.on('error', (error) => this.#tell(socketFailure(error, url)))
    socket.on('close', (code, reason) => this.#end(code, reason.toString()))
  }

  #opened(socket: WebSocket): void {
    clearTimeout(this.#timer)
    if (this.#state !== 'connecting') return
    this.#state = 'open'
    this.#lookedAt = performance.now()
    const { pingIntervalMs } = this.#options
    if (pingIntervalMs > 0) this.#timer = setInterval(() => this.#watch(socket, pingIntervalMs), pingIntervalMs)
    this.#events.opened(socket.protocol)
  }

  #received(data: RawData, isBinary: boolean): void {
    this.#isAlive = true
    if (this.#state === 'open' || this.#state === 'closing') this.#events.message(bytesOf(data), isBinary)
  }

  #watch(socket: WebSocket, intervalMs: number): void {
    if (this.#state !== 'open') return
    const now = performance.now()
    // After a pause of this machine the answer may be there and only not read yet: it has until the next look.
    const isLate = now - this.#lookedAt > LATE * intervalMs
    this.#lookedAt = now
    if (!this.#isAlive && !isLate) {
      const message = `timeout: ${this.#options.url.host} gave no sign of life for ${intervalMs} ms`
      return this.#giveUp({ kind: 'timeout', message })
    }
    this.#isAlive = false
    socket.ping()
  }

  /** Says why, and ends the connection. */
  #giveUp(failure: NetworkFailure): void {
    this.#tell(failure)
    if (this.#socket === undefined) this.#end(ABNORMAL, '')
    else this.#socket.terminate()
  }

  /** Only the first reason: what follows from it is noise. */
  #tell(failure: NetworkFailure): void {
    if (this.#wasToldWhy || this.#state === 'closed') return
    this.#wasToldWhy = true
    this.#events.failed(failure)
  }

  #end(code: number, reason: string): void {
    clearTimeout(this.#timer)
    if (this.#state === 'closed') return
    this.#state = 'closed'
    this.#events.closed(code, reason)
  }
}

/** The URL, or undefined when it is none of a WebSocket. */
export function socketUrl(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined
  const url = new URL(text)
  return url.protocol === 'ws:' || url.protocol === 'wss:' ? url : undefined
}

export function notOpen(): NetworkFailure {
  return { kind: 'not_open', message: 'not open: the connection is not open yet, or not any more' }
}

function openingTimeout({ url, timeoutMs }: SocketOptions): NetworkFailure {
  return { kind: 'timeout', message: `timeout: ${url.host} did not open a WebSocket within ${timeoutMs} ms` }
}

/** What the library says when it fails, in the words of the other network primitives. */
function socketFailure(error: Error & { code?: string }, url: URL): NetworkFailure {
  const status = /^Unexpected server response: (\d+)$/.exec(error.message)?.[1]
  if (status !== undefined) {
    const message = `refused: ${url.host} answered ${status} and opened no WebSocket`
    return { kind: 'refused', message, status: Number(status) }
  }
  if (error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') {
    return { kind: 'too_large', message: 'too large: a message is longer than max_bytes' }
  }
  if (error.code?.startsWith('WS_ERR_') || error.code === undefined) {
    return { kind: 'protocol', message: `${url.host} does not keep to the WebSocket protocol (${error.message})` }
  }
  return networkFailure(error, url)
}

function grouped(headers: SocketOptions['headers']): Record<string, string> {
  const all: Record<string, string> = {}
  for (const [name, value] of headers) all[name] = all[name] === undefined ? value : `${all[name]}, ${value}`
  return all
}

function bytesOf(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data)
  return data instanceof Uint8Array ? data : new Uint8Array(data)
}
