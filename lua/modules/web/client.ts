/** Speaks HTTP: at most so many requests at once, each within its time and size, cancelled by a signal. */
import type { IncomingMessage } from 'node:http'
import { botsterVersion } from '../../../protocol/version.ts'
import { ACCEPTED_ENCODINGS, decodeContent, tooLarge } from './content-encoding.ts'
import { failed, type NetworkFailure, type NetworkResult, networkFailure } from './failure.ts'
import { redirected } from './redirect.ts'
import { type HttpRequest, type HttpResponse, httpUrl } from './request.ts'
import { Slots } from './slots.ts'
import { Transport, type TransportOptions } from './transport.ts'

/** Requests in flight; more wait for their turn. What the contract of the `http` module says. */
const MOST_IN_FLIGHT = 16
/** Requests that wait: far beyond any use, but a loop that only asks must not eat the memory. */
const MOST_WAITING = 1000
/** Bytes of a redirect's body that are read to keep its connection; a new one is cheaper than more. */
const MOST_IGNORED = 64 << 10

/** @default env: process.env */
export type HttpClientOptions = Partial<TransportOptions>

export class HttpClient implements Disposable {
  readonly #options: HttpClientOptions
  readonly #slots = new Slots(MOST_IN_FLIGHT)
  readonly #closing = new AbortController()
  #transport: Transport | undefined

  constructor(options: HttpClientOptions = {}) {
    this.#options = options
  }

  /** Why no further request can be taken now. */
  get refusal(): NetworkFailure | undefined {
    if (this.#slots.waiting < MOST_WAITING) return undefined
    return { kind: 'busy', message: `busy: ${MOST_WAITING} requests are waiting for their turn` }
  }

  /** Sends a request and takes the whole answer, following redirects. Never rejects. */
  async send(request: HttpRequest, signal?: AbortSignal): Promise<NetworkResult<HttpResponse>> {
    const { refusal } = this
    if (refusal !== undefined) return { ok: false, failure: refusal }
    const url = httpUrl(request.url)
    if (url === undefined) return failed('invalid_url', 'invalid URL: an http or https URL is needed')
    // Not AbortSignal.timeout, which leaves its timer behind; and the time counts from the request's turn.
    const abort = new AbortController()
    const signals = [this.#closing.signal, ...(signal === undefined ? [] : [signal])]
    const onAbort = () => abort.abort({ kind: 'cancelled', message: 'the request was cancelled' })
    for (const one of signals) one.addEventListener('abort', onAbort, { once: true })
    if (signals.some((one) => one.aborted)) onAbort()
    let timer: NodeJS.Timeout | undefined
    try {
      using _slot = await this.#slots.take(abort.signal)
      const { timeoutMs } = request
      const message = `timeout: ${url.host} did not answer in full within ${timeoutMs} ms`
      timer = setTimeout(() => abort.abort({ kind: 'timeout', message }), timeoutMs)
      return await this.#follow(withDefaults(request), url, abort.signal)
    } catch (error) {
      return { ok: false, failure: networkFailure(abort.signal.aborted ? abort.signal.reason : error, url) }
    } finally {
      clearTimeout(timer)
      for (const one of signals) one.removeEventListener('abort', onAbort)
    }
  }

  /** Cancels what is under way and closes every connection. */
  [Symbol.dispose](): void {
    this.#closing.abort()
    this.#transport?.[Symbol.dispose]()
  }

  async #follow(first: HttpRequest, from: URL, signal: AbortSignal): Promise<NetworkResult<HttpResponse>> {
    this.#transport ??= new Transport({ env: process.env, ...this.#options })
    let request = first
    let url = from
    for (let count = 0; ; count++) {
      const answer = await this.#transport.exchange(request, url, signal)
      const { statusCode = 0, headers } = answer
      const next = redirected(request, url, { status: statusCode, location: headers.location }, count)
      if (next === undefined) return await readAnswer(answer, request, url)
      // What it says is for browsers that show it; reading it lets the connection be used again.
      await readBody(answer, MOST_IGNORED)
      if (!next.ok) return next
      request = next.value
      url = new URL(request.url)
    }
  }
}

function withDefaults(request: HttpRequest): HttpRequest {
  const defaults: [string, string][] = [
    ['user-agent', `botster/${botsterVersion()}`],
    ['accept', '*/*'],
    ['accept-encoding', ACCEPTED_ENCODINGS],
  ]
  const missing = defaults.filter(([name]) => !request.headers.some(([given]) => given === name))
  return { ...request, headers: [...missing, ...request.headers] }
}

async function readAnswer(
  answer: IncomingMessage,
  { maxBytes }: HttpRequest,
  url: URL,
): Promise<NetworkResult<HttpResponse>> {
  const received = await readBody(answer, maxBytes)
  if (received === undefined) return tooLarge(maxBytes)
  const headers = headersOf(answer)
  const content = await decodeContent(received, headers['content-encoding'], maxBytes)
  if (!content.ok) return content
  if (content.value.decoded) {
    // They describe what was on the way, not the body there is now.
    delete headers['content-encoding']
    delete headers['content-length']
  }
  return { ok: true, value: { status: answer.statusCode ?? 0, headers, body: content.value.body, url: url.href } }
}

/** The body, or undefined when it is longer than wanted; the connection is closed then. */
async function readBody(answer: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of answer as AsyncIterable<Uint8Array>) {
    size += chunk.length
    // Leaving the loop destroys the stream.
    if (size > maxBytes) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function headersOf({ headersDistinct }: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [name, values] of Object.entries(headersDistinct)) {
    if (values !== undefined) headers[name] = values.join(name === 'set-cookie' ? '\n' : ', ')
  }
  return headers
}
