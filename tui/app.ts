import { dirname, join } from 'node:path'
import type { LuaTable } from '../lua/vm/index.ts'
import type { Signal } from '../protocol/messages/ptyhost.ts'
import { Actions } from './actions.ts'
import type { AppParts } from './app-parts.ts'
import type { FrameMessage, ScreenSize } from './chrome/protocol.ts'
import { ColorReplies } from './color-replies.ts'
import { DataPlane } from './data/data-plane.ts'
import type { Panel } from './data/panel.ts'
import { Panels } from './data/panels.ts'
import { DataLink } from './data-link.ts'
import { perform } from './effects.ts'
import { FocusReports } from './focus-reports.ts'
import type { HubMessage } from './hub-link.ts'
import type { InputEvent } from './input/event.ts'
import { ProgramFrames } from './program-frames.ts'
import { takeProgramSignal } from './program-signal.ts'
import { TerminalOperations } from './reader/terminal-operations.ts'
import { Router } from './router.ts'
import { Spinners } from './spinners.ts'
import { readAgents } from './stores/agent.ts'
import { Agents } from './stores/agents.ts'
import { PLAIN_MODES } from './stores/panel-screen.ts'
import { Widgets } from './stores/widgets.ts'
import { Ui } from './ui.ts'
import { HotReload } from './ui-lua/hot-reload.ts'
import { readRepositoryLayers } from './ui-lua/repository-layers.ts'
import { WarmUpSoon } from './warm-up-soon.ts'

/** The TUI's main thread, put together: what comes from hub, ptyhost, terminal, files and worker, and where it goes. */
export class App implements Disposable {
  readonly #parts: AppParts
  readonly #agents = new Agents()
  readonly #widgets = new Widgets()
  readonly #data: DataPlane
  readonly #panels: Panels
  readonly #frames: ProgramFrames
  readonly #focusReports: FocusReports
  readonly #dataLink: DataLink
  readonly #ui: Ui
  readonly #actions: Actions
  readonly #router: Router
  readonly #reload: HotReload
  readonly #spinners: Spinners
  #focused = true
  /** Another program has the terminal: nobody sees us. */
  #lent = false
  readonly #warmUp: WarmUpSoon
  readonly #colors: ColorReplies

  constructor(parts: AppParts) {
    this.#parts = parts
    const { lua, notices, display, hub, chrome, env, log } = parts
    this.#data = new DataPlane({
      onFrame: (frame) => this.#frames.show(frame),
      onSignal: (signal) => this.#showSignal(signal),
      onReleased: (session) => this.#panels.released(session),
      onViewFailed: (view: number, message: string) => this.#frames.failed(view, message),
      onLost: (reason) => this.#dataLink.lost(reason),
      onWarning: log,
    })
    this.#focusReports = new FocusReports(this.#data)
    this.#colors = new ColorReplies(this.#data, {
      onChanged: () => this.#panels.reconnect(),
      onBackground: (background) => this.#ui.setBackground(background),
    })
    this.#warmUp = new WarmUpSoon({ env, lua, log })
    this.#panels = new Panels(this.#data, this.#agents, (panel) => this.#scrolled(panel))
    this.#frames = new ProgramFrames({
      ...parts,
      panels: this.#panels,
      data: this.#data,
      paint: () => this.#paint(),
      onModes: (modes) => {
        parts.followModes(modes)
        this.#reportFocus()
      },
      onScrollTitle: () => this.#ui.invalidate(),
    })
    const terminal = new TerminalOperations({
      ...parts,
      panels: this.#panels,
      data: this.#data,
      platform: process.platform,
      scrolled: (panel) => this.#scrolled(panel),
    })
    this.#spinners = new Spinners((glyph) => {
      display.spin(glyph)
      this.#paint()
    })
    this.#dataLink = new DataLink({
      data: this.#data,
      ticket: () => hub.ticket(),
      hubConnected: () => hub.connected,
      onOpen: (socket) => this.#dataOpen(socket),
      onUnreachable: (reason) => notices.set('ptyhost', 'warning', `The terminals cannot be reached: ${reason}`),
    })
    this.#ui = new Ui({
      lua,
      agents: this.#agents,
      widgets: this.#widgets,
      panels: this.#panels,
      draw: (tree, overlay, code) => {
        parts.followModes(this.#panels.focused?.screen.modes ?? PLAIN_MODES)
        this.#reportFocus()
        chrome.render(tree, overlay, display.size, code)
      },
      takeLooks: (looks) => display.setMarkLooks(looks),
      size: () => display.size,
      hubStatus: () => (hub.connected ? 'connected' : 'reconnecting'),
    })
    this.#actions = new Actions({
      lua,
      ui: this.#ui,
      agents: this.#agents,
      widgets: this.#widgets,
      panels: this.#panels,
      notices,
      hasFocus: () => this.#hasFocus,
      isLent: () => this.#lent,
      scrolled: () => this.#panels.focused && this.#scrolled(this.#panels.focused),
      perform: (operation) =>
        perform(operation, {
          ui: this.#ui,
          agents: this.#agents,
          notices,
          env,
          send: (data) => hub.send(data),
          selected: () => this.#ui.flush(),
          quit: parts.onQuit,
          run: (action) => this.#actions.run({ action }),
          terminal: (operation) => terminal.perform(operation),
          hasFocus: () => this.#hasFocus,
          tell: parts.tell,
        }),
    })
    this.#router = new Router({
      ui: this.#ui,
      actions: this.#actions,
      agents: this.#agents,
      widgets: this.#widgets,
      panels: this.#panels,
      data: this.#data,
      widgetAreas: () => display.widgets,
      overlayAreas: () => display.overlays,
      scrolled: (panel) => this.#scrolled(panel),
    })
    this.#reload = new HotReload(parts.directories, (sources, changed) => {
      for (const label of ['', ...changed]) notices.clear(`lua:${label}`) // what was wrong may be mended
      lua.load(sources, changed, () => this.#ui.probe())
      this.#ui.invalidate()
    })
  }

  /** Asks the hub what there is and loads the UI's files meanwhile; an empty picture would hold up the whole one. */
  start(): void {
    const { lua, hub } = this.#parts
    this.#ui.hold()
    this.#dataLink.ensure()
    hub.subscribe()
    const sources = this.#reload.start()
    const labels = sources.map(({ label }) => label)
    lua.load(sources, labels, () => this.#ui.probe())
    lua.set(this.#parts.initialState)
    this.#ui.begin()
  }

  /** What the user's terminal sent. */
  input(event: InputEvent): void {
    switch (event.type) {
      case 'key':
        return this.#router.key(event)
      case 'paste':
        return this.#router.paste(event.data)
      case 'mouse':
        return this.#router.mouse(event.mouse)
      case 'focus':
        this.#focused = event.focused
        return this.#focusChanged()
      case 'reply':
        return this.#colors.note(event.reply)
    }
  }

  /** Tells Lua that the UI is about to end: the last it hears. */
  ending(): void {
    this.#actions.hubEvent('ui_ending', {})
  }

  /** The terminal has another size. */
  resized(size: ScreenSize): void {
    this.#parts.display.resize(size)
    this.#ui.invalidate()
    this.#ui.flush()
  }

  /** The terminal takes bytes again: what came meanwhile is drawn, as it is now. */
  drained(): void {
    this.#parts.display.drained()
    this.#paint()
    this.#frames.drawn()
  }

  /** Another program has the terminal, or no longer: what is there to be seen waits for somebody to see it. */
  lent(lent: boolean): void {
    this.#lent = lent
    if (lent) this.#parts.notices.pause()
    else this.#parts.notices.resume()
    this.#focusChanged()
  }

  /** Something else wrote to the terminal. */
  repaint(): void {
    this.#parts.display.invalidate()
    this.#paint()
  }

  noticesChanged(): void {
    this.#parts.display.showNotices(this.#parts.notices.list)
    this.#paint()
  }

  redraw(): void {
    this.#ui.invalidate()
  }

  [Symbol.dispose](): void {
    this.#frames[Symbol.dispose]()
    this.#spinners[Symbol.dispose]()
    this.#warmUp[Symbol.dispose]()
    this.#reload[Symbol.dispose]()
    this.#actions[Symbol.dispose]()
    this.#router[Symbol.dispose]()
    this.#ui.dispose()
    this.#dataLink[Symbol.dispose]()
    this.#data[Symbol.dispose]()
  }

  // hub ------------------------------------------------------------------------------------------------------------

  ptyhostChanged(): void {
    this.#dataLink.renew()
  }

  hubConnected(): void {
    this.#parts.notices.clear('hub')
    this.#ui.invalidate()
    this.#dataLink.ensure()
  }

  hubLost(reason: string): void {
    this.#parts.log(`hub lost: ${reason}`)
    this.#parts.notices.set('hub', 'warning', `The hub is gone (${reason}). Starting it again; agents keep running.`)
    this.#ui.invalidate()
  }

  /** The repository's own Lua, while its user trusts it. */
  get repositoryLua(): string | undefined {
    const root = this.#reload.repository?.root
    return root && join(root, 'lua')
  }

  hubMessage(data: HubMessage): void {
    const type = typeof data.type === 'string' ? data.type : ''
    const shown = this.#agents.selected?.session?.sessionId
    if (type === 'repository') this.#reload.setRepository(readRepositoryLayers(data.repository))
    if (type === 'agent_list') this.#takeAgents(data)
    const taken = this.#actions.hubEvent(type, data as LuaTable)
    if (type === 'agent_list' && !taken) this.#selectSomething()
    if (shown !== undefined && shown !== this.#agents.selected?.session?.sessionId) this.#router.moved()
  }

  #takeAgents(data: HubMessage): void {
    this.#parts.lua.set({ agents: (data.agents ?? []) as LuaTable })
    this.#agents.replace(readAgents(data.agents))
    this.#panels.retryFailed()
    this.#ui.release()
  }

  /** What events.lua does, for when no Lua can. */
  #selectSomething(): void {
    if (this.#agents.selected !== undefined || !this.#agents.select({ agentIndex: 0 })) return
    this.#ui.setMode('insert')
  }

  // ptyhost --------------------------------------------------------------------------------------------------------

  #dataOpen(socket: string): void {
    this.#warmUp.begin(dirname(socket))
    this.#parts.notices.clear('ptyhost')
    this.#panels.reconnect()
  }

  get #hasFocus(): boolean {
    return this.#focused && !this.#lent
  }

  #focusChanged(): void {
    this.#reportFocus()
    this.#actions.hubEvent('terminal_focus', { focused: this.#hasFocus })
  }

  #reportFocus(): void {
    this.#focusReports.update(this.#panels.focused, this.#hasFocus)
  }

  #showSignal(signal: Signal): void {
    if (signal.session !== this.#panels.focused?.session) return
    takeProgramSignal(signal, {
      tell: this.#parts.tell,
      onBell: (session) => this.#actions.hubEvent('terminal_bell', { session_id: session }),
    })
  }

  // screen ---------------------------------------------------------------------------------------------------------

  /** The chrome was drawn. */
  showChrome(frame: FrameMessage): void {
    const { display } = this.#parts
    display.showChrome(frame)
    this.#spinners.update(display.hasSpinners)
    if (this.#panels.place(frame.panels)) display.placePanels(this.#panels.list)
    this.#paint()
  }

  #paint(): boolean {
    const { focused } = this.#panels
    const hasCursor = !this.#ui.hasOverlay && (this.#ui.mode === 'insert' || focused?.reader.reading)
    return this.#parts.display.paint(hasCursor ? focused : undefined)
  }

  /** A panel shows other lines, or marks others. */
  #scrolled(panel: Panel): void {
    this.#parts.display.panelChanged(panel)
    this.#paint()
    this.#ui.invalidate()
  }
}
