/** One request and the beginning of its answer, over connections that are kept for the next. */
import type http from 'node:http'
import type https from 'node:https'
import type { HttpRequest } from './request.ts'

/** Milliseconds an unused connection is kept: less than servers keep theirs, so that we rarely write into a closed one. */
const IDLE_MS = 4000
/** Unused connections kept for one server. */
const MOST_IDLE = 4

/** Methods that may be sent again when the connection was gone before an answer began (RFC 9110, section 9.2.2). */
const REPEATABLE = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE'])

export interface TransportOptions {
  /** Certificates trusted instead of the system's: PEM. */
  readonly ca?: string
  /** Where HTTP_PROXY, HTTPS_PROXY and NO_PROXY (or in lower case) are looked up. This machine needs no proxy. */
  readonly env: NodeJS.ProcessEnv
}

export class Transport implements Disposable {
  /** Loaded when there is something to ask: they take 4 ms of a start, and a bundle would load what is imported at once. */
  readonly #http = process.getBuiltinModule('node:http')
  readonly #https = process.getBuiltinModule('node:https')
  readonly #plain: http.Agent
  readonly #encrypted: https.Agent

  constructor({ ca, env }: TransportOptions) {
    const noProxy = [env.no_proxy || env.NO_PROXY, 'localhost', '127.0.0.1', '[::1]', '::1'].filter(Boolean).join(',')
    const proxyEnv = { ...env, NO_PROXY: noProxy, no_proxy: noProxy }
    const options = { keepAlive: true, maxFreeSockets: MOST_IDLE, timeout: IDLE_MS, proxyEnv }
    this.#plain = new this.#http.Agent(options)
    this.#encrypted = new this.#https.Agent({ ...options, ca })
  }

  /**
   * Resolves once the answer's headers are there; whoever gets it reads or destroys its body.
   * @throws what Node threw, among it the signal's AbortError.
   */
  async exchange(request: HttpRequest, url: URL, signal: AbortSignal): Promise<http.IncomingMessage> {
    try {
      return await this.#once(request, url, signal)
    } catch (error) {
      // The server had closed a kept connection just when we took it up again.
      if (!(error instanceof ConnectionGone) || !REPEATABLE.has(request.method)) throw original(error)
    }
    try {
      return await this.#once(request, url, signal)
    } catch (error) {
      throw original(error)
    }
  }

  /** Closes every connection. */
  [Symbol.dispose](): void {
    this.#plain.destroy()
    this.#encrypted.destroy()
  }

  #once({ method, headers, body }: HttpRequest, url: URL, signal: AbortSignal): Promise<http.IncomingMessage> {
    // A request that is cancelled from the start would open a connection all the same, and keep it.
    signal.throwIfAborted()
    const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>()
    const isEncrypted = url.protocol === 'https:'
    const options = {
      method,
      headers: outgoing(url, headers, method, body),
      agent: isEncrypted ? this.#encrypted : this.#plain,
      signal,
    }
    const bare = new URL(url)
    bare.username = bare.password = '' // outgoing() makes the header of them
    const sent = isEncrypted ? this.#https.request(bare, options) : this.#http.request(bare, options)
    sent.once('response', resolve)
    sent.on('error', (error: NodeJS.ErrnoException) => {
      const isGone = sent.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE')
      reject(isGone ? new ConnectionGone('', { cause: error }) : error)
    })
    // An answer that changes the protocol is none that anybody asked for.
    sent.once('upgrade', (_, socket) => {
      socket.destroy()
      reject(new Error('the server wants to speak another protocol'))
    })
    sent.end(body)
    return promise
  }
}

/** A kept connection was gone before the answer began. */
class ConnectionGone extends Error {}

function original(error: unknown): unknown {
  return error instanceof ConnectionGone ? error.cause : error
}

function outgoing(
  url: URL,
  given: HttpRequest['headers'],
  method: string,
  body: Uint8Array | undefined,
): http.OutgoingHttpHeaders {
  const headers: Record<string, string[]> = {}
  for (const [name, value] of given) {
    // The length is what the body has, whatever was said of it.
    if (name === 'content-length' || name === 'transfer-encoding') continue
    headers[name] ??= []
    headers[name].push(value)
  }
  const hasLength = body !== undefined || method === 'POST' || method === 'PUT' || method === 'PATCH'
  if (hasLength) headers['content-length'] = [String(body?.length ?? 0)]
  if (url.username !== '' && headers.authorization === undefined) {
    const user = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
    headers.authorization = [`Basic ${Buffer.from(user).toString('base64')}`]
  }
  return Object.fromEntries(
    Object.entries(headers).map(([name, values]) => [name, values.length > 1 ? values : values[0]]),
  )
}
