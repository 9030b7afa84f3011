import type { LuaValue } from '../../../lua/vm/index.ts'
import { Actions } from '../../../tui/actions.ts'
import type { Node } from '../../../tui/chrome/node.ts'
import type { ConnectionCode } from '../../../tui/chrome/protocol.ts'
import { DataPlane } from '../../../tui/data/data-plane.ts'
import { Panels } from '../../../tui/data/panels.ts'
import { perform } from '../../../tui/effects.ts'
import type { HubMessage } from '../../../tui/hub-link.ts'
import type { MarkLooks } from '../../../tui/mark-looks.ts'
import { readAgents } from '../../../tui/stores/agent.ts'
import { Agents } from '../../../tui/stores/agents.ts'
import { Notices } from '../../../tui/stores/notices.ts'
import { Widgets } from '../../../tui/stores/widgets.ts'
import { Ui } from '../../../tui/ui.ts'
import type { TerminalOperation } from '../../../tui/ui-lua/terminal-operations.ts'
import { startUi, type UiUnderTest } from '../ui-lua/harness.ts'

export interface KeysUnderTest extends Disposable {
  readonly lua: UiUnderTest
  readonly ui: Ui
  readonly agents: Agents
  readonly notices: Notices
  /** What was sent to the hub, oldest first. */
  readonly sent: HubMessage[]
  readonly written: string[]
  /** What is to be done with the text of the focused terminal, oldest first. */
  readonly operations: TerminalOperation[]
  readonly quits: () => number
  /** Presses keys one after the other; a longer text is typed character by character with `type`. */
  readonly press: (...keys: string[]) => boolean[]
  readonly type: (text: string) => void
  /** A click on an item of a list, which has this action. */
  readonly click: (action: LuaValue) => void
  /** What the hub says. */
  readonly hub: (message: HubMessage & { type: string }) => void
  readonly focus: (focused: boolean) => void
  /** Whether another program has the terminal. */
  readonly lend: (lent: boolean) => void
  /** Whether there is a hub to send anything to. */
  readonly connect: (connected: boolean) => void
  /** The terminal has another size. */
  readonly resize: (cols: number, rows: number) => void
  /** All text of the tree or overlay drawn last. */
  readonly text: () => string
  readonly overlay: () => string
  /** The tree and the overlay drawn last. */
  readonly drawn: () => readonly (Node | undefined)[]
  /** How the theme says that marks look. */
  readonly markLooks: () => MarkLooks | undefined
  /** The connection code drawn last. */
  readonly code: () => ConnectionCode | undefined
}

export interface KeysOptions {
  readonly cols?: number
  readonly rows?: number
  /** Files of the user's, by name: those of shipped names replace these. */
  readonly files?: Readonly<Record<string, string>>
  /** @default that of somebody without settings */
  readonly env?: NodeJS.ProcessEnv
}

/** Keys, Lua and operations together, without a terminal, a hub or a ptyhost. */
export async function startKeys(options: KeysOptions = {}): Promise<KeysUnderTest> {
  const { files = {}, env } = options
  let { cols = 100, rows = 40 } = options
  const lua = await startUi(env)
  lua.load({ ...files })
  lua.ui.set({ agents_known: undefined }) // the hub has said nothing yet
  const agents = new Agents()
  const widgets = new Widgets()
  const notices = new Notices(() => {})
  const sent: HubMessage[] = []
  const written: string[] = []
  const operations: TerminalOperation[] = []
  let quits = 0
  let focused = false
  let lent = false
  let connected = true
  const data = new DataPlane({
    onFrame: () => {},
    onSignal: () => {},
    onReleased: () => {},
    onViewFailed: () => {},
    onLost: () => {},
    onWarning: () => {},
  })
  const panels = new Panels(data, agents, () => {})
  let markLooks: MarkLooks | undefined
  let drawn: (Node | undefined)[] = []
  let code: ConnectionCode | undefined
  const ui = new Ui({
    lua: lua.ui,
    agents,
    widgets,
    panels,
    draw: (tree, overlay, connectionCode) => {
      drawn = [tree, overlay]
      code = connectionCode
    },
    takeLooks: (looks) => {
      markLooks = looks
    },
    size: () => ({ cols, rows }),
    hubStatus: () => 'connected',
  })
  const actions: Actions = new Actions({
    lua: lua.ui,
    ui,
    agents,
    widgets,
    panels,
    notices,
    scrolled: () => {},
    hasFocus: () => focused && !lent,
    isLent: () => lent,
    perform: (operation) =>
      perform(operation, {
        ui,
        agents,
        notices,
        env: {},
        send: (message) => connected && sent.push(message) > 0,
        selected: () => {},
        quit: () => {
          quits++
        },
        run: (action) => actions.run({ action }),
        terminal: (operation) => operations.push(operation),
        hasFocus: () => focused && !lent,
        tell: (sequence) => written.push(sequence),
      }),
  })
  ui.begin()
  ui.flush()
  const settle = <T>(result: T) => {
    ui.flush()
    return result
  }
  return {
    lua,
    ui,
    agents,
    notices,
    sent,
    written,
    operations,
    quits: () => quits,
    press: (...keys) => keys.map((key) => settle(actions.key(key))),
    type: (text) => {
      for (const character of text) settle(actions.key(character === ' ' ? 'space' : character))
    },
    click: (action) => settle(actions.runItem(action)),
    hub: (message) => {
      if (message.type === 'agent_list') {
        lua.ui.set({ agents: message.agents as never })
        agents.replace(readAgents(message.agents))
      }
      actions.hubEvent(message.type, message as never)
      ui.flush()
    },
    focus: (value) => {
      focused = value
      actions.hubEvent('terminal_focus', { focused })
    },
    lend: (value) => {
      lent = value
    },
    connect: (value) => {
      connected = value
    },
    resize: (newCols, newRows) => {
      cols = newCols
      rows = newRows
      ui.invalidate()
      ui.flush()
    },
    text: () => texts(drawn[0]),
    overlay: () => texts(drawn[1]),
    drawn: () => drawn,
    markLooks: () => markLooks,
    code: () => code,
    [Symbol.dispose]: () => {
      actions[Symbol.dispose]()
      ui.dispose()
      notices[Symbol.dispose]()
      lua[Symbol.dispose]()
    },
  }
}

/** Every string below a node, titles and items included, joined by line breaks. */
function texts(value: unknown): string {
  if (Array.isArray(value)) {
    const spans = value.every((entry) => typeof entry === 'object' && entry !== null && 'text' in entry)
    return value.map(texts).join(spans ? '' : '\n')
  }
  if (typeof value !== 'object' || value === null) return ''
  const own = 'text' in value && typeof value.text === 'string' ? value.text : ''
  const below = Object.entries(value).map(([key, inner]) => {
    if (key === 'value' && typeof inner === 'string') return inner
    return typeof inner === 'object' ? texts(inner) : ''
  })
  return [own, ...below].filter((text) => text !== '').join('\n')
}

/** An agent as the hub sends it. */
export function agent(id: string, fields: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id,
    key: `repo-${id}`,
    name: id,
    display_name: id,
    branch_name: id,
    status: 'running',
    in_worktree: true,
    notification: false,
    sessions: [{ name: 'agent', session_id: `${id}/agent`, exited: false }],
    ...fields,
  }
}
