/** `action_cable`: channels of Rails' ActionCable, and of servers that speak its protocol. */
import {
  type CallContext,
  defineFunction,
  defineModule,
  type LuaFunction,
  type LuaModule,
  type LuaTable,
  type LuaValue,
} from '../vm/index.ts'
import { CableConnection, type CableEvents, type CableTiming, DEFAULT_TIMING } from './cable/connection.ts'
import { actionData, identifierOf } from './cable/protocol.ts'
import { asLuaFailure, failureTable, type NetworkFailure } from './web/failure.ts'
import { badArgument, letGoOfFunctions, Options, type Place } from './web/options.ts'
import { socketUrl } from './web/socket.ts'

/** Connections at once, as with `websocket`. */
const MOST_CONNECTIONS = 16
/** Subscriptions of one connection: a script that never unsubscribes is told before the server is. */
const MOST_CHANNELS = 1000
/** Milliseconds a callback may run without giving way. */
const BUDGET = 200

const CALLBACKS = ['on_connected', 'on_disconnected', 'on_confirmed', 'on_rejected'] as const
const OPTION_NAMES = ['url', 'token', 'headers', ...CALLBACKS]

type Callbacks = Partial<Record<(typeof CALLBACKS)[number], LuaFunction>>

interface Connection {
  readonly cable: CableConnection
  readonly channels: Set<number>
  readonly call: (name: keyof Callbacks, ...args: LuaValue[]) => void
  readonly close: () => void
}

interface Channel {
  readonly connection: Connection
  readonly identifier: string
  /** Unsubscribes and lets go of the callback. */
  readonly remove: () => void
}

export interface ActionCableModuleOptions {
  readonly timing?: Partial<CableTiming>
  /** Certificates trusted instead of the system's: PEM. */
  readonly ca?: string
}

/** The module for one VM. */
export function actionCableModule({ timing, ca }: ActionCableModuleOptions = {}): LuaModule {
  const connections = new Map<number, Connection>()
  const channels = new Map<number, Channel>()
  let lastId = 0

  const connect = ({ vm, owner }: CallContext, options: CableAddress, callbacks: Callbacks): number => {
    const id = ++lastId
    const call: Connection['call'] = (name, ...args) => {
      const fn = callbacks[name]
      if (fn !== undefined && !fn.released) vm.spawn(fn, args, { owner, budgetMs: BUDGET })
    }
    const close = () => {
      connections.delete(id)
      forget()
      for (const channel of connection.channels) channels.get(channel)?.remove()
      cable[Symbol.dispose]()
      for (const fn of Object.values(callbacks)) fn[Symbol.dispose]()
    }
    const events: CableEvents = {
      connected: () => call('on_connected'),
      disconnected: (failure, reconnects) => {
        call('on_disconnected', failure.message, { ...failureTable(failure), reconnects })
        if (!reconnects) close()
      },
    }
    const cable = new CableConnection({ ...options, ca, timing: { ...DEFAULT_TIMING, ...timing } }, events)
    const connection: Connection = { cable, channels: new Set(), call, close }
    const forget = vm.addDisposal(owner, close)
    connections.set(id, connection)
    return id
  }

  const subscribe = ({ vm, owner }: CallContext, connection: Connection, identifier: string, fn: LuaFunction) => {
    const id = ++lastId
    const remove = () => {
      channels.delete(id)
      connection.channels.delete(id)
      forget()
      connection.cable.unsubscribe(identifier, channel)
      fn[Symbol.dispose]()
    }
    const channel = {
      received: (message: LuaValue) => vm.spawn(fn, [message, id], { owner, budgetMs: BUDGET }),
      confirmed: () => connection.call('on_confirmed', id),
      rejected: () => {
        remove()
        connection.call('on_rejected', id)
      },
    }
    const forget = vm.addDisposal(owner, remove)
    channels.set(id, { connection, identifier, remove })
    connection.channels.add(id)
    connection.cable.subscribe(identifier, channel)
    return id
  }

  const channelArgument = { name: 'channel_id', type: 'integer', doc: 'what subscribe returned' } as const
  return defineModule({
    name: 'action_cable',
    doc: 'Channels of Rails’ ActionCable and of servers that speak its protocol (actioncable-v1-json). A lost connection is made again, after 1 s and then ever longer up to 30 s, and everything is subscribed again. Connections and subscriptions end with the module or plugin that made them.',
    types: {
      ActionCableOptions: {
        doc: 'How to connect, and what to do when something happens.',
        fields: {
          url: 'string # ws:// or wss:// (http:// and https:// are taken for them)',
          token: 'string? # sent as Authorization: Bearer …',
          headers: 'table<string, string>? # Origin is the server itself unless given',
          on_connected: 'fun()? # the server welcomed us, for the first time or again',
          on_disconnected:
            'fun(message: string, err: table)? # lost, refused, or an attempt failed; err.reconnects is false when it is over',
          on_confirmed: 'fun(channel_id: integer)? # subscribed, for the first time or again',
          on_rejected: 'fun(channel_id: integer)? # the server does not let us; the subscription is gone',
        },
      },
    },
    functions: {
      connect: defineFunction({
        doc: 'Begins to connect, and stays connected until it is closed.',
        args: [{ name: 'options', type: 'table', functions: true, luaType: 'ActionCableOptions' }],
        returns: [{ name: 'conn', type: ['integer', 'nil'] }],
        failures: { invalid_url: 'it is no ws or wss URL', busy: '16 connections are open' },
        raises: {
          'unknown option': 'for an option there is not',
          'expected, got': 'for one of another type',
          'printable ASCII without spaces expected': 'for a token that no header can hold',
        },
        example: 'local conn = assert(action_cable.connect({ url = url, token = "secret" }))',
        call: (context, table) => {
          const place = { name: 'action_cable.connect', position: 1 }
          try {
            const options = new Options(table, place, OPTION_NAMES)
            const address = addressOf(options, place)
            const callbacks = options.functions(CALLBACKS)
            const refusal = refusalOf(address, connections.size)
            if (address !== undefined && refusal === undefined) return connect(context, address, callbacks)
            letGoOfFunctions(table)
            return asLuaFailure(refusal!)
          } catch (error) {
            letGoOfFunctions(table)
            throw error
          }
        },
      }),
      subscribe: defineFunction({
        doc: 'Subscribes to a channel: now, or once connected, and again whenever the connection was lost.',
        args: [
          { name: 'conn', type: 'integer', doc: 'what connect returned' },
          { name: 'channel', type: 'text', doc: 'the class of the channel: "ChatChannel"' },
          { name: 'params', type: 'table', doc: 'what the channel is to be told' },
          {
            name: 'callback',
            type: 'function',
            luaType: 'fun(message: any, channel_id: integer)',
            doc: 'gets every message, decoded',
          },
        ],
        returns: [{ name: 'channel_id', type: ['integer', 'nil'] }],
        failures: { not_open: 'there is no such connection', busy: 'it has 1000 subscriptions' },
        raises: {
          'JSON cannot hold': 'for such parameters',
          'table with names expected': 'for parameters that are a list',
        },
        example:
          "local channel = action_cable.subscribe(conn, 'ChatChannel', { room = 1 }, function(message)\n  log.info(message)\nend)",
        call: (context, conn, name, params, callback) => {
          try {
            const identifier = identifierAt({ name: 'action_cable.subscribe', position: 3 }, name, params)
            const connection = connections.get(conn)
            const isFull = (connection?.channels.size ?? 0) >= MOST_CHANNELS
            if (connection !== undefined && !isFull) return subscribe(context, connection, identifier, callback)
            callback[Symbol.dispose]()
            return asLuaFailure(isFull ? tooMany(`${MOST_CHANNELS} subscriptions`) : noConnection())
          } catch (error) {
            callback[Symbol.dispose]()
            throw error
          }
        },
      }),
      unsubscribe: defineFunction({
        doc: 'Ends a subscription; its callback is not called any more.',
        args: [channelArgument],
        returns: [{ type: 'boolean', doc: 'false if there was none' }],
        example: 'action_cable.unsubscribe(channel)',
        call: (_, id) => {
          const channel = channels.get(id)
          channel?.remove()
          return channel !== undefined
        },
      }),
      perform: defineFunction({
        doc: 'Has the server run an action of the channel. While the subscription is not confirmed, at the start or after a lost connection, actions wait for that.',
        args: [channelArgument, { name: 'action', type: 'text' }, { name: 'data', type: 'table', optional: true }],
        returns: [{ type: ['boolean', 'nil'], doc: 'true: it is sent, or will be' }],
        failures: { not_open: 'there is no such subscription', busy: '100 actions wait for it to be confirmed' },
        raises: { 'JSON cannot hold': 'for such data' },
        example: "action_cable.perform(channel, 'speak', { text = 'hello' })",
        call: (_, id, action, data = {}) => {
          const text = dataAt({ name: 'action_cable.perform', position: 3 }, action, data)
          const channel = channels.get(id)
          if (channel === undefined) {
            return asLuaFailure({ kind: 'not_open', message: 'not open: there is no such subscription' })
          }
          return (
            channel.connection.cable.perform(channel.identifier, text) || asLuaFailure(tooMany('100 actions waiting'))
          )
        },
      }),
      close: defineFunction({
        doc: 'Closes a connection with all its subscriptions. No callback is called any more.',
        args: [{ name: 'conn', type: 'integer' }],
        returns: [{ type: 'boolean', doc: 'false if there was none' }],
        example: 'action_cable.close(conn)',
        call: (_, conn) => {
          const connection = connections.get(conn)
          connection?.close()
          return connection !== undefined
        },
      }),
    },
  })
}

interface CableAddress {
  readonly url: URL
  readonly headers: readonly (readonly [string, string])[]
}

/** Where to connect and with which headers; undefined when the URL is none. */
function addressOf(options: Options, place: Place): CableAddress | undefined {
  const text = options.text('url')
  if (text === undefined) throw badArgument(place, 'url: string expected, got nil')
  const headers = options.headers('headers')
  const token = options.text('token')
  if (token !== undefined) {
    if (!/^[\x21-\x7e]+$/.test(token)) throw badArgument(place, 'token: printable ASCII without spaces expected')
    headers.push(['authorization', `Bearer ${token}`])
  }
  const url = socketUrl(text.replace(/^http(s?):/i, 'ws$1:'))
  if (url === undefined) return undefined
  // Rails refuses connections from elsewhere.
  if (!headers.some(([name]) => name === 'origin')) {
    headers.push(['origin', `${url.protocol === 'wss:' ? 'https' : 'http'}://${url.host}`])
  }
  return { url, headers }
}

function refusalOf(address: CableAddress | undefined, open: number): NetworkFailure | undefined {
  if (address === undefined) return { kind: 'invalid_url', message: 'invalid URL: a ws or wss URL is needed' }
  return open < MOST_CONNECTIONS ? undefined : tooMany(`${MOST_CONNECTIONS} connections are open`)
}

function tooMany(what: string): NetworkFailure {
  return { kind: 'busy', message: `busy: ${what}` }
}

function noConnection(): NetworkFailure {
  return { kind: 'not_open', message: 'not open: there is no such connection' }
}

function identifierAt(place: Place, channel: string, params: LuaTable | LuaValue[]): string {
  return asArgument(place, () => identifierOf(channel, fieldsOf(place, params)))
}

function dataAt(place: Place, action: string, data: LuaTable | LuaValue[]): string {
  return asArgument(place, () => actionData(action, fieldsOf(place, data)))
}

function fieldsOf(place: Place, table: LuaTable | LuaValue[]): LuaTable {
  if (!Array.isArray(table)) return table
  if (table.length === 0) return {}
  throw badArgument(place, 'table with names expected, got a list')
}

function asArgument(place: Place, body: () => string): string {
  try {
    return body()
  } catch (error) {
    const { message } = error as Error
    throw message.startsWith('bad argument') ? error : badArgument(place, message)
  }
}
