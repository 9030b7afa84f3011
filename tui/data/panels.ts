import type { Node } from '../chrome/node.ts'
import type { Panel as PanelArea } from '../chrome/protocol.ts'
import type { Agents } from '../stores/agents.ts'
import { eachNode } from '../tree.ts'
import type { DataPlane } from './data-plane.ts'
import { Panel } from './panel.ts'

/** The terminals that the layout shows now. */
export class Panels {
  readonly #data: DataPlane
  readonly #agents: Agents
  readonly #onHistory: (panel: Panel) => void
  /** By path of their node. */
  readonly #panels = new Map<string, Panel>()

  constructor(data: DataPlane, agents: Agents, onHistory: (panel: Panel) => void) {
    this.#data = data
    this.#agents = agents
    this.#onHistory = onHistory
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
   * drawn, so that switching takes one request to the ptyhost.
   */
  retarget(...trees: (Node | undefined)[]): void {
    for (const tree of trees) {
      if (tree) this.#retarget(tree)
    }
  }

  /** The chrome was drawn: terminals come, go and move. @returns whether anything changed */
  place(areas: readonly PanelArea[]): boolean {
    let changed = false
    const present = new Set<string>()
    for (const { path, x, y, width, height, agentIndex, ptyIndex } of areas) {
      const session = this.#agents.resolve({ agentIndex, ptyIndex })?.session?.sessionId
      if (session === undefined || width <= 0 || height <= 0) continue
      present.add(path)
      const area = { x, y, cols: width, rows: height }
      const panel = this.#panels.get(path)
      if (panel === undefined) {
        this.#panels.set(path, new Panel(path, session, area, this.#data, this.#onHistory))
        changed = true
        continue
      }
      changed = panel.place(area) || changed
      panel.show(session)
    }
    for (const [path, panel] of this.#panels) {
      if (present.has(path)) continue
      panel.close()
      this.#panels.delete(path)
      changed = true
    }
    return changed
  }

  /** On a new connection every view is made anew. */
  reconnect(): void {
    for (const panel of this.#panels.values()) panel.reconnect()
  }

  #retarget(tree: Node): void {
    for (const node of eachNode(tree)) {
      if (node.type !== 'terminal') continue
      const session = this.#agents.resolve(node)?.session?.sessionId
      if (session !== undefined) this.#panels.get(node.path)?.show(session)
    }
  }
}
