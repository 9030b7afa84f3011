import { Grid } from '../../../../screen/grid.ts'
import type { Node } from '../../../../tui/chrome/node.ts'
import { parseNode } from '../../../../tui/chrome/parse-node.ts'
import type { ConnectionCode, FrameMessage } from '../../../../tui/chrome/protocol.ts'
import { ChromeRenderer } from '../../../../tui/chrome/renderer.ts'

export interface DrawOptions {
  cols?: number
  rows?: number
  overlay?: unknown
  connectionCode?: ConnectionCode
}

export interface Drawn extends FrameMessage {
  grid: Grid
  /** The screen's rows as text, without blanks at their ends. */
  lines: string[]
}

/** Tables as Lua gives them, checked. Throws the message that the user would see. */
export function nodeOf(value: unknown, source = 'render()'): Node {
  const parsed = parseNode(value, source)
  if (!parsed.ok) throw new Error(parsed.error.message)
  return parsed.node
}

/** A chrome that keeps its components from one drawing to the next. */
export function drawer(): { draw(tree: unknown, options?: DrawOptions): Drawn } & Disposable {
  const renderer = new ChromeRenderer()
  let seq = 0
  return {
    draw(tree, { cols = 80, rows = 24, overlay, connectionCode } = {}) {
      const frame = renderer.draw({
        type: 'render',
        seq: ++seq,
        cols,
        rows,
        tree: nodeOf(tree),
        overlay: overlay === undefined ? undefined : nodeOf(overlay, 'render_overlay()'),
        connectionCode,
      })
      return { ...frame, ...gridOf(frame) }
    },
    [Symbol.dispose]: () => renderer[Symbol.dispose](),
  }
}

/** Draws one frame. */
export function draw(tree: unknown, options?: DrawOptions): Drawn {
  using chrome = drawer()
  return chrome.draw(tree, options)
}

export function gridOf(frame: FrameMessage): { grid: Grid; lines: string[] } {
  const grid = new Grid(frame.cols, frame.rows)
  grid.cells = new Uint32Array(frame.cells)
  for (const [index, text] of frame.clusters) grid.clusters.set(index, text)
  return { grid, lines: Array.from({ length: frame.rows }, (_, y) => grid.text(y)) }
}

/** The default screen: a list of agents beside a terminal. */
export function agentScreen(agents: unknown[], title: unknown, selected?: number): unknown {
  return {
    type: 'hsplit',
    constraints: ['15%', '85%'],
    children: [
      {
        type: 'list',
        id: 'agents',
        block: { title: ` Agents (${agents.length}) `, borders: 'all' },
        props: { items: agents, selected },
      },
      { type: 'terminal', block: { title, borders: 'all' }, props: { agent_index: 0, pty_index: 1 } },
    ],
  }
}
