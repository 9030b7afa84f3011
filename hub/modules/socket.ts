import { defineFunction, defineModule, type LuaModule } from '../../lua/vm/index.ts'
import type { HubContext } from '../types.ts'
import { clientTransport } from './client-transport.ts'
import type { Forwarders } from './forwarders.ts'
import { createPtyForwarder } from './pty-forwarder.ts'
import { asMessage, type ClientCallbacks, LIST } from './tui.ts'

/** Clients of the hub's socket that are not TUIs: the command line, other programs. */
export function socketModule(hub: () => HubContext, callbacks: ClientCallbacks, forwarders: Forwarders): LuaModule {
  return defineModule({
    name: 'socket',
    doc:
      'Clients of the hub’s socket that are not TUIs: the command line and other programs. Each registering module ' +
      'keeps one callback of each kind.',
    functions: {
      on_client_connected: defineFunction({
        doc: 'Calls `callback(client_id)` when a client connects. Replaces the calling module’s earlier callback.',
        args: [{ name: 'callback', type: 'function', luaType: 'fun(client_id: string)' }],
        example: 'socket.on_client_connected(function(client_id) log.info(client_id .. " is here") end)',
        call: ({ vm, owner }, callback) => {
          callbacks.set(vm, 'connected', owner, callback)
        },
      }),
      on_client_disconnected: defineFunction({
        doc: 'Calls `callback(client_id, reason)` when a client is gone.',
        args: [{ name: 'callback', type: 'function', luaType: 'fun(client_id: string, reason: string)' }],
        example:
          'socket.on_client_disconnected(function(client_id, reason) log.info(client_id .. " left: " .. reason) end)',
        call: ({ vm, owner }, callback) => {
          callbacks.set(vm, 'disconnected', owner, callback)
        },
      }),
      on_message: defineFunction({
        doc: 'Calls `callback(client_id, message)` for every message of a client.',
        args: [{ name: 'callback', type: 'function', luaType: 'fun(client_id: string, message: table)' }],
        example: 'socket.on_message(function(client_id, message) log.debug(message.type .. " from " .. client_id) end)',
        call: ({ vm, owner }, callback) => {
          callbacks.set(vm, 'message', owner, callback)
        },
      }),
      send: defineFunction({
        doc: 'Sends a message to a client.',
        args: [
          { name: 'client_id', type: 'text' },
          { name: 'message', type: 'table' },
        ],
        returns: [{ type: 'boolean', doc: 'false when the client is gone' }],
        raises: LIST,
        example: 'socket.send(client_id, { type = "hello" })',
        call: (_, clientId, message) => hub().clients.send(clientId, asMessage(message, 'socket.send', 2)),
      }),
      send_binary: defineFunction({
        doc: 'Sends bytes to a client, as {type = "binary", data = …}.',
        args: [
          { name: 'client_id', type: 'text' },
          { name: 'data', type: 'bytes' },
        ],
        returns: [{ type: 'boolean', doc: 'false when the client is gone' }],
        example: 'socket.send_binary(client_id, "\\0\\1\\255")',
        call: (_, clientId, data) => hub().clients.send(clientId, { type: 'binary', data }),
      }),
      create_pty_forwarder: createPtyForwarder(
        forwarders,
        () => clientTransport(hub(), 'socket'),
        'local forwarder = socket.create_pty_forwarder{ agent_index = 0, pty_index = 0, client_id = client_id }',
      ),
    },
  })
}
