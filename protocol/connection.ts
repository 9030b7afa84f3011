import type { Socket } from 'node:net'
import type * as z from 'zod'
import type {
  Incoming,
  MethodName,
  Outgoing,
  Params,
  Protocol,
  ReceivedParams,
  Result,
  Shortcut,
  Shortcuts,
} from './definition.ts'
import { type ByeCode, envelopes, type Failure, type Hello, type Role } from './envelope.ts'
import { ConnectionClosed, RequestError } from './errors.ts'
import { decodeBody, encodeFrame, FrameDecoder, FramingError } from './frame.ts'
import { agree, ourHello } from './handshake.ts'

/** Bytes queued for a peer that does not read before it is dropped: three of the largest messages. */
const MAX_QUEUED_BYTES = 48 << 20
/** Milliseconds a peer has to say hello. */
const HELLO_TIMEOUT_MS = 10_000
/** Milliseconds an orderly close may take before the socket is destroyed. */
const CLOSE_TIMEOUT_MS = 1000

export type Side = 'client' | 'server'
type Table<P extends Protocol, S extends Side> = S extends 'client' ? P['toClient'] : P['toServer']
type PeerTable<P extends Protocol, S extends Side> = S extends 'client' ? P['toServer'] : P['toClient']
export type Received<P extends Protocol, S extends Side> = Incoming<Table<P, S>>
export type Sent<P extends Protocol, S extends Side> = Outgoing<PeerTable<P, S>>

/** How a server answers: one handler a method. An expected failure is thrown as {@link RequestError}. */
export type MethodHandlers<P extends Protocol> = {
  [M in MethodName<P>]: (params: ReceivedParams<P, M>) => Result<P, M> | Promise<Result<P, M>>
}

export interface ConnectionOptions<P extends Protocol, S extends Side> {
  readonly socket: Socket
  readonly protocol: P
  readonly side: S
  readonly role: Role
  /** Called once, after the hellos agreed and before any message. */
  readonly onReady?: (peer: Hello) => void
  readonly onMessage: (message: Received<P, S>) => void
  /**
   * Called once. `reason` is the peer's own word when it said goodbye, which `saidBye` tells; `code` is there for
   * programs when either side gave one.
   */
  readonly onClose: (reason: string, saidBye: boolean, code?: string) => void
  /** What was ignored or wrong, for the log. */
  readonly onWarning?: (warning: string) => void
  readonly methods?: S extends 'server' ? MethodHandlers<P> : never
}

interface Waiting {
  readonly schema: z.ZodType
  readonly resolve: (result: never) => void
  readonly reject: (error: Error) => void
}

/**
 * One side of a socket: hello both ways, then requests by id, one-way messages, and an orderly close with a reason.
 * An unknown message type is ignored and logged; a malformed one is answered with an error and closes the connection.
 * Nothing a peer sends throws out of here. The wire is described in docs/protocol.md.
 */
export class Connection<P extends Protocol, S extends Side> implements Disposable {
  readonly #options: ConnectionOptions<P, S>
  readonly #decoder = new FrameDecoder()
  /** For what this side receives and sends. */
  readonly #readers: readonly Shortcut[]
  readonly #writers: Shortcuts
  readonly #waiting = new Map<number, Waiting>()
  readonly #helloTimer: NodeJS.Timeout
  #nextRequest = 1
  #peer: Hello | undefined
  #agreed: number | undefined
  #closed = false
  #reason: string | undefined

  constructor(options: ConnectionOptions<P, S>) {
    this.#options = options
    const { socket, side } = options
    const { toClient = {}, toServer = {} } = options.protocol.shortcuts ?? {}
    this.#readers = Object.values(side === 'client' ? toClient : toServer)
    this.#writers = side === 'client' ? toServer : toClient
    socket.setNoDelay?.(true)
    socket.on('data', (chunk) => this.#receive(chunk))
    socket.on('error', (error) => this.#finish(error.message))
    socket.on('close', () => this.#finish('the connection was lost'))
    this.#helloTimer = setTimeout(() => this.close('no hello was received'), HELLO_TIMEOUT_MS)
    this.#helloTimer.unref()
    // A client speaks second: what it says depends on what the server, which may be older, can understand.
    if (options.side === 'server') this.#write(ourHello(options.protocol, options.role))
  }

  get peer(): Hello | undefined {
    return this.#peer
  }

  /** Number of the protocol that both sides speak; undefined before the hellos agreed. */
  get protocol(): number | undefined {
    return this.#agreed
  }

  get closed(): boolean {
    return this.#closed
  }

  /** Bytes handed to the socket that the peer has not taken yet. */
  get queuedBytes(): number {
    return this.#options.socket.writableLength
  }

  send(message: Sent<P, S>): void {
    const { type } = message as { type: string }
    const shortcut = Object.hasOwn(this.#writers, type) ? this.#writers[type] : undefined
    const frame = shortcut?.write(message as { type: string })
    if (frame === undefined) this.#write(message)
    else this.#writeFrame(frame)
  }

  /** Resolves once the peer has taken nearly all that was sent, or the connection is closed. */
  drained(): Promise<void> {
    const { socket } = this.#options
    if (this.#closed || !socket.writableNeedDrain) return Promise.resolve()
    return new Promise((resolve) => {
      const done = () => {
        socket.off('drain', done).off('close', done)
        resolve()
      }
      socket.on('drain', done).on('close', done)
    })
  }

  /**
   * Asks the server. @throws RequestError when it refuses, ConnectionClosed when the connection ends first,
   * a DOMException named TimeoutError or AbortError from `signal`.
   */
  async request<M extends MethodName<P>>(
    method: M,
    params: Params<P, M>,
    { signal }: { signal?: AbortSignal } = {},
  ): Promise<Result<P, M>> {
    signal?.throwIfAborted()
    if (this.#closed) throw new ConnectionClosed(this.#reason ?? 'the connection is closed')
    const id = this.#nextRequest++
    const { promise, resolve, reject } = Promise.withResolvers<Result<P, M>>()
    const schema = this.#options.protocol.methods[method]!.result
    this.#waiting.set(id, { schema, resolve, reject })
    const abort = () => {
      this.#waiting.delete(id)
      reject(signal?.reason)
    }
    signal?.addEventListener('abort', abort, { once: true })
    try {
      this.#write({ type: 'request', id, method, params })
      return await promise
    } finally {
      this.#waiting.delete(id) // also when it could not be written
      signal?.removeEventListener('abort', abort)
    }
  }

  /** Says why and ends the connection once what was written before has left. */
  close(reason: string, code?: ByeCode): void {
    if (this.#closed) return
    this.#write(code === undefined ? { type: 'bye', reason } : { type: 'bye', reason, code })
    this.#end(reason, false, code)
  }

  [Symbol.dispose](): void {
    this.close('done')
  }

  #receive(chunk: Buffer): void {
    try {
      this.#decoder.split(chunk, this.#receiveBody)
    } catch (error) {
      if (!(error instanceof FramingError)) throw error
      this.#reject(error.message)
    }
  }

  readonly #receiveBody = (body: Buffer): void => {
    if (this.#closed) return
    if (this.#peer === undefined) return this.#dispatch(decodeBody(body))
    for (const shortcut of this.#readers) {
      const message = shortcut.read(body)
      if (message !== undefined) return this.#options.onMessage(message as Received<P, S>)
    }
    this.#dispatch(decodeBody(body))
  }

  #dispatch(message: unknown): void {
    const type = typeof message === 'object' && message !== null && 'type' in message ? message.type : undefined
    if (typeof type !== 'string') return this.#reject('a message needs a type')
    if (this.#peer === undefined && type !== 'hello' && type !== 'bye' && type !== 'error') {
      return this.#reject(`expected hello, got ${JSON.stringify(type.slice(0, 64))}`)
    }
    switch (type) {
      case 'hello':
        return this.#parse(envelopes.hello, message, (hello) => this.#greet(hello))
      case 'request':
        return this.#parse(
          envelopes.request,
          message,
          ({ id, method, params }) => void this.#answer(id, method, params),
        )
      case 'response':
        return this.#parse(envelopes.response, message, ({ id, result, error }) => this.#settle(id, result, error))
      case 'bye':
        return this.#parse(envelopes.bye, message, ({ reason, code }) => this.#end(reason, true, code))
      case 'error':
        return this.#parse(envelopes.error, message, (error) => this.#end(`the peer reported: ${error.message}`))
      default:
        return this.#deliver(type, message)
    }
  }

  #greet(hello: Hello): void {
    if (this.#peer !== undefined) return this.#reject('hello was already said')
    clearTimeout(this.#helloTimer)
    const { protocol, role, side } = this.#options
    const agreement = agree(protocol, role, hello)
    if ('problem' in agreement) return this.close(agreement.problem, 'version_mismatch')
    this.#agreed = agreement.number
    if (side === 'client') this.#write(ourHello(protocol, role, agreement.number))
    this.#peer = hello
    this.#options.onReady?.(hello)
  }

  async #answer(id: number, name: string, params: unknown): Promise<void> {
    const { protocol, methods } = this.#options
    const definition = Object.hasOwn(protocol.methods, name) ? protocol.methods[name] : undefined
    if (definition === undefined || methods === undefined) {
      return this.#fail(id, { code: 'unknown_method', message: `there is no method ${JSON.stringify(name)}` })
    }
    const parsed = definition.params.safeParse(params ?? {})
    if (!parsed.success) {
      return this.#fail(id, { code: 'bad_params', message: `${name}: ${explain(parsed.error)}` })
    }
    const handler = methods[name as MethodName<P>] as (params: unknown) => unknown
    try {
      const result = await handler(parsed.data)
      if (!this.#closed) this.#write({ type: 'response', id, result })
    } catch (error) {
      this.#fail(id, failureOf(error))
      if (!(error instanceof RequestError)) this.#warn(`${name} failed: ${(error as Error).stack ?? error}`)
    }
  }

  #fail(id: number, error: Failure): void {
    if (!this.#closed) this.#write({ type: 'response', id, error })
  }

  #settle(id: number, result: unknown, error: Failure | undefined): void {
    const waiting = this.#waiting.get(id)
    if (waiting === undefined) return // aborted meanwhile
    this.#waiting.delete(id)
    if (error !== undefined) return waiting.reject(new RequestError(error))
    const parsed = waiting.schema.safeParse(result)
    if (!parsed.success) {
      return waiting.reject(new RequestError({ code: 'bad_result', message: explain(parsed.error) }))
    }
    waiting.resolve(parsed.data as never)
  }

  #deliver(type: string, message: unknown): void {
    const { protocol, side } = this.#options
    const table: Record<string, z.ZodType> = side === 'client' ? protocol.toClient : protocol.toServer
    const schema = Object.hasOwn(table, type) ? table[type] : undefined
    if (schema === undefined)
      return this.#warn(`ignored a message of unknown type ${JSON.stringify(type.slice(0, 64))}`)
    this.#parse(schema, message, (body) => {
      this.#options.onMessage({ ...(body as object), type } as Received<P, S>)
    })
  }

  #parse<T>(schema: z.ZodType<T>, message: unknown, use: (value: T) => void): void {
    const parsed = schema.safeParse(message)
    if (parsed.success) use(parsed.data)
    else this.#reject(`malformed ${(message as { type: string }).type}: ${explain(parsed.error)}`)
  }

  #reject(problem: string): void {
    this.#warn(problem)
    this.#write({ type: 'error', message: problem })
    this.#end(problem)
  }

  #write(message: unknown): void {
    if (!this.#closed && !this.#options.socket.destroyed) this.#writeFrame(encodeFrame(message))
  }

  #writeFrame(frame: Buffer): void {
    const { socket } = this.#options
    if (this.#closed || socket.destroyed) return
    socket.write(frame)
    if (socket.writableLength > MAX_QUEUED_BYTES) {
      this.#finish('the peer does not read')
      socket.destroy()
    }
  }

  #end(reason: string, saidBye = false, code?: string): void {
    if (this.#closed) return
    const { socket } = this.#options
    this.#finish(reason, saidBye, code)
    socket.end()
    setTimeout(() => socket.destroy(), CLOSE_TIMEOUT_MS).unref()
  }

  #finish(reason: string, saidBye = false, code?: string): void {
    if (this.#closed) return
    this.#closed = true
    this.#reason = reason
    clearTimeout(this.#helloTimer)
    for (const { reject } of this.#waiting.values()) reject(new ConnectionClosed(reason))
    this.#waiting.clear()
    this.#options.onClose(reason, saidBye, code)
  }

  #warn(warning: string): void {
    this.#options.onWarning?.(warning)
  }
}

/** Names the field that was wrong and what was expected there. */
function explain(error: z.ZodError): string {
  const [issue] = error.issues
  if (issue === undefined) return error.message
  return issue.path.length > 0 ? `${issue.path.join('.')}: ${issue.message}` : issue.message
}

function failureOf(error: unknown): Failure {
  if (error instanceof RequestError) return { code: error.code, message: error.message, details: error.details }
  return { code: 'internal', message: error instanceof Error ? error.message : String(error) }
}
