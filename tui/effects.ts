import { alertSequence, clipboardSequence } from './alerts.ts'
import type { HubMessage } from './hub-link.ts'
import type { Agents } from './stores/agents.ts'
import type { Notices } from './stores/notices.ts'
import type { Ui } from './ui.ts'
import type { Operation } from './ui-lua/operations.ts'
import type { TerminalOperation } from './ui-lua/terminal-operations.ts'

export interface EffectParts {
  readonly ui: Ui
  readonly agents: Agents
  readonly notices: Notices
  readonly env: NodeJS.ProcessEnv
  /** @returns false when there is no hub */
  readonly send: (data: HubMessage) => boolean
  /** Another session is looked at now. */
  readonly selected: () => void
  readonly quit: () => void
  /** Carries out an action. */
  readonly run: (action: string) => void
  /** Does something with the text of the focused terminal. */
  readonly terminal: (operation: TerminalOperation) => void
  /** Whether the outer terminal's window has the focus. */
  readonly hasFocus: () => boolean
  /** Sends a sequence that draws nothing to the outer terminal. */
  readonly tell: (sequence: string) => void
}

/**
 * Carries out what Lua's actions and event handlers ask for.
 * @returns the message that could not be sent, of which Lua must hear
 */
export function perform(operation: Operation, parts: EffectParts): HubMessage | undefined {
  if (operation.op !== 'send_msg') {
    change(operation, parts)
    return undefined
  }
  if (parts.send(operation.data)) return undefined
  parts.notices.add('warning', notSent(operation.data))
  return operation.data
}

function change(operation: Exclude<Operation, { readonly op: 'send_msg' }>, parts: EffectParts): void {
  const { ui, agents, notices, env } = parts
  switch (operation.op) {
    case 'set_mode':
      return ui.setMode(operation.mode, operation.input)
    case 'focus_terminal':
      if (operation.target === undefined) agents.deselect()
      else if (!agents.select(operation.target)) return
      ui.invalidate()
      return parts.selected()
    case 'quit':
      return parts.quit()
    case 'action':
      return parts.run(operation.action)
    case 'set_input':
      return ui.setInput(operation.text)
    case 'set_connection_code': {
      const { url, qr, used } = operation
      return ui.setConnectionCode({ url, qr: [...qr], used })
    }
    case 'clear_connection_code':
      return ui.setConnectionCode(undefined)
    case 'osc_clipboard':
      return parts.tell(clipboardSequence('c', Buffer.from(operation.text)))
    case 'bell':
      return parts.tell('\x07')
    case 'osc_alert':
      if (!parts.hasFocus()) parts.tell(alertSequence(operation, env))
      return
    case 'notify':
      return notices.add(operation.level, operation.message, operation.key, operation.durationMs)
    case 'copy_mode':
    case 'search':
    case 'search_accept':
    case 'search_cancel':
    case 'copy_selection':
    case 'copy_text':
    case 'open_link':
    case 'open_history':
    case 'go_to_prompt':
      return parts.terminal(operation)
  }
}

function notSent(data: HubMessage): string {
  const what = typeof data.type === 'string' ? `${data.type} was not sent` : 'not sent'
  return `${what}: the hub is not there yet. Try again in a moment.`
}
