/** An HTTP request as scripts describe it, and the answer as they get it. */
import type { LuaTable, LuaValue } from '../../vm/index.ts'
import { toJson } from './json.ts'
import { badArgument, Options, type Place } from './options.ts'

/** Milliseconds a request may take from its turn on, redirects and body included. */
const DEFAULT_TIMEOUT_MS = 30_000
/** An hour: more is a mistake in the unit. */
const MOST_TIMEOUT_MS = 3_600_000
/** As many as browsers' stricter kin follow; real sites need three. */
const DEFAULT_REDIRECTS = 10
const MOST_REDIRECTS = 50
/** Bytes of body, decompressed. An eighth of the memory that a VM may take, since Lua copies what it works on. */
const DEFAULT_BYTES = 32 << 20
const MOST_BYTES = 256 << 20

export interface HttpRequest {
  readonly method: string
  readonly url: string
  /** Names in lower case. */
  readonly headers: readonly (readonly [string, string])[]
  readonly body?: Uint8Array
  readonly timeoutMs: number
  readonly maxRedirects: number
  /** Most bytes of body taken, before and after decompression. */
  readonly maxBytes: number
}

export interface HttpResponse {
  readonly status: number
  /** Names in lower case. One that came several times is joined by ", ", `set-cookie` by newlines. */
  readonly headers: Record<string, string>
  readonly body: Uint8Array
  /** Where it came from in the end. */
  readonly url: string
}

const OPTION_NAMES = ['headers', 'json', 'body', 'timeout_ms', 'max_redirects', 'max_bytes']
const WHOLE_NAMES = ['method', 'url', ...OPTION_NAMES]

/**
 * The request of `http.get(url, …)` and its like: (url, headers), (url, options), (url, body, headers or options).
 * @throws Error for what no request can have.
 */
export function requestOf(
  name: string,
  method: string,
  url: string,
  second: Uint8Array | LuaTable | LuaValue[] | undefined,
  third: LuaTable | LuaValue[] | undefined,
): HttpRequest {
  if (second === undefined || second instanceof Uint8Array) {
    return request(method, url, second, third, { name, position: 3 })
  }
  if (third !== undefined) throw badArgument({ name, position: 2 }, 'string expected, got table')
  return request(method, url, undefined, second, { name, position: 2 })
}

/** The request of `http.request({method, url, …})`. */
export function requestFrom(name: string, table: LuaTable | LuaValue[]): HttpRequest {
  const place = { name, position: 1 }
  const options = new Options(table, place, WHOLE_NAMES)
  const url = options.text('url')
  if (url === undefined) throw badArgument(place, 'url: string expected, got nil')
  return complete(checkedMethod(options.text('method') ?? 'GET', place), url, undefined, options, place)
}

/** The request of `http.request(method, url, options)`. */
export function requestWith(name: string, method: string, url: string, table: LuaTable | LuaValue[] | undefined) {
  return request(checkedMethod(method, { name, position: 1 }), url, undefined, table, { name, position: 3 })
}

function request(
  method: string,
  url: string,
  body: Uint8Array | undefined,
  table: LuaTable | LuaValue[] | undefined,
  place: Place,
): HttpRequest {
  if (table === undefined || Array.isArray(table) || OPTION_NAMES.some((option) => option in table)) {
    return complete(method, url, body, new Options(table, place, OPTION_NAMES), place)
  }
  return complete(method, url, body, new Options({ headers: table }, place, OPTION_NAMES), place)
}

function complete(
  method: string,
  url: string,
  given: Uint8Array | undefined,
  options: Options,
  place: Place,
): HttpRequest {
  const headers = options.headers('headers')
  const json = options.get('json')
  const bodies = [given, json, options.get('body')].filter((one) => one !== undefined)
  if (bodies.length > 1) throw badArgument(place, 'a request has one body: either json or a body')
  if (json !== undefined && !headers.some(([name]) => name === 'content-type')) {
    headers.push(['content-type', 'application/json'])
  }
  return {
    method,
    url,
    headers,
    body: json === undefined ? (given ?? options.bytes('body')) : jsonBody(json, place),
    timeoutMs: options.number('timeout_ms', 1, MOST_TIMEOUT_MS) ?? DEFAULT_TIMEOUT_MS,
    maxRedirects: Math.trunc(options.number('max_redirects', 0, MOST_REDIRECTS) ?? DEFAULT_REDIRECTS),
    maxBytes: Math.trunc(options.number('max_bytes', 0, MOST_BYTES) ?? DEFAULT_BYTES),
  }
}

function jsonBody(value: LuaValue, place: Place): Uint8Array {
  try {
    return Buffer.from(toJson(value))
  } catch (error) {
    throw badArgument(place, `json: ${(error as Error).message}`)
  }
}

function checkedMethod(method: string, place: Place): string {
  if (/^[A-Za-z][A-Za-z-]*$/.test(method) && method.toUpperCase() !== 'CONNECT') return method.toUpperCase()
  throw badArgument(place, `method: an HTTP method expected, got '${method}'`)
}

/** The URL, or undefined when it is none that HTTP can be spoken to. */
export function httpUrl(text: string, base?: URL): URL | undefined {
  if (!URL.canParse(text, base?.href)) return undefined
  const url = new URL(text, base)
  return url.protocol === 'http:' || url.protocol === 'https:' ? url : undefined
}
