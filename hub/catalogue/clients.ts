import { type DescribedHook, table } from './described.ts'
import { SUBSCRIPTION } from './fields.ts'

/** What clients do. */
export const CLIENT_OBSERVERS: readonly DescribedHook[] = [
  {
    name: 'client_connected',
    kind: 'observer',
    when: 'a client has connected',
    arguments: [table('client', { client_id: 'string', kind: 'string # tui, socket, webrtc' })],
  },
  {
    name: 'before_client_disconnect',
    kind: 'observer',
    when: 'a client is gone, its subscriptions are still there',
    arguments: [table('client', { client_id: 'string', kind: 'string', reason: 'string?' })],
  },
  {
    name: 'client_disconnected',
    kind: 'observer',
    when: 'a client is gone',
    arguments: [table('client', { client_id: 'string', kind: 'string', reason: 'string?' })],
  },
  {
    name: 'client_subscribed',
    kind: 'observer',
    when: 'a client has subscribed, before it is sent what the channel begins with',
    arguments: [table('subscription', SUBSCRIPTION)],
  },
  {
    name: 'after_client_subscribe',
    kind: 'observer',
    when: 'a client has subscribed and was sent what the channel begins with',
    arguments: [table('subscription', SUBSCRIPTION)],
  },
  {
    name: 'client_unsubscribed',
    kind: 'observer',
    when: 'a subscription has ended',
    arguments: [table('subscription', SUBSCRIPTION)],
  },
  {
    name: 'after_hub_command',
    kind: 'observer',
    when: 'a command of a client was answered',
    arguments: [
      table('command', { type: 'string', '…': 'any # the command’s own fields' }),
      table('context', { client_id: 'string', ok: 'boolean' }),
    ],
  },
]

/** What happens to the hub itself. */
export const HUB_OBSERVERS: readonly DescribedHook[] = [
  {
    name: 'file_changed',
    kind: 'observer',
    when: 'a file of the user’s Lua or of a plugin changed, before it is reloaded',
    arguments: [table('change', { path: 'string', kind: 'string # create, modify, rename, delete' })],
  },
  { name: 'shutdown', kind: 'observer', when: 'the hub is ending', arguments: [] },
]
