// What the TUI's main thread does besides waiting: every piece of it stands between a key and its echo.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { collectAlone } from '../protocol/collect-alone.ts'
import { compileEarly } from '../protocol/compile-early.ts'
import type { Frame } from '../protocol/messages/ptyhost.ts'
import { encodeRow, RowEncoder } from '../screen/row.ts'
import { App } from '../tui/app.ts'
import { Chrome } from '../tui/chrome/client.ts'
import type { FrameMessage } from '../tui/chrome/protocol.ts'
import { DataPlane } from '../tui/data/data-plane.ts'
import { Panel } from '../tui/data/panel.ts'
import { Display } from '../tui/display.ts'
import type { HubLink } from '../tui/hub-link.ts'
import { InputDecoder } from '../tui/input/decoder.ts'
import { Notices } from '../tui/stores/notices.ts'
import { createUiVm } from '../tui/ui-lua/create-vm.ts'
import { uiDirectories } from '../tui/ui-lua/files.ts'
import { UiLua } from '../tui/ui-lua/ui-lua.ts'
import { textGrid } from './grids.ts'
import { printRows } from './own-process.ts'
import { percentile, type Row } from './row.ts'

const SIZE = { cols: 200, rows: 50 }
/** As large as the default layout makes it at that size. */
const PANEL = { x: 31, y: 1, cols: 168, rows: 48 }
const AGENTS = 20
const WARM_UP = 300 // rounds until the compiler has settled, as warming up sees to in the TUI
const ROUNDS = 400

/** What an agent writes over a line of its own: all of it is different. */
const LINES = [
  '  Read 3 files and edited src/auth/session.ts: the token is renewed once',
  '* 214 tests passed in 12 files after 8.1 s, esc to interrupt, 12k tokens',
]

const SILENT = { onFrame() {}, onSignal() {}, onReleased() {}, onViewFailed() {}, onLost() {}, onWarning() {} }

/** Frames of a terminal, and everything else that the thread does: lists of agents, keys, frames of the chrome. */
export async function benchInputThread(): Promise<Row[]> {
  compileEarly() // both as the TUI does
  collectAlone()
  return [...panelFrames(), ...(await otherWork())]
}

/** From a frame's message to the bytes for the terminal. */
function panelFrames(): Row[] {
  let bytes = 0
  const write = (written: Uint8Array | string) => {
    bytes = written.length
    return true
  }
  const display = new Display({ write }, SIZE)
  const data = new DataPlane(SILENT)
  const panel = new Panel({ path: '', overlay: false, area: PANEL }, 'bench', data, () => {})
  display.placePanels([panel])
  display.showChrome(emptyChrome())
  const screens = [textGrid(PANEL, 0), textGrid(PANEL, 1)]
  const encoder = new RowEncoder()
  const full = screens.map((grid) =>
    frame(Array.from({ length: PANEL.rows }, (_, y) => [y, encodeRow(grid, y, encoder)])),
  )
  const lines = LINES.map((text) => {
    encoder.begin(false)
    for (const letter of text) encoder.cell(letter.codePointAt(0)!, undefined, 0, 0, 0, 0, 0)
    return frame([[20, encoder.end()]])
  })
  return [...measured('panel frame, one changed row', lines), ...measured('panel frame, full screen', full)]

  function measured(name: string, frames: readonly Frame[]): Row[] {
    const times: number[] = []
    for (let round = 0; round < WARM_UP + ROUNDS; round++) {
      const start = performance.now()
      display.panelChanged(panel, panel.apply(frames[round % frames.length]!))
      display.paint(panel)
      if (round >= WARM_UP) times.push(performance.now() - start)
    }
    return [...quantiles(name, times), { name: `${name}, output`, value: bytes, unit: 'bytes' }]
  }
}

function frame(lines: Frame['lines']): Frame {
  const { cols, rows } = PANEL
  const cursor = { x: 4, y: 20, visible: true, shape: 0 }
  return {
    view: 1,
    seq: 1,
    cols,
    rows,
    full: lines.length === rows,
    lines,
    cursor,
    history: { epoch: 1, first: 0, lines: 0 },
  }
}

function emptyChrome(): FrameMessage {
  const cells = new Uint32Array(0).buffer
  const nothing = { seq: 0, clusters: [], panels: [], overlays: [], widgets: [], spinners: [], drawMs: 0, commits: 0 }
  return { type: 'frame', cols: 0, rows: 0, cells, ...nothing }
}

async function otherWork(): Promise<Row[]> {
  const home = mkdtempSync(join(tmpdir(), 'bench-'))
  const times = { list: [] as number[], key: [] as number[], frame: [] as number[] }
  let app: App | undefined
  let drawn: (value?: unknown) => void = () => {}
  try {
    const env = { HOME: home, BOTSTER_WARM_UP: '0' }
    using notices = new Notices(() => {})
    using chrome = new Chrome({
      workerPath: join(import.meta.dirname, '../dist/chrome.js'),
      onFrame: (message) => {
        const start = performance.now()
        app?.showChrome(message)
        times.frame.push(performance.now() - start)
        drawn(undefined)
      },
      onError: ({ message }) => {
        throw new Error(message)
      },
    })
    const lua = new UiLua({
      vm: await createUiVm({
        env,
        roots: [join(import.meta.dirname, '../lua')],
        notify: () => {},
        redraw: () => {},
        log: () => {},
        onError: ({ message }) => {
          throw new Error(message)
        },
      }),
      shippedDirectory: join(import.meta.dirname, '../lua/ui'),
      onProblem: ({ message }) => {
        throw new Error(message)
      },
    })
    const hub = { connected: true, ticket: () => new Promise(() => {}), subscribe() {}, send: () => true }
    using running = new App({
      lua,
      notices,
      hub: hub as unknown as HubLink,
      chrome,
      display: new Display({ write: () => true }, SIZE),
      env,
      directories: uiDirectories(env),
      initialState: {},
      log: () => {},
      followModes: () => {},
      tell: () => {},
      lend: async (use) => use(),
      onQuit: () => {},
    })
    using keys = new InputDecoder((event) => running.input(event))
    app = running
    running.start()
    await once((resolve) => (drawn = resolve))
    for (let round = 0; round < WARM_UP + ROUNDS; round++) {
      const list = agents(round)
      times.list.push(await turn(() => running.hubMessage({ type: 'agent_list', agents: list })))
      times.key.push(await turn(() => keys.feed(Buffer.from(round % 2 === 0 ? '\x0a' : '\x0b')))) // ctrl+j, ctrl+k
    }
    return [
      ...quantiles(`input thread, list of ${AGENTS} agents`, times.list.slice(WARM_UP)),
      ...quantiles(`input thread, key that selects another of ${AGENTS} agents`, times.key.slice(WARM_UP)),
      ...quantiles('input thread, frame of the chrome', times.frame.slice(WARM_UP)),
    ]
  } finally {
    rmSync(home, { recursive: true, force: true })
  }

  /** Does something and waits until the chrome has drawn what it changed. @returns what the thread did, waiting left out */
  async function turn(work: () => void): Promise<number> {
    const frames = once((resolve) => (drawn = resolve))
    const start = performance.now()
    work()
    const first = performance.now() - start
    // The UI asks Lua what to draw once the present events are handled: in the next phase of the event loop.
    const before = await once<number>((resolve) => process.nextTick(() => resolve(performance.now())))
    await once((resolve) => setImmediate(resolve))
    const second = performance.now() - before
    await frames
    return Math.max(first, second)
  }
}

function once<T>(begin: (resolve: (value: T) => void) => void): Promise<T> {
  return new Promise(begin)
}

function quantiles(name: string, times: readonly number[]): Row[] {
  return [50, 99].map((percent) => ({
    name: `${name}, p${percent}`,
    value: percentile(times, percent / 100),
    unit: 'ms',
  }))
}

/** As the hub tells of them; in each round another one has another title and state. */
function agents(round: number): Record<string, unknown>[] {
  return Array.from({ length: AGENTS }, (_, number) => ({
    id: `agent-${number}`,
    key: `agent-${number}`,
    name: `agent-${number}`,
    display_name: number === round % AGENTS ? `doing ${round}` : `agent-${number}`,
    in_worktree: true,
    notification: false,
    branch_name: `feature/branch-${number}`,
    status: 'running',
    state: number === round % AGENTS ? 'working' : 'idle',
    sessions: [{ name: 'agent', session_id: `agent-${number}/agent`, exited: false }],
  }))
}

if (import.meta.main) {
  printRows(await benchInputThread())
  process.exit()
}
