/** `http`: requests to web servers. */
import {
  type CallContext,
  defineFunction,
  defineModule,
  isLuaFunction,
  type LuaFunction,
  type LuaModule,
  type LuaTable,
  type LuaValue,
} from '../vm/index.ts'
import { HttpClient } from './web/client.ts'
import { asLuaFailure, failureTable } from './web/failure.ts'
import { badArgument, typeOf } from './web/options.ts'
import { type HttpRequest, httpUrl, requestFrom, requestOf, requestWith } from './web/request.ts'
import { responseTable } from './web/response.ts'

/** Milliseconds a callback may run without giving way. */
const BUDGET = 200

const RESPONSE = 'HttpResponse'
const OPTIONS = 'HttpOptions'
const CALLBACK = 'fun(response: HttpResponse?, message: string?, err: table?)'

const INVALID_URL = 'it is no http or https URL'
const BUSY = '1000 requests are waiting for their turn'
const failures = {
  invalid_url: INVALID_URL,
  busy: BUSY,
  host_not_found: 'no name server knows the host',
  connection_refused: 'nothing listens there',
  unreachable: 'there is no way to that address',
  tls: 'no encrypted connection, or none to be trusted',
  timeout: 'the whole answer was not there in time',
  connection_lost: 'the connection ended before the answer did',
  protocol: 'what came was no HTTP',
  redirects: 'there were too many, or one led out of the web',
  encoding: 'the body is not what Content-Encoding says',
  too_large: 'the body is longer than max_bytes',
}
const RAISES = {
  'unknown option': 'for an option there is not',
  'expected, got': 'for an option of another type, or out of its range',
  'cannot be the name of a header': 'for such a name',
  'control characters cannot be in a header': 'for such a value',
  'JSON cannot hold': 'for such a `json`',
}

/** The module for one VM, which it ends with. */
export function httpModule(client: HttpClient = new HttpClient()): LuaModule {
  const running = new Map<number, () => void>()
  let lastId = 0

  const simple = (method: string, doc: string, example: string) => {
    const name = `http.${method.toLowerCase()}`
    return defineFunction({
      doc,
      args: [
        { name: 'url', type: 'text' },
        {
          name: 'body',
          type: ['bytes', 'table'],
          optional: true,
          luaType: `string|${OPTIONS}|table<string, string>`,
          doc: 'the body; or, instead of both: options, or headers',
        },
        {
          name: 'headers',
          type: 'table',
          optional: true,
          luaType: `table<string, string>|${OPTIONS}`,
          doc: 'headers, or options',
        },
      ],
      returns: [
        { type: ['table', 'nil'], luaType: `${RESPONSE}?`, doc: 'an answer of any status is one: look at its status' },
      ],
      yields: true,
      failures,
      raises: RAISES,
      example,
      call: (context, url, body, headers) => wait(client, context, requestOf(name, method, url, body, headers)),
    })
  }

  /** Sends without waiting; the callback gets the outcome. */
  const start = ({ vm, owner }: CallContext, request: HttpRequest, callback: LuaFunction): number => {
    const id = ++lastId
    const abort = new AbortController()
    const stop = () => {
      running.delete(id)
      forget()
      callback[Symbol.dispose]()
      abort.abort()
    }
    const forget = vm.addDisposal(owner, stop)
    running.set(id, stop)
    client
      .send(request, abort.signal)
      .then((result) => {
        if (!running.has(id)) return
        const args = result.ok
          ? [responseTable(result.value)]
          : [undefined, result.failure.message, failureTable(result.failure)]
        vm.spawn(callback, args, { owner, budgetMs: BUDGET })
        stop()
      })
      .catch((error: unknown) => vm.report(owner, error))
    return id
  }

  return defineModule({
    name: 'http',
    doc: 'Requests to web servers. Bodies are bytes, exactly as the server meant them: compressed ones arrive decompressed. Redirects are followed, without credentials to another host. At most 16 requests are in flight, further ones wait for their turn; HTTP_PROXY, HTTPS_PROXY and NO_PROXY are heeded.',
    types: {
      HttpResponse: {
        doc: 'What a server answered.',
        fields: {
          status: 'integer # 200, 404, …',
          body: 'string # byte for byte',
          headers:
            'table<string, string> # names in lower case; one that came several times is joined by ", ", set-cookie by newlines',
          url: 'string # where it came from, after redirects',
        },
      },
      HttpOptions: {
        doc: 'How to ask.',
        fields: {
          headers: 'table<string, string>? # a list of strings sends one several times',
          body: 'string?',
          json: 'any # sent as JSON, with its content type',
          timeout_ms: 'number? # for all of it, from the moment it has its turn; 30000',
          max_redirects: 'integer? # 0 returns the redirect itself; 10',
          max_bytes: 'integer? # most bytes of body, decompressed; 32 MiB',
        },
      },
    },
    functions: {
      get: simple('GET', 'Gets what a URL stands for.', "local r = assert(http.get(url, { accept = 'text/plain' }))"),
      post: simple('POST', 'Posts a body.', 'local r = assert(http.post(url, { json = { text = "done" } }))'),
      put: simple(
        'PUT',
        'Puts a body.',
        "local r = assert(http.put(url, 'text', { ['content-type'] = 'text/plain' }))",
      ),
      delete: simple('DELETE', 'Deletes what a URL stands for.', 'local r = assert(http.delete(url))'),
      request: defineFunction({
        doc: 'Sends a request and goes on; the callback is called with the answer, or with `nil, message, err` as http.get fails.',
        args: [
          {
            name: 'method',
            type: ['text', 'table'],
            luaType: `string|${OPTIONS}`,
            doc: 'the method; or options with method and url, then the callback',
          },
          { name: 'url', type: ['text', 'function'], luaType: `string|${CALLBACK}` },
          { name: 'options', type: ['table', 'function'], optional: true, luaType: `${OPTIONS}|${CALLBACK}` },
          { name: 'callback', type: 'function', optional: true, luaType: CALLBACK },
        ],
        returns: [{ name: 'id', type: ['integer', 'nil'], doc: 'for cancel' }],
        failures: { invalid_url: `${INVALID_URL}; the callback is not called then`, busy: BUSY },
        raises: { ...RAISES, 'an HTTP method expected': 'for a method that is none' },
        example:
          "http.request({ method = 'PATCH', url = url, body = 'x' }, function(response, message)\n  log.info(response and response.status or message)\nend)",
        call: (context, ...args) => {
          const { request, callback } = requestAndCallback(args)
          const refusal =
            httpUrl(request.url) === undefined
              ? ({ kind: 'invalid_url', message: 'invalid URL: an http or https URL is needed' } as const)
              : client.refusal
          if (refusal === undefined) return start(context, request, callback)
          callback[Symbol.dispose]()
          return asLuaFailure(refusal)
        },
      }),
      cancel: defineFunction({
        doc: 'Cancels what `request` began; its callback is not called any more.',
        args: [{ name: 'id', type: 'integer' }],
        returns: [{ type: 'boolean', doc: 'false if it was over' }],
        example: 'http.cancel(http.request("GET", url, function() end))',
        call: (_, id) => {
          const stop = running.get(id)
          stop?.()
          return stop !== undefined
        },
      }),
    },
    dispose: () => client[Symbol.dispose](),
  })
}

/** Waits for the answer, until the coroutine or whoever owns the call is gone. */
async function wait(client: HttpClient, { vm, owner, signal }: CallContext, request: HttpRequest) {
  const abort = new AbortController()
  const forget = vm.addDisposal(owner, () => abort.abort())
  try {
    const result = await client.send(request, AbortSignal.any([signal, abort.signal]))
    return result.ok ? responseTable(result.value) : asLuaFailure(result.failure)
  } finally {
    forget()
  }
}

type RequestArguments = [
  first: string | LuaTable | LuaValue[],
  second: string | LuaFunction,
  third: LuaTable | LuaValue[] | LuaFunction | undefined,
  fourth: LuaFunction | undefined,
]

/** (options, callback), (method, url, options, callback) or (method, url, callback). */
function requestAndCallback([first, second, third, fourth]: RequestArguments) {
  const name = 'http.request'
  const functions = [second, third, fourth].filter((arg) => isLuaFunction(arg))
  try {
    const [callback] = functions
    const position = typeof first === 'string' ? (isLuaFunction(third) ? 3 : 4) : 2
    const given = [first, second, third, fourth][position - 1]
    if (callback === undefined || functions.length > 1 || given !== callback) {
      throw badArgument(
        { name, position },
        `function expected, got ${given === undefined ? 'no value' : typeOf(given)}`,
      )
    }
    if (typeof first !== 'string') return { request: requestFrom(name, first), callback }
    if (typeof second !== 'string') throw badArgument({ name, position: 2 }, 'string expected, got function')
    const options = isLuaFunction(third) ? undefined : (third as LuaTable | undefined)
    return { request: requestWith(name, first, second, options), callback }
  } catch (error) {
    for (const held of functions) held[Symbol.dispose]()
    throw error
  }
}
