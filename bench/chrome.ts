import { join } from 'node:path'
import { Chrome } from '../tui/chrome/client.ts'
import { parseNode } from '../tui/chrome/parse-node.ts'
import type { FrameMessage } from '../tui/chrome/protocol.ts'
import { percentile, type Row } from './row.ts'

const SIZE = { cols: 200, rows: 50 }
const AGENTS = 20
const WARM_UP = 100 // frames until the worker's code is compiled
const FRAMES = 400

/**
 * What a frame of the chrome costs: twenty agents and a terminal at 200×50, every fourth frame with a menu. "main
 * thread" is what the thread between key and echo spends: checking the tree, copying it, receiving the cells.
 */
export async function benchChrome(): Promise<Row[]> {
  const waiting: ((frame: FrameMessage) => void)[] = []
  const started = performance.now()
  using chrome = new Chrome({
    workerPath: join(import.meta.dirname, '../dist/chrome.js'),
    onFrame: (frame) => waiting.shift()?.(frame),
    onError: ({ message }) => {
      throw new Error(message)
    },
  })
  const draws: number[] = []
  const trips: number[] = []
  const mains: number[] = []
  let first = 0
  for (let number = 0; number < WARM_UP + FRAMES; number++) {
    const asked = performance.now()
    chrome.render(checked(screen(number)), number % 4 === 0 ? checked(MENU) : undefined, SIZE)
    const sent = performance.now()
    const frame = await new Promise<FrameMessage>((resolve) => waiting.push(resolve))
    const received = performance.now()
    if (number === 0) first = received - started
    if (number < WARM_UP) continue
    draws.push(frame.drawMs)
    trips.push(received - asked)
    mains.push(sent - asked)
  }
  const row = (name: string, value: number): Row => ({ name: `chrome frame 200×50, ${name}`, value, unit: 'ms' })
  return [
    row('worker p50', percentile(draws, 0.5)),
    row('worker p99', percentile(draws, 0.99)),
    row('round trip p50', percentile(trips, 0.5)),
    row('round trip p99', percentile(trips, 0.99)),
    row('main thread p50', percentile(mains, 0.5)),
    row('main thread p99', percentile(mains, 0.99)),
    row('first, from the start of the worker', first),
  ]
}

function checked(tree: unknown) {
  const parsed = parseNode(tree, 'bench')
  if (!parsed.ok) throw new Error(parsed.error.message)
  return parsed.node
}

/** Titles change all the time, as agents' do. */
function screen(frame: number): unknown {
  const items = Array.from({ length: AGENTS }, (_, agent) => ({
    text: [
      { text: agent % 5 === 0 ? '● ' : '  ', style: { fg: 'yellow' } },
      `✳ Fixing the 漢字 thing ${agent === frame % AGENTS ? frame : agent}`,
    ],
    secondary: `claude · feature/branch-${agent}`,
    action: { type: 'select_agent', index: agent },
  }))
  return {
    type: 'hsplit',
    constraints: ['15%', '85%'],
    children: [
      {
        type: 'list',
        id: 'agents',
        block: { title: ` Agents (${AGENTS}) `, borders: 'all' },
        props: { items, selected: frame % AGENTS, highlight_style: { bg: 'blue', bold: true } },
      },
      {
        type: 'terminal',
        block: {
          title: [` feature/branch-${frame % AGENTS} `, { text: '[agent :8080 | Ctrl+]: next]', style: 'dim' }],
        },
        props: { agent_index: frame % AGENTS, pty_index: 0 },
      },
    ],
  }
}

const MENU = {
  type: 'centered',
  width: 35,
  height: 30,
  child: {
    type: 'list',
    id: 'menu',
    block: { title: ' Menu ', border_style: 'cyan' },
    items: [
      { text: 'Agent', header: true, style: 'dim' },
      'New agent',
      'Close agent',
      'Next session',
      'Connection code',
    ],
    selected: 1,
  },
}
