import { defineFunction, defineModule, type LuaModule } from '../../lua/vm/index.ts'
import type { KnownPeer } from '../webrtc/known-peers.ts'
import { available } from './available.ts'
import { snakeCase } from './convert.ts'
import type { Forwarders } from './forwarders.ts'
import { createPtyForwarder } from './pty-forwarder.ts'
import { asMessage, type ClientCallbacks, LIST } from './tui.ts'
import type { WebrtcPeers } from './webrtc-peers.ts'

/** Devices that are connected by WebRTC. */
export function webrtcModule(peers: WebrtcPeers, callbacks: ClientCallbacks, forwarders: Forwarders): LuaModule {
  const peer = { name: 'peer_id', type: 'text' } as const
  return defineModule({
    name: 'webrtc',
    doc:
      'Devices that are connected by WebRTC: phones, browsers, other machines. Each was let in by a connection code or ' +
      'was paired before (docs/pairing.md), and is known by an id that nobody else can have. A plugin carries the ' +
      'signals: `hub.handle_webrtc_offer`, `hub.handle_ice_candidate` and the event `outgoing_signal`. Each registering ' +
      'module keeps one callback of each kind.',
    functions: {
      on_peer_connected: defineFunction({
        doc: 'Calls `callback(peer_id)` when a device was let in. Replaces the calling module’s earlier callback.',
        args: [{ name: 'callback', type: 'function', luaType: 'fun(peer_id: string)' }],
        example: 'webrtc.on_peer_connected(function(peer_id) webrtc.send(peer_id, { type = "hello" }) end)',
        call: ({ vm, owner }, callback) => {
          callbacks.set(vm, 'connected', owner, callback)
        },
      }),
      on_peer_disconnected: defineFunction({
        doc: 'Calls `callback(peer_id, reason)` when a device is gone.',
        args: [{ name: 'callback', type: 'function', luaType: 'fun(peer_id: string, reason: string)' }],
        example: 'webrtc.on_peer_disconnected(function(peer_id) log.info(peer_id .. " has gone") end)',
        call: ({ vm, owner }, callback) => {
          callbacks.set(vm, 'disconnected', owner, callback)
        },
      }),
      on_message: defineFunction({
        doc: 'Calls `callback(peer_id, message)` for every message; bytes come as {type = "binary", data = …}.',
        args: [{ name: 'callback', type: 'function', luaType: 'fun(peer_id: string, message: table)' }],
        example: 'webrtc.on_message(function(peer_id, message) log.debug(peer_id .. " says " .. message.type) end)',
        call: ({ vm, owner }, callback) => {
          callbacks.set(vm, 'message', owner, callback)
        },
      }),
      send: defineFunction({
        doc: 'Sends a message to a device.',
        args: [peer, { name: 'message', type: 'table' }],
        returns: [{ type: 'boolean', doc: 'false when it is gone, or the message is over 16 MiB' }],
        raises: LIST,
        example: 'webrtc.send(peer_id, { type = "hello", from = hub.server_id() })',
        call: (_, id, message) => peers.send(id, asMessage(message, 'webrtc.send', 2)),
      }),
      send_binary: defineFunction({
        doc: 'Sends bytes to a device, as they are.',
        args: [peer, { name: 'data', type: 'bytes' }],
        returns: [{ type: 'boolean', doc: 'false when it is gone, or they are over 16 MiB' }],
        example: 'webrtc.send_binary(peer_id, "\\0\\1\\255")',
        call: (_, id, data) => peers.sendBinary(id, data),
      }),
      create_pty_forwarder: createPtyForwarder(
        forwarders,
        () => peers.transport,
        'local forwarder = webrtc.create_pty_forwarder{ agent_index = 0, pty_index = 0, peer_id = peer_id }',
      ),
      peers: defineFunction({
        doc: 'The devices that are connected: {id, name, identity} each.',
        returns: [{ type: 'list', luaType: '{id: string, name: string, identity: string}[]' }],
        example: 'for _, peer in ipairs(webrtc.peers()) do log.info(peer.name) end',
        call: ({ vm }) => peers.in(vm).list().map(snakeCase),
      }),
      known_peers: defineFunction({
        doc: 'The devices that may come back without a connection code: {id, name, paired_at} each.',
        returns: [{ type: ['list', 'nil'], luaType: '{id: string, name: string, paired_at: number}[]?' }],
        failures: { unavailable: 'the hub cannot read whom it knows' },
        example: 'for _, peer in ipairs(webrtc.known_peers()) do log.info(peer.name) end',
        call: () => available(() => peers.pairing().known.list().map(withoutKey)),
      }),
      forget: defineFunction({
        doc: 'Forgets a device and ends its connection: it needs a new connection code.',
        args: [peer],
        returns: [{ type: ['boolean', 'nil'], doc: 'whether it was known' }],
        failures: { unavailable: 'the hub cannot read or write down whom it knows' },
        example: 'webrtc.forget(peer_id)',
        call: ({ vm }, id) =>
          available(() => {
            const wasKnown = peers.pairing().known.remove(id)
            peers.in(vm).disconnect(id, 'the device was removed')
            return wasKnown
          }),
      }),
    },
    dispose: () => peers[Symbol.dispose](),
  })
}

function withoutKey({ id, name, pairedAt }: KnownPeer) {
  return { id, name, paired_at: pairedAt }
}
