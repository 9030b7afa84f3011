import * as z from 'zod'
import { type AnyFunctionSpec, defineFunction } from '../../lua/vm/index.ts'
import { camelCase, fromOutcome, listOf, parse } from './convert.ts'
import type { WebrtcPeers } from './webrtc-peers.ts'

const connectOptions = z.strictObject({
  iceServers: listOf(z.string()).default([]),
  bindAddress: z.string().optional(),
})
const offer = z.union([z.string(), z.object({ sdp: z.string() }).transform(({ sdp }) => sdp)])
const candidate = z.union([
  z.string().transform((text) => ({ candidate: text, mid: '0' })),
  z
    .object({ candidate: z.string(), mid: z.string().optional(), sdpMid: z.string().nullish() })
    .transform(({ candidate: text, mid, sdpMid }) => ({ candidate: text, mid: mid ?? sdpMid ?? '0' })),
])

/** The functions of `hub` by which a plugin hands over what came through its signalling channel. */
export function signallingFunctions(peers: WebrtcPeers): Record<string, AnyFunctionSpec> {
  const identity = {
    name: 'identity',
    type: 'text',
    doc: 'what the signalling channel calls the device; the event outgoing_signal carries it',
  } as const
  return {
    handle_webrtc_offer: defineFunction({
      doc:
        'Answers a device’s offer of a WebRTC connection. Answer and candidates go out as the event `outgoing_signal`: ' +
        '{identity, type = "answer", sdp} and {identity, type = "candidate", candidate, mid}. The signalling channel ' +
        'need not be trusted: see docs/pairing.md.',
      args: [
        identity,
        {
          name: 'sdp',
          type: ['text', 'table'],
          doc: 'the session description, or {sdp}',
          luaType: 'string|{sdp: string}',
        },
        {
          name: 'options',
          type: 'table',
          optional: true,
          doc:
            'ice_servers: "stun:host:port" or "turn:user:password@host:port" (default none: only addresses of this ' +
            'machine); bind_address: the only address to be reached at',
          luaType: '{ice_servers?: string[], bind_address?: string}',
        },
      ],
      returns: [{ type: ['boolean', 'nil'] }],
      yields: true,
      failures: {
        bad_offer: 'that is no offer',
        busy: '16 others want to connect just now',
        unavailable: 'this machine has no WebRTC, or the hub’s key cannot be read',
      },
      raises: {
        'bad argument #2': 'for another table',
        'bad argument #3': 'for an option there is not, or of another type',
      },
      example: 'local ok, message = hub.handle_webrtc_offer("phone-1", offer.sdp, { bind_address = "127.0.0.1" })',
      call: async ({ vm }, name, sdp, options) => {
        const description = parse(offer, sdp, 'hub.handle_webrtc_offer', 2)
        const given = camelCase(Array.isArray(options) ? {} : (options ?? {}))
        const config = parse(connectOptions, given, 'hub.handle_webrtc_offer', 3)
        return fromOutcome(await peers.in(vm).offer(name, description, config), () => true)
      },
    }),
    handle_ice_candidate: defineFunction({
      doc: 'Takes an address at which a device may be reached.',
      args: [
        identity,
        {
          name: 'candidate',
          type: ['text', 'table'],
          doc: 'as browsers give it: the text, or {candidate, sdpMid}; an empty one says that there are no more',
          luaType: 'string|{candidate: string, mid?: string, sdpMid?: string}',
        },
      ],
      returns: [{ type: ['boolean', 'nil'] }],
      failures: { unknown_identity: 'nobody has offered by that name', bad_candidate: 'that is none' },
      raises: { 'bad argument #2': 'for another table' },
      example: 'hub.handle_ice_candidate("phone-1", "candidate:1 1 UDP 2114977791 127.0.0.1 46587 typ host")',
      call: ({ vm }, name, given) => {
        const { candidate: text, mid } = parse(candidate, given, 'hub.handle_ice_candidate', 2)
        if (text === '') return true
        return fromOutcome(peers.in(vm).candidate(name, text, mid), () => true)
      },
    }),
    request_ratchet_restart: defineFunction({
      doc:
        'Makes new keys with a connected device and waits until both sides use them: what was sent before cannot be read ' +
        'with them, nor the other way round. A device that does not answer within 10 s is disconnected.',
      args: [{ name: 'identity', type: 'text', doc: 'of the signalling channel, or its peer id' }],
      returns: [{ type: ['boolean', 'nil'] }],
      yields: true,
      failures: { not_connected: 'there is no such device', not_restarted: 'it goes meanwhile, or does not answer' },
      example: 'hub.request_ratchet_restart("phone-1")',
      call: async ({ vm, signal }, name) => fromOutcome(await peers.in(vm).restart(name, signal), () => true),
    }),
  }
}
