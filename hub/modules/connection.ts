import * as z from 'zod'
import { defineFunction, defineModule, failure, type LuaModule, type PrimitiveResult } from '../../lua/vm/index.ts'
import type { HubContext, Message } from '../types.ts'
import type { ConnectionCode } from '../webrtc/connection-code.ts'
import { qrLines } from '../webrtc/qr.ts'
import { available } from './available.ts'
import { parse } from './convert.ts'
import type { WebrtcPeers } from './webrtc-peers.ts'
import type { Emit } from './worktree.ts'

const options = z.strictObject({
  base: z
    .string()
    .min(1)
    .max(512)
    .regex(/^[^#\s]+$/, 'expected a URL without #')
    .optional(),
})

/** The code by which a new device is let in. */
export function connectionModule(hub: () => HubContext, peers: WebrtcPeers, emit: Emit): LuaModule {
  const codes = () => peers.pairing().codes
  const tell = async (code: () => ConnectionCode): Promise<PrimitiveResult> => {
    try {
      const { url, expiresAt } = code()
      const ready = { url, qr_ascii: await qrLines(url), expires_at: expiresAt }
      emit('connection_code_ready', ready)
      return ready
    } catch (error) {
      const { message } = error as Error
      emit('connection_code_error', { message })
      return failure(message, { kind: 'unavailable' })
    }
  }
  const args = [
    {
      name: 'options',
      type: 'table',
      optional: true,
      doc: 'base: what the URL begins with, of this and later codes ("botster://connect")',
      luaType: '{base?: string}',
    },
  ] as const
  const returns = [
    { type: ['table', 'nil'] as const, luaType: '{url: string, qr_ascii: string[], expires_at: number}?' },
  ]
  const failures = { unavailable: 'the hub’s key, or whom it knows, cannot be read or written' }
  const raises = { 'expected a URL without #': 'for another base', 'bad argument #1': 'for another option' }
  return defineModule({
    name: 'connection',
    doc:
      'The code by which a new device is let in (docs/pairing.md): a URL that carries the hub’s key and a secret, good ' +
      'for one device and 15 minutes. Whoever has it can do everything you can do with botster.',
    functions: {
      generate: defineFunction({
        doc:
          'Gives the connection code, the same one until it is used or too old, and emits `connection_code_ready` ' +
          '{url, qr_ascii, expires_at}, or `connection_code_error` {message}.',
        args,
        returns,
        yields: true,
        failures,
        raises,
        example: 'events.on("connection_code_ready", function(code) log.info(code.url) end)\nconnection.generate()',
        call: (_, given) => {
          const { base } = parse(options, given ?? {}, 'connection.generate')
          return tell(() => (base === undefined ? codes().current : undefined) ?? codes().renew(base))
        },
      }),
      regenerate: defineFunction({
        doc: 'Makes a new connection code, and emits it; the one before is no longer good.',
        args,
        returns,
        yields: true,
        failures,
        raises,
        example: 'local code = connection.regenerate{ base = "https://example.org/connect" }',
        call: (_, given) => {
          const { base } = parse(options, given ?? {}, 'connection.regenerate')
          return tell(() => codes().renew(base))
        },
      }),
      get_url: defineFunction({
        doc: 'The URL of the connection code that is good now; nil when there is none.',
        returns: [{ type: ['text', 'nil'] }],
        failures,
        example: 'local url = connection.get_url()',
        call: () => available(() => codes().current?.url),
      }),
      copy_to_clipboard: defineFunction({
        doc:
          'Puts the URL into the clipboard of a client’s terminal, or of all attached TUIs, by a message ' +
          '{type = "clipboard", selection = "c", text}. The machine the hub runs on has no clipboard anybody looks at.',
        args: [{ name: 'client_id', type: 'text', optional: true }],
        returns: [{ type: ['boolean', 'nil'] }],
        failures: {
          ...failures,
          no_code: 'none is good now: generate one',
          no_client: 'nobody is there whose clipboard it could be',
        },
        example: 'connection.generate()\nconnection.copy_to_clipboard()',
        call: (_, clientId) =>
          available(() => {
            const url = codes().current?.url
            if (url === undefined) return failure('there is no connection code now: generate one', { kind: 'no_code' })
            const message = { type: 'clipboard', selection: 'c', text: url }
            if (reach(hub(), peers, message, clientId)) return true
            return failure('there is no client whose clipboard it could be put into', { kind: 'no_client' })
          }),
      }),
    },
  })
}

function reach({ clients }: HubContext, peers: WebrtcPeers, message: Message, clientId: string | undefined): boolean {
  if (clientId === undefined) return clients.broadcast(message, 'tui') > 0
  return clients.send(clientId, message) || peers.send(clientId, message)
}
