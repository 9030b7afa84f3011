import { defineFunction, defineModule, type LuaModule, type LuaTable, type LuaValue } from '../../lua/vm/index.ts'
import type { HubContext, Message } from '../types.ts'
import type { Callbacks } from './callbacks.ts'
import { clientTransport } from './client-transport.ts'
import type { Forwarders } from './forwarders.ts'
import { createPtyForwarder } from './pty-forwarder.ts'

export type ClientCallbacks = Callbacks<'connected' | 'disconnected' | 'message'>

/** Terminal UIs that are attached. */
export function tuiModule(hub: () => HubContext, callbacks: ClientCallbacks, forwarders: Forwarders): LuaModule {
  return defineModule({
    name: 'tui',
    doc: 'The terminal UIs that are attached. Each registering module keeps one callback of each kind.',
    functions: {
      on_connected: defineFunction({
        doc: 'Calls `callback(client_id)` when a TUI attaches. Replaces the calling module’s earlier callback.',
        args: [{ name: 'callback', type: 'function', luaType: 'fun(client_id: string)' }],
        example: 'tui.on_connected(function(client_id) log.info(client_id .. " is here") end)',
        call: ({ vm, owner }, callback) => {
          callbacks.set(vm, 'connected', owner, callback)
        },
      }),
      on_disconnected: defineFunction({
        doc: 'Calls `callback(client_id, reason)` when a TUI is gone.',
        args: [{ name: 'callback', type: 'function', luaType: 'fun(client_id: string, reason: string)' }],
        example: 'tui.on_disconnected(function(client_id, reason) log.info(client_id .. " left: " .. reason) end)',
        call: ({ vm, owner }, callback) => {
          callbacks.set(vm, 'disconnected', owner, callback)
        },
      }),
      on_message: defineFunction({
        doc: 'Calls `callback(message, client_id)` for every message of a TUI.',
        args: [{ name: 'callback', type: 'function', luaType: 'fun(message: table, client_id: string)' }],
        example: 'tui.on_message(function(message, client) log.debug(message.type .. " from " .. client) end)',
        call: ({ vm, owner }, callback) => {
          callbacks.set(vm, 'message', owner, callback)
        },
      }),
      send: defineFunction({
        doc: 'Sends a message to one TUI, or to all of them.',
        args: [
          { name: 'message', type: 'table' },
          { name: 'client_id', type: 'text', optional: true },
        ],
        returns: [{ type: 'boolean', doc: 'whether it reached anybody' }],
        raises: LIST,
        example: 'tui.send({ type = "error", message = "out of coffee" })',
        call: (_, message, clientId) => sendTo(hub(), asMessage(message, 'tui.send', 1), clientId),
      }),
      send_binary: defineFunction({
        doc: 'Sends bytes to one TUI, or to all of them, as {type = "binary", data = …}.',
        args: [
          { name: 'data', type: 'bytes' },
          { name: 'client_id', type: 'text', optional: true },
        ],
        returns: [{ type: 'boolean', doc: 'whether it reached anybody' }],
        example: 'tui.send_binary("\\0\\1\\255")',
        call: (_, data, clientId) => sendTo(hub(), { type: 'binary', data }, clientId),
      }),
      create_pty_forwarder: createPtyForwarder(
        forwarders,
        () => clientTransport(hub(), 'tui'),
        'local forwarder = tui.create_pty_forwarder{ agent_index = 0, pty_index = 0, client_id = client_id }',
      ),
    },
  })
}

function sendTo({ clients }: HubContext, data: Message, clientId: string | undefined): boolean {
  if (clientId === undefined) return clients.broadcast(data, 'tui') > 0
  return clients.get(clientId)?.role === 'tui' && clients.send(clientId, data)
}

/** What every `send` raises. */
export const LIST = { 'table with names expected': 'when the message is a list' }

/** @throws Error when it is a list: messages have names for what they hold. */
export function asMessage(message: LuaTable | LuaValue[], name: string, position: number): Message {
  if (!Array.isArray(message)) return message
  throw new Error(`bad argument #${position} to '${name}' (a table with names expected, got a list)`)
}
