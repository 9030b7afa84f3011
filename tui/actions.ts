import type { LuaTable, LuaValue } from '../lua/vm/index.ts'
import type { Panels } from './data/panels.ts'
import { fallbackKey } from './fallback.ts'
import type { HubMessage } from './hub-link.ts'
import { KeySequence } from './key-sequence.ts'
import { runReaderAction } from './reader/reader-actions.ts'
import type { Agents } from './stores/agents.ts'
import type { Notices } from './stores/notices.ts'
import { runWidgetAction } from './stores/widget-actions.ts'
import type { Widgets } from './stores/widgets.ts'
import type { Ui } from './ui.ts'
import { isTable, type Operation, parseOperations } from './ui-lua/operations.ts'
import type { UiLua } from './ui-lua/ui-lua.ts'

/** Lines that one step of the wheel scrolls, as terminals do. */
export const WHEEL_LINES = 3

export interface ActionParts {
  readonly lua: UiLua
  readonly ui: Ui
  readonly agents: Agents
  readonly widgets: Widgets
  readonly panels: Panels
  readonly notices: Notices
  /** @returns the message that could not be sent */
  readonly perform: (operation: Operation) => HubMessage | undefined
  /** Whether the outer terminal's window has the focus. */
  readonly hasFocus: () => boolean
  /** Whether another program has the outer terminal. */
  readonly isLent: () => boolean
  /** The panel shows other lines now. */
  readonly scrolled: () => void
}

/** An action that a key stands for. */
export interface KeyAction {
  readonly action: string
  readonly char?: string
  readonly index?: number
  /** Of `pending_keys`: milliseconds until the keys held back are let go. */
  readonly timeoutMs?: number
}

/** Stands for the keys that were pressed so far while the next one is the program's, whatever it means here. */
const ANY_KEY = 'any key'

/** Actions that may ask for one another before that is taken for a circle. */
const MAX_DEPTH = 16

/** Finds out what keys mean and carries it out: by the host itself, or through Lua's `on_action`. */
export class Actions implements Disposable {
  readonly #parts: ActionParts
  readonly #sequence: KeySequence
  #depth = 0
  #tellsUnsent = false

  constructor(parts: ActionParts) {
    this.#parts = parts
    this.#sequence = new KeySequence({
      onChange: () => parts.ui.setPendingKeys(this.#sequence.keys),
      onTimeout: (keys) => {
        if (keys !== ANY_KEY) this.#lookUp(keys, true)
      },
    })
  }

  /** Handles a key. @returns false when it means nothing here: in mode insert it belongs to the program */
  key(key: string): boolean {
    this.#parts.ui.flush()
    const before = this.#sequence.end()
    if (before === undefined) return this.#lookUp(key, false)
    if (key === 'escape') return true
    if (before === ANY_KEY) {
      this.#parts.ui.flush() // without the hints, which would take it
      return false
    }
    if (this.#lookUp(`${before} ${key}`, false)) return true
    if (key === before) {
      this.#parts.ui.flush() // without the hints, which would take it
      return false // twice: it is meant for the program
    }
    this.#parts.notices.add('info', `${before} ${key} means nothing here`, 'key-sequence')
    return true
  }

  [Symbol.dispose](): void {
    this.#sequence[Symbol.dispose]()
  }

  /** Carries out an action; `item` is the action of the list item it comes from. */
  run(action: KeyAction, item?: LuaValue): void {
    const { ui, widgets } = this.#parts
    const { index } = action
    if (action.action === 'none' || this.#scroll(action.action)) return
    if (runReaderAction(this.#parts.panels.focused, action.action)) return
    if (action.action === 'hold_for_program') {
      this.#sequence.hold(ANY_KEY)
      return
    }
    if (action.action === 'dismiss_notices') {
      this.#parts.notices.dismiss()
      return
    }
    if (runWidgetAction(widgets, action.action, action.char)) {
      this.#parts.panels.focused?.reader.typed(widgets.inputBuffer)
      ui.mirror()
      ui.invalidate()
      return
    }
    if (action.action === 'list_select' && index !== undefined) widgets.moveSelection(() => index)
    ui.mirror()
    this.#toLua(action, item)
  }

  /** The action of a list item: a name, or a table with the name in `action`. */
  runItem(item: LuaValue): void {
    if (typeof item === 'string') this.run({ action: item })
    else if (isTable(item) && typeof item.action === 'string') this.run({ action: item.action }, item)
  }

  /** Hands a message of the hub to Lua. @returns whether Lua could take it */
  hubEvent(type: string, data: LuaTable): boolean {
    const { lua, ui } = this.#parts
    ui.mirror()
    const called = lua.call('on_hub_event', [type, data, this.#context()], `on_hub_event:${type}`)
    ui.invalidate() // before what Lua asks for, which may draw at once: then this is drawn with it and not once more
    if (called.ok) this.#performAll(called.values, `on_hub_event(${JSON.stringify(type)})`)
    return called.ok
  }

  /** Runs what keys mean. `complete`: no more of a sequence will come. @returns whether they mean something */
  #lookUp(keys: string, complete: boolean): boolean {
    const { lua, ui, agents, widgets } = this.#parts
    const { terminal_rows } = ui.terminalSize()
    const called = lua.call('handle_key', [
      keys,
      ui.mode,
      this.#listCount(),
      terminal_rows,
      complete,
      widgets.field !== undefined,
    ])
    if (!called.ok) {
      const operations = fallbackKey(keys, agents)
      for (const operation of operations ?? []) this.#parts.perform(operation)
      return operations !== undefined
    }
    const action = readAction(called.values[0])
    if (action === undefined) return false
    if (action.action === 'pending_keys') this.#sequence.hold(keys, action.timeoutMs)
    else this.run(action)
    return true
  }

  #toLua({ action, char }: KeyAction, item: LuaValue): void {
    const { lua, ui } = this.#parts
    if (this.#depth >= MAX_DEPTH) {
      return this.#parts.notices.add('error', `the action ${action} asks for itself, by way of ${MAX_DEPTH} actions`)
    }
    this.#depth++
    const context: LuaTable = { ...this.#context(), _char: char, item }
    const called = lua.call('on_action', [action, context], `on_action:${action}`)
    ui.invalidate() // first, as in hubEvent
    if (called.ok) this.#performAll(called.values, `on_action(${JSON.stringify(action)})`)
    else this.#withoutLua(action)
    this.#depth--
  }

  #performAll([operations, index, pty]: readonly LuaValue[], source: string): void {
    const { ui, notices, perform } = this.#parts
    if (ui.followSelection(index, pty)) ui.mirror()
    const parsed = parseOperations(operations, source)
    for (const problem of parsed.problems) notices.add('error', problem)
    for (const operation of parsed.operations) {
      const unsent = perform(operation)
      if (unsent === undefined) continue
      const required = operation.op === 'send_msg' && operation.required
      this.#tellUnsent(unsent, required)
      if (required) return // it would take away what was typed
    }
  }

  /** What Lua asks for then is not told of again: it could go on for ever. */
  #tellUnsent({ type, request_id }: HubMessage, required: boolean): void {
    if (this.#tellsUnsent) return
    this.#tellsUnsent = true
    this.hubEvent('not_sent', { command: type as LuaValue, request_id: request_id as LuaValue, required })
    this.#tellsUnsent = false
  }

  /** Nothing must hold the user in a mode, or in the program, when all of Lua fails. */
  #withoutLua(action: string): void {
    const { perform, agents } = this.#parts
    switch (action) {
      case 'detach':
      case 'quit':
        perform({ op: 'quit' })
        return
      case 'close_modal':
        perform({ op: 'set_mode', mode: agents.list.length > 0 ? 'insert' : 'normal', input: undefined })
    }
  }

  #scroll(action: string): boolean {
    const panel = this.#parts.panels.focused
    const half = Math.max(1, Math.floor((panel?.area.rows ?? 2) / 2))
    const moved = (() => {
      switch (action) {
        case 'scroll_up':
          return panel?.scrollback.scroll(1)
        case 'scroll_down':
          return panel?.scrollback.scroll(-1)
        case 'scroll_half_up':
          return panel?.scrollback.scroll(half)
        case 'scroll_half_down':
          return panel?.scrollback.scroll(-half)
        case 'scroll_top':
          return panel?.scrollback.toTop()
        case 'scroll_bottom':
          return panel?.scrollback.toBottom()
        default:
          return 'other'
      }
    })()
    if (moved === 'other') return false
    if (moved) this.#parts.scrolled()
    return true
  }

  #context(): LuaTable {
    const { ui, widgets, panels } = this.#parts
    return {
      overlay_actions: [...(widgets.list?.actions ?? [])] as LuaValue[],
      terminal_focused: ui.mode === 'insert' && !ui.hasOverlay && panels.focused !== undefined,
      has_focus: this.#parts.hasFocus(),
      lent: this.#parts.isLent(),
      ...ui.readerState(),
      ...ui.terminalSize(),
    }
  }

  #listCount(): number {
    return this.#parts.widgets.list?.actions.length ?? 0
  }
}

function readAction(value: LuaValue): KeyAction | undefined {
  if (typeof value === 'string') return { action: value }
  if (!isTable(value) || typeof value.action !== 'string') return undefined
  return {
    action: value.action,
    char: typeof value.char === 'string' ? value.char : undefined,
    index: typeof value.index === 'number' ? value.index : undefined,
    timeoutMs: typeof value.timeout_ms === 'number' ? value.timeout_ms : undefined,
  }
}
