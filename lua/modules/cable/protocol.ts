/** The messages of ActionCable's protocol "actioncable-v1-json": one JSON object each way, as text. */
import type { LuaTable, LuaValue } from '../../vm/index.ts'
import { fromJson, toJson } from '../web/json.ts'

/** Offered to the server; one that speaks another version picks the second, which nobody speaks. */
export const PROTOCOLS = ['actioncable-v1-json', 'actioncable-unsupported'] as const

export type ServerMessage =
  | { readonly type: 'welcome' }
  | { readonly type: 'ping' }
  | { readonly type: 'confirm_subscription'; readonly identifier: string }
  | { readonly type: 'reject_subscription'; readonly identifier: string }
  /** The server ends the connection; unless `reconnect` is false it may be made again. */
  | { readonly type: 'disconnect'; readonly reason: string; readonly reconnect: boolean }
  | { readonly type: 'message'; readonly identifier: string; readonly message: LuaValue }
  /** Of a newer server: nothing to us. */
  | { readonly type: 'unknown' }

/** What a server sent, or undefined when it is no message of the protocol. */
export function parseServerMessage(text: string): ServerMessage | undefined {
  const value = fromJson(text)?.value
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const { type, identifier, message, reason, reconnect } = value as LuaTable
  switch (typeof type === 'string' ? type : undefined) {
    case 'welcome':
      return { type: 'welcome' }
    case 'ping':
      return { type: 'ping' }
    case 'confirm_subscription':
      return typeof identifier === 'string' ? { type: 'confirm_subscription', identifier } : undefined
    case 'reject_subscription':
      return typeof identifier === 'string' ? { type: 'reject_subscription', identifier } : undefined
    case 'disconnect':
      return {
        type: 'disconnect',
        reason: typeof reason === 'string' ? reason : 'no reason given',
        reconnect: reconnect !== false,
      }
    case undefined:
      if (type !== undefined) return undefined
      return typeof identifier === 'string' ? { type: 'message', identifier, message } : undefined
    default:
      return { type: 'unknown' }
  }
}

/**
 * What names a subscription to the server: the channel's class and parameters. The same parameters give the same name,
 * in whatever order Lua holds them.
 * @throws Error when JSON cannot hold a parameter.
 */
export function identifierOf(channel: string, params: LuaTable): string {
  const sorted = Object.entries(params)
    .filter(([key]) => key !== 'channel')
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
  return toJson({ channel, ...Object.fromEntries(sorted) })
}

/** A command to the server; `data` is that of a message. */
export function commandText(
  command: 'subscribe' | 'unsubscribe' | 'message',
  identifier: string,
  data?: string,
): string {
  return JSON.stringify({ command, identifier, data })
}

/** The data of a message: what is passed and the action to run.
 * @throws Error when JSON cannot hold it. */
export function actionData(action: string, data: LuaTable): string {
  return toJson({ ...data, action })
}
