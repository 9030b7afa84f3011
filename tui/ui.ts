import type { LuaTable, LuaValue } from '../lua/vm/index.ts'
import type { Node } from './chrome/node.ts'
import { parseNode } from './chrome/parse-node.ts'
import type { ConnectionCode, ScreenSize } from './chrome/protocol.ts'
import type { Panel } from './data/panel.ts'
import type { Panels } from './data/panels.ts'
import { fallbackTree } from './fallback.ts'
import { type MarkLooks, parseMarkLooks } from './mark-looks.ts'
import { describeReader } from './reader/describe.ts'
import type { Agents } from './stores/agents.ts'
import type { Widgets } from './stores/widgets.ts'
import type { UiProblem } from './ui-lua/problem.ts'
import type { UiLua } from './ui-lua/ui-lua.ts'

export interface UiParts {
  readonly lua: UiLua
  readonly agents: Agents
  readonly widgets: Widgets
  readonly panels: Panels
  /** Asks the chrome for a frame. */
  readonly draw: (tree: Node, overlay: Node | undefined, code: ConnectionCode | undefined) => void
  /** How what is marked in terminals looks. */
  readonly takeLooks: (looks: MarkLooks) => void
  readonly size: () => ScreenSize
  /** Whether hub and ptyhost are there, for layouts that want to say so. */
  readonly hubStatus: () => string
}

/** Milliseconds that the first picture may wait for what belongs in it. */
const LONGEST_HOLD_MS = 100

/** Which tree nodes were drawn last, and in which mode. */
export class Ui {
  readonly #parts: UiParts
  #mode = 'normal'
  #tree: Node | undefined
  #drawnByLua = false
  #overlay: Node | undefined
  /** Mode the overlay was drawn in. */
  #overlayMode = ''
  #code: ConnectionCode | undefined
  /** Keys of a sequence that waits for its next one. */
  #pendingKeys: string | undefined
  #background: 'light' | 'dark' = 'dark'
  #scheduled: NodeJS.Immediate | undefined
  /** Ends the time in which nothing is drawn. */
  #held: NodeJS.Timeout | undefined
  /** What `_tui_state` was last told. */
  #mirrored: LuaTable = {}

  constructor(parts: UiParts) {
    this.#parts = parts
  }

  get mode(): string {
    return this.#mode
  }

  /** Whether an overlay is up: it takes keys and wheel. */
  get hasOverlay(): boolean {
    return this.#overlay !== undefined
  }

  get trees(): readonly (Node | undefined)[] {
    return [this.#tree, this.#overlay]
  }

  /** Starts in the mode that Lua names. */
  begin(): void {
    const called = this.#parts.lua.call('initial_mode', [])
    const mode = called.ok ? called.values[0] : undefined
    this.setMode(typeof mode === 'string' ? mode : 'normal')
  }

  /** Changes the mode; what the host kept for the widgets of the old one is forgotten. */
  setMode(mode: string, prefill?: string): void {
    if ((mode === 'insert' || mode === 'normal') && this.#mode !== mode) this.#parts.panels.endReading()
    this.#mode = mode
    this.#parts.widgets.reset(prefill)
    this.invalidate()
  }

  setConnectionCode(code: ConnectionCode | undefined): void {
    this.#code = code
    this.#parts.lua.set({ connection_code: code && { url: code.url } })
    this.invalidate()
  }

  /** What stands behind the text, for themes that follow it. */
  setBackground(background: 'light' | 'dark'): void {
    if (background === this.#background) return
    this.#background = background
    this.invalidate()
  }

  setPendingKeys(keys: string | undefined): void {
    this.#pendingKeys = keys
    this.invalidate()
  }

  /** Replaces the text of the focused input. */
  setInput(text: string): void {
    this.#parts.widgets.field?.set(text)
    this.invalidate()
  }

  /** Calls Lua again once the present events are handled. */
  invalidate(): void {
    if (this.#held === undefined) this.#scheduled ??= setImmediate(() => this.flush())
  }

  /** Draws nothing until `release`, but for no longer than a person takes for "at once". */
  hold(): void {
    this.#held = setTimeout(() => this.release(), LONGEST_HOLD_MS)
  }

  /** Draws from now on. */
  release(): void {
    if (this.#held === undefined) return
    clearTimeout(this.#held)
    this.#held = undefined
    this.invalidate()
  }

  /** Draws now what is due, so that a key finds the widgets it is meant for. */
  flush(): void {
    if (this.#scheduled === undefined) return
    clearImmediate(this.#scheduled)
    this.#scheduled = undefined
    this.#tick()
  }

  /** Whether Lua can draw at all, as things stand. @returns what is wrong */
  probe(): UiProblem | undefined {
    const { lua } = this.#parts
    lua.set(this.#state())
    for (const name of ['render', 'render_overlay'] as const) {
      const [value, marks] = lua.probe(name, [this.#renderState()])
      const looks = name === 'render' ? parseMarkLooks(marks) : undefined
      if (looks?.ok === false) return { message: looks.message }
      const parsed = name === 'render_overlay' && value === undefined ? undefined : parseNode(value, `${name}()`)
      if (parsed?.ok === false) return { message: parsed.error.message }
    }
    return undefined
  }

  /** Tells `_tui_state` what the host keeps, where it changed. */
  mirror(): void {
    const state = this.#state()
    const changed: LuaTable = {}
    let any = false
    for (const key in state) {
      if (state[key] === this.#mirrored[key]) continue
      changed[key] = state[key]
      any = true
    }
    if (!any) return
    this.#mirrored = state
    this.#parts.lua.set(changed)
  }

  /**
   * Follows a selection that Lua moved by itself; `index` and `pty` are what `_tui_state` holds after a call.
   * @returns whether it moved
   */
  followSelection(index: LuaValue, pty: LuaValue): boolean {
    const { agents } = this.#parts
    if (index === this.#mirrored.selected_agent_index && pty === this.#mirrored.active_pty_index) return false
    if (typeof index !== 'number') return false
    const ptyIndex = typeof pty === 'number' && pty !== this.#mirrored.active_pty_index ? pty : undefined
    return agents.select({ agentIndex: index, ptyIndex })
  }

  dispose(): void {
    clearImmediate(this.#scheduled)
    clearTimeout(this.#held)
  }

  #tick(): void {
    const { widgets, panels, agents, draw } = this.#parts
    this.mirror()
    this.#drawTree()
    this.#drawOverlay()
    this.#tree ??= fallbackTree(agents)
    widgets.apply(this.#tree, this.#overlay)
    this.mirror()
    panels.retarget(this.#tree, this.#overlay)
    draw(this.#tree, this.#overlay, this.#code)
  }

  /** What was drawn last stays when Lua fails; when nothing ever was, something that works without Lua. */
  #drawTree(): void {
    const { lua } = this.#parts
    const drawn = lua.draw('render', this.#renderState(), (value, marks) => {
      return (
        this.#takeLooks(marks) ??
        this.#use(value, 'render()', (node) => {
          this.#tree = node
          this.#drawnByLua = true
        })
      )
    })
    if (!drawn && !this.#drawnByLua) this.#tree = undefined
  }

  /** The overlay of another mode must not stay: it would take the keys. */
  #drawOverlay(): void {
    const { lua } = this.#parts
    const drawn = lua.draw('render_overlay', this.#renderState(), (value) => {
      if (value !== undefined) return this.#use(value, 'render_overlay()', (node) => (this.#overlay = node))
      this.#overlay = undefined
      return undefined
    })
    if (!drawn && this.#overlayMode !== this.#mode) this.#overlay = undefined
    this.#overlayMode = this.#mode
  }

  #takeLooks(value: LuaValue): UiProblem | undefined {
    const parsed = parseMarkLooks(value)
    if (!parsed.ok) return { message: parsed.message }
    this.#parts.takeLooks(parsed.looks)
    return undefined
  }

  #use(value: LuaValue, source: string, take: (node: Node) => void): UiProblem | undefined {
    const parsed = parseNode(value, source)
    if (!parsed.ok) return { message: parsed.error.message }
    take(parsed.node)
    return undefined
  }

  /** What `_tui_state` mirrors of the host's. */
  #state(): LuaTable {
    const { agents, widgets } = this.#parts
    const selected = agents.selected
    return {
      mode: this.#mode,
      list_selected: widgets.listSelected,
      input_buffer: widgets.inputBuffer,
      pending_keys: this.#pendingKeys,
      background: this.#background,
      selected_agent_index: selected?.agentIndex,
      active_pty_index: selected?.ptyIndex ?? 0,
    }
  }

  #renderState(): LuaTable {
    const { panels, hubStatus } = this.#parts
    const { cols, rows } = this.#parts.size()
    const panel = panels.focused
    return {
      ...this.terminalSize(),
      ...this.readerState(),
      screen_cols: cols,
      screen_rows: rows,
      is_scrolled: panel !== undefined && isScrolled(panel),
      scroll_offset: panel?.scrollback.offset ?? 0,
      scroll_offsets: panels.scrollOffsets(),
      qr_width: Math.max(0, ...(this.#code?.qr.map((line) => line.length) ?? [])),
      qr_height: this.#code?.qr.length ?? 0,
      hub_status: hubStatus(),
    }
  }

  /** What is being done with the text of the focused terminal: `copy_mode` and `search`, absent without. */
  readerState(): LuaTable {
    const panel = this.#parts.panels.focused
    return panel === undefined ? {} : describeReader(panel)
  }

  /** Inner size of the focused terminal, or what the default layout would give one. */
  terminalSize(): { terminal_rows: number; terminal_cols: number } {
    const { cols, rows } = this.#parts.size()
    const area = this.#parts.panels.focused?.area
    return {
      terminal_rows: area?.rows ?? Math.max(1, rows - 2),
      terminal_cols: area?.cols ?? Math.max(1, Math.round(cols * 0.85) - 2),
    }
  }
}

/** Whether the terminal shows something else than what is newest, or is about to: a view that is only held still does not. */
function isScrolled({ scrollback, reader }: Panel): boolean {
  return scrollback.active && (scrollback.offset > 0 || reader.reading)
}
