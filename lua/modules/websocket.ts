/** `websocket`: connections to WebSocket servers. */
import {
  type CallContext,
  defineFunction,
  defineModule,
  type LuaFunction,
  type LuaModule,
  type LuaTable,
  type LuaValue,
} from '../vm/index.ts'
import { asLuaFailure, failureTable, type NetworkFailure } from './web/failure.ts'
import { badArgument, letGoOfFunctions, Options } from './web/options.ts'
import { notOpen, Socket, type SocketOptions, socketUrl } from './web/socket.ts'

/** Connections at once: what the contract of the module says. */
const MOST_CONNECTIONS = 16
/** Milliseconds a callback may run without giving way. */
const BUDGET = 200
/** Milliseconds a connection may take to open. */
const DEFAULT_TIMEOUT_MS = 30_000
const MOST_TIMEOUT_MS = 600_000
/** Seconds between pings: routers forget silent connections after about a minute. */
const DEFAULT_PING_SECONDS = 30
const MOST_PING_SECONDS = 86_400
/** Milliseconds the answer to a ping may take. */
const DEFAULT_PONG_MS = 10_000
/** Most bytes of one message. */
const DEFAULT_BYTES = 16 << 20
const MOST_BYTES = 256 << 20
/** Bytes of a close reason (RFC 6455, section 5.5). */
const MOST_REASON = 123

const CALLBACKS = ['on_open', 'on_message', 'on_close', 'on_error'] as const
const OPTION_NAMES = [...CALLBACKS, 'headers', 'protocols', 'timeout_ms', 'ping_interval', 'max_bytes']

type Callbacks = Partial<Record<(typeof CALLBACKS)[number], LuaFunction>>

export interface WebSocketModuleOptions {
  /** Certificates trusted instead of the system's: PEM. */
  readonly ca?: string
}

/** The module for one VM. */
export function websocketModule({ ca }: WebSocketModuleOptions = {}): LuaModule {
  const sockets = new Map<number, Socket>()
  let lastId = 0

  const connect = ({ vm, owner }: CallContext, options: SocketOptions, callbacks: Callbacks): number => {
    const id = ++lastId
    const call = (name: keyof Callbacks, ...args: LuaValue[]) => {
      const fn = callbacks[name]
      if (fn !== undefined && !fn.released) vm.spawn(fn, args, { owner, budgetMs: BUDGET })
    }
    const forgetAll = () => {
      sockets.delete(id)
      forget()
      for (const fn of Object.values(callbacks)) fn[Symbol.dispose]()
    }
    const socket = new Socket(options, {
      opened: (protocol) => call('on_open', protocol),
      message: (data, isBinary) => call('on_message', data, isBinary),
      failed: (failure) => call('on_error', failure.message, failureTable(failure)),
      closed: (code, reason) => {
        sockets.delete(id) // so that on_close may connect again
        call('on_close', code, reason)
        forgetAll()
      },
    })
    const forget = vm.addDisposal(owner, () => {
      socket[Symbol.dispose]()
      forgetAll()
    })
    sockets.set(id, socket)
    return id
  }

  const connection = { name: 'conn_id', type: 'integer', doc: 'what connect returned' } as const
  const NOT_OPEN = 'it is not open yet, or not any more'

  return defineModule({
    name: 'websocket',
    doc: 'Connections to WebSocket servers, at most 16 at once; they close with the module or plugin that opened them. Each callback runs in a coroutine of its own, begun in the order things happened. A lost connection is not made again: on_close is the place to do so.',
    types: {
      WebSocketHandlers: {
        doc: 'What to do when something happens, and how to connect.',
        fields: {
          on_open: 'fun(protocol: string)? # the connection is there',
          on_message: 'fun(message: string, is_binary: boolean)? # byte for byte',
          on_close:
            'fun(code: integer, reason: string)? # it is over, called once; 1006 when it ended without a goodbye',
          on_error:
            'fun(message: string, err: table)? # why it could not be opened, or broke; on_close follows. err.kind is ' +
            'connection_lost, connection_refused, host_not_found, protocol, refused (with status), timeout, tls, too_large ' +
            'or unreachable',
          headers: 'table<string, string>?',
          protocols: 'string[]? # subprotocols to offer',
          timeout_ms: 'number? # until it is open; 30000',
          ping_interval:
            'number? # seconds between pings, 0 for none; without a sign of life in between it is given up; 30',
          max_bytes: 'integer? # most bytes of one message; 16 MiB',
        },
      },
    },
    functions: {
      connect: defineFunction({
        doc: 'Begins to connect. Whether it worked is told by on_open, or by on_error and on_close.',
        args: [
          { name: 'url', type: 'text', doc: 'ws:// or wss://' },
          { name: 'handlers', type: 'table', optional: true, functions: true, luaType: 'WebSocketHandlers' },
        ],
        returns: [{ name: 'conn_id', type: ['integer', 'nil'] }],
        failures: { invalid_url: 'it is no ws or wss URL', busy: '16 connections are open' },
        raises: {
          'unknown option': 'for a handler or option there is not',
          'expected, got': 'for one of another type, or out of its range',
          'cannot be the name of a header': 'for such a name',
        },
        example:
          "local id = assert(websocket.connect(url, {\n  on_message = function(message) log.info(message) end,\n  on_close = function(code, reason) log.info('closed', code, reason) end,\n}))",
        call: (context, text, table = {}) => {
          const handlers = table as LuaTable
          const url = socketUrl(text)
          const refusal: NetworkFailure | undefined =
            url === undefined
              ? { kind: 'invalid_url', message: 'invalid URL: a ws or wss URL is needed' }
              : sockets.size < MOST_CONNECTIONS
                ? undefined
                : { kind: 'busy', message: `busy: ${MOST_CONNECTIONS} connections are open` }
          try {
            const options = new Options(handlers, { name: 'websocket.connect', position: 2 }, OPTION_NAMES)
            const callbacks = options.functions(CALLBACKS)
            if (url !== undefined && refusal === undefined) {
              return connect(context, { ...connectionOptions(options), url, ca }, callbacks)
            }
          } catch (error) {
            letGoOfFunctions(handlers)
            throw error
          }
          letGoOfFunctions(handlers)
          return asLuaFailure(refusal!)
        },
      }),
      send: defineFunction({
        doc: 'Sends a message.',
        args: [
          connection,
          { name: 'message', type: 'bytes' },
          {
            name: 'binary',
            type: 'boolean',
            optional: true,
            doc: 'as a binary message, or as text; default: as text if it is valid UTF-8',
          },
        ],
        returns: [{ type: ['boolean', 'nil'], doc: 'true: it is on its way' }],
        failures: {
          not_open: NOT_OPEN,
          busy: '16 MiB wait because the other side does not read',
          not_text: 'what is not valid UTF-8 should go as text',
        },
        example: "local sent, message = websocket.send(id, 'hello')",
        call: (_, id, message, binary) => {
          const socket = sockets.get(id)
          const refusal = socket === undefined ? notOpen() : socket.send(message, binary)
          return refusal === undefined ? true : asLuaFailure(refusal)
        },
      }),
      ping: defineFunction({
        doc: 'Asks whether the other side is there, and waits for the answer. Pings of the other side are answered by themselves.',
        args: [connection, { name: 'timeout_ms', type: 'number', default: DEFAULT_PONG_MS }],
        returns: [{ type: ['number', 'nil'], doc: 'milliseconds there and back' }],
        yields: true,
        failures: {
          not_open: NOT_OPEN,
          timeout: 'the answer did not come in time',
          connection_lost: 'the connection ended before the answer came',
        },
        raises: { 'number from 1 to 600000 expected': 'for another timeout' },
        example: 'local milliseconds, message = websocket.ping(id)',
        call: async ({ signal }, id, timeoutMs) => {
          if (!(timeoutMs > 0 && timeoutMs <= MOST_TIMEOUT_MS)) {
            const problem = `number from 1 to ${MOST_TIMEOUT_MS} expected, got ${timeoutMs}`
            throw badArgument({ name: 'websocket.ping', position: 2 }, problem)
          }
          const answer = (await sockets.get(id)?.ping(timeoutMs, signal)) ?? notOpen()
          return typeof answer === 'number' ? answer : asLuaFailure(answer)
        },
      }),
      close: defineFunction({
        doc: 'Closes a connection in order; on_close is called when that is done.',
        args: [
          connection,
          { name: 'code', type: 'integer', default: 1000, doc: '1000, or 3000 to 4999' },
          { name: 'reason', type: 'text', default: '', doc: 'at most 123 bytes' },
        ],
        returns: [{ type: 'boolean', doc: 'false if there was none, or it was closing' }],
        raises: {
          '1000 or 3000 to 4999 expected': 'for another code',
          'at most 123 bytes expected': 'for a longer reason',
        },
        example: "websocket.close(id, 1000, 'done')",
        call: (_, id, code, reason) => {
          const name = 'websocket.close'
          if (code !== 1000 && !(code >= 3000 && code <= 4999)) {
            throw badArgument({ name, position: 2 }, `1000 or 3000 to 4999 expected, got ${code}`)
          }
          const size = Buffer.byteLength(reason)
          if (size > MOST_REASON) {
            throw badArgument({ name, position: 3 }, `at most ${MOST_REASON} bytes expected, got ${size}`)
          }
          return sockets.get(id)?.close(code, reason) ?? false
        },
      }),
    },
  })
}

function connectionOptions(options: Options): Omit<SocketOptions, 'url'> {
  return {
    headers: options.headers('headers'),
    protocols: options.texts('protocols') ?? [],
    timeoutMs: options.number('timeout_ms', 1, MOST_TIMEOUT_MS) ?? DEFAULT_TIMEOUT_MS,
    pingIntervalMs: (options.number('ping_interval', 0, MOST_PING_SECONDS) ?? DEFAULT_PING_SECONDS) * 1000,
    maxBytes: Math.trunc(options.number('max_bytes', 1, MOST_BYTES) ?? DEFAULT_BYTES),
  }
}
