import type { Node } from '../chrome/node.ts'
import type { Panel as PanelArea } from '../chrome/protocol.ts'
import type { Agents } from '../stores/agents.ts'
import { eachNode } from '../tree.ts'
import type { DataPlane } from './data-plane.ts'
import { Panel, type PanelPlace } from './panel.ts'

/** The terminals that the layout shows now. */
export class Panels {
  readonly #data: DataPlane
  readonly #agents: Agents
  readonly #onChange: (panel: Panel) => void
  /** By path of their node. */
  readonly #panels = new Map<string, Panel>()
  /** Sessions that the terminals of the newest tree show, by path. */
  readonly #targets = new Map<string, string>()

  constructor(data: DataPlane, agents: Agents, onChange: (panel: Panel) => void) {
    this.#data = data
    this.#agents = agents
    this.#onChange = onChange
  }

  get list(): Panel[] {
    return [...this.#panels.values()]
  }

  byView(view: number): Panel | undefined {
    for (const panel of this.#panels.values()) if (panel.view === view) return panel
    return undefined
  }

  /** The panel that shows the selected session. */
  get focused(): Panel | undefined {
    const session = this.#agents.selected?.session?.sessionId
    if (session === undefined) return undefined
    for (const panel of this.#panels.values()) if (panel.session === session) return panel
    return undefined
  }

  /**
   * A new tree was made: terminals that stay where they are change to their new session at once, before the chrome is
   * drawn, so that switching takes one request to the ptyhost. One that is shown elsewhere already will move instead.
   */
  retarget(...trees: (Node | undefined)[]): void {
    this.#targets.clear()
    const shown = new Set(this.list.map(({ session }) => session))
    for (const node of trees.flatMap((tree) => (tree ? [...eachNode(tree)] : []))) {
      if (node.type !== 'terminal') continue
      const session = this.#agents.resolve(node)?.session?.sessionId
      if (session === undefined) continue
      this.#targets.set(node.path, session)
      if (!shown.has(session)) this.#panels.get(node.path)?.show(session)
    }
  }

  /**
   * The chrome was drawn: terminals come, go and move. What they show is what the newest tree says, of which this may
   * not be the picture yet. @returns whether anything changed
   */
  place(areas: readonly PanelArea[]): boolean {
    const wanted = areas.flatMap(({ path, x, y, width, height, overlay }) => {
      const session = this.#targets.get(path)
      if (session === undefined || width <= 0 || height <= 0) return []
      return [{ session, place: { path, overlay, area: { x, y, cols: width, rows: height } } }]
    })
    const before = new Map(this.#panels)
    let changed = false
    this.#panels.clear()
    for (const [panel, { session, place }] of assign(wanted, before)) {
      if (panel === undefined) {
        this.#panels.set(place.path, new Panel(place, session, this.#data, this.#onChange))
        changed = true
        continue
      }
      this.#panels.set(place.path, panel)
      if (before.get(place.path) !== panel) changed = true
      panel.show(session)
      changed = panel.place(place) || changed
    }
    const kept = new Set(this.#panels.values())
    for (const panel of before.values()) {
      if (kept.has(panel)) continue
      panel.close()
      changed = true
    }
    return changed
  }

  /** Lines between the view and the bottom, by session, of those that are not at the bottom. */
  scrollOffsets(): Record<string, number> {
    const offsets: Record<string, number> = {}
    for (const { session, scrollback } of this.#panels.values()) {
      if (scrollback.offset > 0) offsets[session] = scrollback.offset
    }
    return offsets
  }

  /** Nobody reads any more: copy mode, searches and selections end. */
  endReading(): void {
    for (const panel of this.#panels.values()) panel.reader.end()
  }

  /** On a new connection every view is made anew. */
  reconnect(): void {
    for (const panel of this.#panels.values()) panel.reconnect()
  }

  /** The ptyhost has forgotten a session. One of the same id may run by now, or come with the hub's next list. */
  released(session: string): void {
    const isBack = this.#agents.list.some(({ sessions }) => {
      return sessions.some(({ sessionId, exited }) => sessionId === session && !exited)
    })
    for (const panel of this.list) {
      if (panel.session !== session) continue
      if (isBack) panel.reconnect()
      else panel.fail()
    }
  }

  /** Views that were refused are asked for again: the session may be there by now. */
  retryFailed(): void {
    for (const panel of this.#panels.values()) if (panel.failed) panel.reconnect()
  }
}

interface Wanted {
  readonly session: string
  readonly place: PanelPlace
}

/**
 * Which of the panels takes which place: the one that stands there and shows the session already, else one that shows it
 * elsewhere and brings its view along, else one that stands there and is not needed any more; undefined for a new one.
 */
function assign(wanted: readonly Wanted[], panels: ReadonlyMap<string, Panel>): [Panel | undefined, Wanted][] {
  const free = new Set(panels.values())
  const taken = new Map<Wanted, Panel>()
  const take = (find: (wish: Wanted) => Panel | undefined) => {
    for (const wish of wanted) {
      const panel = taken.has(wish) ? undefined : find(wish)
      if (panel === undefined || !free.delete(panel)) continue
      taken.set(wish, panel)
    }
  }
  const there = ({ place }: Wanted) => panels.get(place.path)
  take((wish) => (there(wish)?.session === wish.session ? there(wish) : undefined))
  take(({ session }) => [...free].find((panel) => panel.session === session))
  take(there)
  return wanted.map((wish) => [taken.get(wish), wish])
}
