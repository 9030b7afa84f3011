import type { LuaTable, LuaValue } from '../../lua/vm/index.ts'
import { ALERT_PROTOCOLS, type AlertProtocol } from '../alerts.ts'
import { describe } from '../chrome/parse-error.ts'
import type { Target } from '../stores/agents.ts'
import type { NoticeLevel } from '../stores/notices.ts'
import { parseTerminalOperation, type TerminalOperation } from './terminal-operations.ts'

/** What an action or event asks the host to do. */
export type Operation =
  /** Changes the mode and forgets selections and texts; `input` is put into the input that appears. */
  | { readonly op: 'set_mode'; readonly mode: string; readonly input: string | undefined }
  /** A message to the hub. `required`: what follows is not done when it cannot be sent. */
  | { readonly op: 'send_msg'; readonly data: LuaTable; readonly required: boolean }
  /** Without a target the terminal loses the focus. */
  | { readonly op: 'focus_terminal'; readonly target: Target | undefined }
  | { readonly op: 'quit' }
  /** Carries out another action, as a key would. */
  | { readonly op: 'action'; readonly action: string }
  /** Replaces the text of the focused input. */
  | { readonly op: 'set_input'; readonly text: string }
  | { readonly op: 'set_connection_code'; readonly url: string; readonly qr: readonly string[]; readonly used: boolean }
  | { readonly op: 'clear_connection_code' }
  | { readonly op: 'osc_clipboard'; readonly text: string }
  /** An alert on the outer terminal, when it is unfocused. */
  | { readonly op: 'osc_alert'; readonly title: string; readonly body: string; readonly protocol: AlertProtocol }
  /** Rings the outer terminal's bell. */
  | { readonly op: 'bell' }
  | {
      readonly op: 'notify'
      readonly level: NoticeLevel
      readonly message: string
      /** Another with the same key takes its place. */
      readonly key: string | undefined
      /** Milliseconds it stays. */
      readonly durationMs: number | undefined
    }
  | TerminalOperation

export interface ParsedOperations {
  readonly operations: readonly Operation[]
  /** What was wrong with the others. */
  readonly problems: readonly string[]
}

/** Reads what an action returned: an array of operations, a single one, or nil. `source` names it in problems. */
export function parseOperations(value: LuaValue, source: string): ParsedOperations {
  const operations: Operation[] = []
  const problems: string[] = []
  for (const [index, entry] of entries(value).entries()) {
    const parsed = parseOperation(entry)
    if (typeof parsed === 'string') problems.push(`${source} returned operation ${index + 1}: ${parsed}`)
    else operations.push(parsed)
  }
  return { operations, problems }
}

function entries(value: LuaValue): readonly LuaValue[] {
  if (value === undefined || value === null) return []
  if (Array.isArray(value)) return value
  if (isTable(value) && Object.keys(value).length === 0) return []
  return [value]
}

/** The operation, or what is wrong with it. */
function parseOperation(value: LuaValue): Operation | string {
  if (!isTable(value)) return `expected a table with "op", got ${describe(value)}`
  const op = text(value.op) ?? ''
  switch (op) {
    case 'set_mode':
      if (typeof value.mode !== 'string') return 'set_mode needs "mode", the name of a mode'
      return { op: 'set_mode', mode: value.mode, input: text(value.input) }
    case 'send_msg':
      if (!isTable(value.data)) return 'send_msg needs "data", the message as a table'
      return { op: 'send_msg', data: value.data, required: value.required === true }
    case 'focus_terminal':
      return { op: 'focus_terminal', target: parseTarget(value) }
    case 'quit':
    case 'bell':
    case 'clear_connection_code':
      return { op }
    case 'action':
      if (typeof value.action !== 'string') return 'action needs "action", the name of an action'
      return { op: 'action', action: value.action }
    case 'set_input':
      return { op: 'set_input', text: text(value.text) ?? '' }
    case 'set_connection_code':
      return {
        op: 'set_connection_code',
        url: text(value.url) ?? '',
        qr: readLines(value.qr ?? value.qr_ascii),
        used: value.used === true,
      }
    case 'osc_clipboard':
      if (typeof value.text !== 'string') return 'osc_clipboard needs "text"'
      return { op: 'osc_clipboard', text: value.text }
    case 'osc_alert':
      return {
        op: 'osc_alert',
        title: text(value.title) ?? '',
        body: text(value.body) ?? text(value.message) ?? '',
        protocol: ALERT_PROTOCOLS.find((known) => known === value.protocol) ?? 'auto',
      }
    case 'notify':
      return {
        op: 'notify',
        level: parseLevel(value.level),
        message: text(value.message) ?? '',
        key: text(value.key),
        durationMs: typeof value.timeout === 'number' && value.timeout > 0 ? value.timeout * 1000 : undefined,
      }
    default:
      return parseTerminalOperation(value) ?? `there is no operation ${describe(value.op)}`
  }
}

function parseTarget(value: LuaTable): Target | undefined {
  const target = {
    agentId: text(value.agent_id),
    agentIndex: typeof value.agent_index === 'number' ? value.agent_index : undefined,
    ptyIndex: typeof value.pty_index === 'number' ? value.pty_index : undefined,
  }
  return target.agentId === undefined && target.agentIndex === undefined && target.ptyIndex === undefined
    ? undefined
    : target
}

/** Anything unknown is information. */
export function parseLevel(value: LuaValue): NoticeLevel {
  return value === 'error' || value === 'warning' ? value : 'info'
}

function readLines(value: LuaValue): string[] {
  if (typeof value === 'string') return value.split('\n')
  return Array.isArray(value) ? value.map((line) => text(line) ?? '') : []
}

function text(value: LuaValue): string | undefined {
  return typeof value === 'string' ? value : undefined
}

export function isTable(value: LuaValue): value is LuaTable {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    (Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null)
  )
}
