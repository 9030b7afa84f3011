import * as z from 'zod'
import { type AnyFunctionSpec, defineFunction, failure, type HandleSpec } from '../../lua/vm/index.ts'
import type { HubContext } from '../types.ts'
import { camelCase, parse } from './convert.ts'
import type { Forwarders, Transport } from './forwarders.ts'
import { refused } from './refused.ts'

const options = z
  .object({
    clientId: z.string().optional(),
    peerId: z.string().optional(),
    subscriptionId: z.string().default('terminal'),
    sessionId: z.string().optional(),
    agentIndex: z.number().int().nonnegative().optional(),
    ptyIndex: z.number().int().nonnegative().default(0),
  })
  .refine(({ clientId, peerId }) => (clientId ?? peerId) !== undefined, 'client_id or peer_id is missing')
  .refine(
    ({ sessionId, agentIndex }) => (sessionId ?? agentIndex) !== undefined,
    'agent_index or session_id is missing',
  )

/** `create_pty_forwarder` of the module of a transport. */
export function createPtyForwarder(
  forwarders: Forwarders,
  transport: () => Transport,
  example: string,
): AnyFunctionSpec {
  return defineFunction({
    doc:
      'Shows a terminal to a client: sends `{subscriptionId, type = "output", data}`, first a repaint, then what ' +
      'changes, as fast as the client takes it. A new forwarder for the same client and terminal replaces the old one. ' +
      'It ends with the session (`{subscriptionId, type = "terminal_closed", message}`), with the client, and with the ' +
      'plugin that made it. Interceptors of `pty_output` see its bytes first.',
    args: [
      {
        name: 'options',
        type: 'table',
        doc:
          'client_id or peer_id; agent_index (as hub.register_agent counts) and pty_index (0), or session_id; ' +
          'subscription_id ("terminal"): what the messages carry',
        luaType:
          '{client_id?: string, peer_id?: string, agent_index?: integer, pty_index?: integer, session_id?: string, ' +
          'subscription_id?: string}',
      },
    ],
    returns: [{ type: ['handle', 'nil'], luaType: 'pty_forwarder?' }],
    yields: true,
    failures: {
      no_client: 'there is no such client',
      no_session: 'the agent has no such terminal',
      unknown_session: 'the ptyhost does not know that session',
    },
    raises: { 'is missing': 'when client or terminal are not named', 'bad argument #1': 'when an option is wrong' },
    example,
    call: ({ vm, owner }, given) => {
      const to = transport()
      const table = Array.isArray(given) ? {} : camelCase(given)
      const parsed = parse(options, table, `${to.name}.create_pty_forwarder`)
      const clientId = parsed.clientId ?? parsed.peerId ?? ''
      return forwarders.create(vm, owner, to, { ...parsed, clientId })
    },
  })
}

/** The handle that `create_pty_forwarder` returns. */
export function ptyForwarderHandle(hub: () => HubContext, forwarders: Forwarders): HandleSpec {
  return {
    doc: 'A terminal that a client sees as bytes.',
    methods: {
      stop: defineFunction({
        doc: 'Ends it; the client gets no more bytes. In a load, that waits until the load has succeeded.',
        returns: [{ type: 'boolean', doc: 'false when it had ended already' }],
        example: 'forwarder:stop()',
        call: ({ self, owner }) => forwarders.stop(self, owner),
      }),
      is_active: defineFunction({
        doc: 'Whether it still forwards.',
        returns: [{ type: 'boolean' }],
        example: 'if forwarder:is_active() then log.debug("it forwards") end',
        call: ({ self }) => forwarders.get(self) !== undefined,
      }),
      id: defineFunction({
        doc: 'Which viewer it is: `<client id>:<session id>`; nil once it has ended.',
        returns: [{ type: ['text', 'nil'] }],
        example: 'log.debug(forwarder:id())',
        call: ({ self }) => forwarders.get(self)?.id,
      }),
      write: defineFunction({
        doc: 'Types what the client’s user has typed: texts that wait for a person to stop typing wait for it.',
        args: [{ name: 'data', type: 'bytes' }],
        returns: [{ type: 'boolean', doc: 'false when it was not delivered; it is not kept for later' }],
        example: 'forwarder:write("ls\\r")',
        call: ({ self }, data) => {
          const forwarder = forwarders.get(self)
          return forwarder !== undefined && hub().ptyhost.input(forwarder.session, data, { kind: 'person' })
        },
      }),
      resize: defineFunction({
        doc: 'Gives the terminal the size of the client’s. The client that was used last decides.',
        args: [
          { name: 'rows', type: 'integer' },
          { name: 'cols', type: 'integer' },
        ],
        returns: [{ type: ['boolean', 'nil'] }],
        yields: true,
        failures: { ended: 'it has ended', bad_params: 'no terminal has that size' },
        example: 'forwarder:resize(40, 120)',
        call: ({ self }, rows, cols) =>
          refused(async () => {
            const forwarder = forwarders.get(self)
            if (forwarder === undefined) return failure('this forwarder has ended', { kind: 'ended' })
            await hub().ptyhost.resize(forwarder.session, { rows, cols })
            return true
          }),
      }),
    },
  }
}
