import * as z from 'zod'
import { type AnyFunctionSpec, defineFunction } from '../../lua/vm/index.ts'
import type { HubContext } from '../types.ts'
import { camelCase, parse, snakeCase } from './convert.ts'

const MESSAGE =
  '{id: string, agent_id: string, sender: string, text: string, created_at: integer, expires_at: integer, ' +
  'rung_at: integer?, read_at: integer?}'

const newMessage = z.strictObject({
  agentId: z.string().min(1),
  sender: z.string().min(1),
  text: z.string().min(1),
  /** Milliseconds since the epoch. */
  expiresAt: z.number().int(),
})

const idArgument = { name: 'id', type: 'text' } as const

/** The functions of `records` that are about messages between agents; lib/inbox.lua is built on them. */
export function messageFunctions(hub: () => HubContext): Record<string, AnyFunctionSpec> {
  const messages = () => hub().records.messages
  return {
    messages: defineFunction({
      doc: 'Messages to one agent, or to all, oldest first. Times are milliseconds since the epoch.',
      args: [{ name: 'agent_id', type: 'text', optional: true }],
      returns: [{ type: 'list', luaType: `(${MESSAGE})[]` }],
      call: (_, agentId) => messages().list(agentId).map(snakeCase),
    }),
    message: defineFunction({
      doc: 'One message, or nil.',
      args: [idArgument],
      returns: [{ type: ['table', 'nil'], luaType: `(${MESSAGE})?` }],
      call: (_, id) => {
        const message = messages().get(id)
        return message === undefined ? undefined : snakeCase(message)
      },
    }),
    add_message: defineFunction({
      doc: 'Writes a message to an agent and returns it.',
      args: [{ name: 'fields', type: 'table', doc: 'agent_id, sender, text, expires_at' }],
      returns: [{ type: 'table', luaType: MESSAGE }],
      raises: {
        'bad argument #1': 'when a field is missing or has the wrong type',
        'constraint failed': 'for no such agent',
      },
      call: (_, fields) =>
        snakeCase(
          messages().add(parse(newMessage, Array.isArray(fields) ? {} : camelCase(fields), 'records.add_message')),
        ),
    }),
    note_rung: defineFunction({
      doc: 'The agent was told of a message.',
      args: [idArgument],
      call: (_, id) => {
        messages().noteRung(id)
      },
    }),
    note_read: defineFunction({
      doc: 'The agent took a message.',
      args: [idArgument],
      call: (_, id) => {
        messages().noteRead(id)
      },
    }),
    forget_expired_messages: defineFunction({
      doc: 'Forgets messages whose time was over before a moment, in milliseconds since the epoch.',
      args: [{ name: 'before', type: 'integer' }],
      call: (_, before) => {
        messages().forgetExpired(before)
      },
    }),
  }
}
