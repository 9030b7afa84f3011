import { encodeKey, type KeyPress } from '../screen/keys.ts'
import { encodeMouse, type MouseEvent, WHEEL_DOWN, WHEEL_LEFT, WHEEL_UP } from '../screen/mouse.ts'
import { type Actions, WHEEL_LINES } from './actions.ts'
import type { Area, ListArea, TabsArea, WidgetArea } from './chrome/protocol.ts'
import type { DataPlane } from './data/data-plane.ts'
import type { Panel } from './data/panel.ts'
import type { Panels } from './data/panels.ts'
import { encodePaste } from './paste.ts'
import { linkAt } from './reader/links.ts'
import { MouseSelection, placeIn } from './reader/mouse-selection.ts'
import type { Agents } from './stores/agents.ts'
import { PLAIN_MODES } from './stores/panel-screen.ts'
import type { Widgets } from './stores/widgets.ts'
import { findItems } from './tree.ts'
import { TypingGuard } from './typing-guard.ts'
import type { Ui } from './ui.ts'

export interface RouterParts {
  readonly ui: Ui
  readonly actions: Actions
  readonly agents: Agents
  readonly widgets: Widgets
  readonly panels: Panels
  readonly data: DataPlane
  /** Where lists and inputs are on the screen now. */
  readonly widgetAreas: () => readonly WidgetArea[]
  /** What the overlay covers. */
  readonly overlayAreas: () => readonly Area[]
  /** The panel shows other lines now. */
  readonly scrolled: (panel: Panel) => void
}

/**
 * Decides for whom input is: the overlay while one is up, an action of the layout's keys, or the program in the focused
 * terminal, for whose modes it is then encoded.
 */
export class Router implements Disposable {
  readonly #parts: RouterParts
  /** Keys that were ours when pressed: their release is none of the program's business. */
  readonly #held = new Set<string>()
  /** The terminal in which a mouse button went down: it hears of everything until it goes up. */
  #captured: Panel | undefined
  readonly #selection: MouseSelection
  readonly #guard = new TypingGuard()

  constructor(parts: RouterParts) {
    this.#parts = parts
    this.#selection = new MouseSelection({
      scrolled: parts.scrolled,
      onSelected: () => parts.actions.run({ action: 'mouse_selected' }),
    })
  }

  [Symbol.dispose](): void {
    this.#selection[Symbol.dispose]()
  }

  key(press: KeyPress): void {
    const { descriptor, event } = press
    if (event === 'release') {
      if (!this.#held.delete(descriptor)) this.#keyToProgram(press)
      return
    }
    if (descriptor !== '' && this.#parts.actions.key(descriptor)) {
      this.#held.add(descriptor)
      this.#guard.chosen()
      return
    }
    this.#keyToProgram(press)
  }

  /** Another terminal has the keys now, and not by the user's doing. */
  moved(): void {
    if (this.#typesIntoProgram && this.#guard.moved()) this.#parts.actions.hubEvent('typing_interrupted', {})
  }

  /** Pasted text, without its brackets. */
  paste(text: Uint8Array): void {
    const { ui, widgets } = this.#parts
    ui.flush()
    if (widgets.field) {
      widgets.field.insert(Buffer.from(text).toString())
      this.#parts.panels.focused?.reader.typed(widgets.inputBuffer)
      ui.mirror()
      ui.invalidate()
      return
    }
    if (this.#typesIntoProgram) this.#toProgram(encodePaste(text, this.#modes.bracketedPaste), 'paste')
  }

  mouse(event: MouseEvent): void {
    this.#parts.ui.flush()
    const captured = this.#captured
    if (event.action === 'release') this.#captured = undefined
    if (captured) return this.#mouseToProgram(captured, event)
    if (this.#selection.active && event.button < WHEEL_UP) {
      return event.action === 'release' ? this.#selection.release() : this.#selection.drag(event)
    }
    const wheel = event.button >= WHEEL_UP
    const widget = this.#widgetAt(event)
    if (widget) {
      const clicked = event.action === 'press' && event.button === 0
      if (wheel && widget.kind === 'list') this.#wheelInList(event, widget)
      else if (clicked && widget.kind === 'list') this.#click(event, widget)
      else if (clicked && widget.kind === 'tabs') this.#clickTab(event, widget)
      return
    }
    if (this.#parts.ui.hasOverlay) return
    const panel = this.#parts.panels.list.find(({ area }) => {
      return contains({ x: area.x, y: area.y, width: area.cols, height: area.rows }, event)
    })
    if (panel === undefined) return
    if (event.action === 'press' && !wheel) this.#focus(panel)
    if (wheel) {
      this.#wheelInPanel(panel, event)
      this.#selection.drag(event)
    } else if (event.action === 'press' && event.button === 0 && !this.#isPrograms(panel, event)) {
      if (!event.ctrl || !this.#openLink(panel, event)) this.#selection.press(panel, event)
    } else {
      if (event.action === 'press') this.#captured = panel
      this.#mouseToProgram(panel, event)
    }
  }

  /** Whether the program wants to hear of this press: it asked for the mouse, is what is seen, and shift is up. */
  #isPrograms({ screen, scrollback, reader }: Panel, event: MouseEvent): boolean {
    return screen.modes.mouseTracking !== 0 && !scrollback.active && !reader.reading && !event.shift
  }

  /** @returns whether there is a link under the mouse */
  #openLink(panel: Panel, event: MouseEvent): boolean {
    const { reader, grid, scrollback } = panel
    const url = linkAt(reader.source(), placeIn(panel, event), grid, scrollback.top)
    if (url === undefined) return false
    this.#parts.actions.runItem({ action: 'open_link', url })
    return true
  }

  get #typesIntoProgram(): boolean {
    const { ui } = this.#parts
    return ui.mode === 'insert' && !ui.hasOverlay
  }

  get #modes() {
    return this.#parts.panels.focused?.screen.modes ?? PLAIN_MODES
  }

  #keyToProgram(press: KeyPress): void {
    if (!this.#typesIntoProgram) return
    const bytes = encodeKey(press, this.#modes)
    if (bytes.length === 0) return
    if (press.event === 'release') this.#send(bytes)
    else this.#toProgram(bytes, 'key')
  }

  /** Typing shows what is typed: a view into the past goes back to the bottom. */
  #toProgram(bytes: Uint8Array, kind: 'key' | 'paste'): void {
    const { panels, scrolled, agents, actions } = this.#parts
    if (!this.#guard.typed()) {
      actions.hubEvent('typing_interrupted', { kept_back: kind })
      return
    }
    const session = agents.selected?.session
    if (session?.exited) {
      actions.hubEvent('typed_into_ended', { session_id: session.sessionId })
      return
    }
    const panel = panels.focused
    if (panel?.scrollback.toBottom()) scrolled(panel)
    if (panel?.reader.marking) panel.reader.end()
    this.#send(bytes)
  }

  #send(bytes: Uint8Array): void {
    const session = this.#parts.agents.selected?.session
    if (session !== undefined) this.#parts.data.input(session.sessionId, bytes)
  }

  #mouseToProgram(panel: Panel, event: MouseEvent): void {
    if (panel.scrollback.active) return // what stands under the mouse is not what the program shows
    const { x, y, cols, rows } = panel.area
    const inside = {
      ...event,
      x: Math.max(0, Math.min(cols - 1, event.x - x)),
      y: Math.max(0, Math.min(rows - 1, event.y - y)),
    }
    const bytes = encodeMouse(inside, panel.screen.modes)
    if (bytes) this.#parts.data.input(panel.session, bytes)
  }

  /** The wheel belongs to a program that asked for the mouse; else it scrolls, or presses arrows in full screen. */
  #wheelInPanel(panel: Panel, event: MouseEvent): void {
    const { modes } = panel.screen
    if (modes.mouseTracking !== 0 && modes.mouseTracking !== 9 && !panel.scrollback.active) {
      return this.#mouseToProgram(panel, event)
    }
    if (event.button >= WHEEL_LEFT) return
    const up = event.button === WHEEL_UP
    if (modes.alternateScreen && !panel.reader.reading) {
      const arrow = encodeKey({ descriptor: up ? 'up' : 'down', event: 'press', raw: new Uint8Array(0) }, modes)
      for (let line = 0; line < WHEEL_LINES; line++) this.#parts.data.input(panel.session, arrow)
      return
    }
    if (panel.scrollback.scroll(up ? WHEEL_LINES : -WHEEL_LINES)) this.#parts.scrolled(panel)
  }

  /** Clicking into a terminal selects it. */
  #focus(panel: Panel): void {
    const { agents, ui, actions } = this.#parts
    if (agents.selected?.session?.sessionId === panel.session) return
    for (const [agentIndex, agent] of agents.list.entries()) {
      const ptyIndex = agent.sessions.findIndex(({ sessionId }) => sessionId === panel.session)
      if (ptyIndex < 0) continue
      agents.select({ agentIndex, ptyIndex })
      ui.invalidate()
      actions.run({ action: 'terminal_clicked' })
    }
  }

  /** The list or the tabs under the mouse; while an overlay is up, only its own. */
  #widgetAt(event: MouseEvent): ListArea | TabsArea | undefined {
    const { ui, widgetAreas, overlayAreas } = this.#parts
    if (ui.hasOverlay && !overlayAreas().some((area) => contains(area, event))) return undefined
    const areas = widgetAreas().filter((area): area is ListArea | TabsArea => area.kind !== 'input')
    return areas.find((area) => area.overlay === ui.hasOverlay && contains(area, event))
  }

  #wheelInList(event: MouseEvent, list: ListArea): void {
    if (list.overlay) this.#parts.actions.run({ action: event.button === WHEEL_DOWN ? 'list_down' : 'list_up' })
  }

  /** The first click on an item of a list that botster looks after selects it; the next one runs its action. */
  #click(event: MouseEvent, list: ListArea): void {
    const { ui, actions, widgets } = this.#parts
    const index = list.rowItems[event.y - list.y]
    if (index === undefined || index < 0) return
    if (widgets.select(list.path, index)) {
      ui.mirror()
      return ui.invalidate()
    }
    if (list.overlay) return actions.run({ action: 'list_select', index })
    const found = findItems(ui.trees, list.path)
    const items: readonly { header?: boolean; action?: unknown }[] = found?.items ?? []
    const item = items.filter(({ header }) => header !== true)[index]
    if (item) actions.runItem(item.action as never)
  }

  #clickTab(event: MouseEvent, tabs: TabsArea): void {
    const { ui, actions } = this.#parts
    const index = tabs.ends.findIndex((end) => event.x - tabs.x < end)
    const found = findItems(ui.trees, tabs.path)
    if (found?.type === 'tabs' && event.y === tabs.y) actions.runItem(found.items[index]?.action as never)
  }
}

function contains(area: Area, { x, y }: { x: number; y: number }): boolean {
  return x >= area.x && x < area.x + area.width && y >= area.y && y < area.y + area.height
}
