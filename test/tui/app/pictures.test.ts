import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Emulator } from '../../../hub/ptyhost/emulator.ts'
import { encodeLine } from '../../../hub/ptyhost/xterm-cells.ts'
import { ansiRow } from '../../../screen/ansi-row.ts'
import { Grid } from '../../../screen/grid.ts'
import { decodeRow, RowEncoder } from '../../../screen/row.ts'
import { captures, PICTURES } from '../../../scripts/pictures/captures.ts'
import { screenPng } from '../../../scripts/pictures/screen-png.ts'
import { ChromeRenderer } from '../../../tui/chrome/renderer.ts'
import { DataPlane } from '../../../tui/data/data-plane.ts'
import { Panel } from '../../../tui/data/panel.ts'
import { Display } from '../../../tui/display.ts'
import { GUIDE_AGENTS, guideLayout } from './guide.ts'
import { type KeysUnderTest, startKeys } from './keys-harness.ts'

const SIZE = { cols: 100, rows: 22 }

/** What the agent in the terminal has printed. */
const SESSION = [
  '\x1b[1m●\x1b[0m The token was renewed too late. I renew it a minute before it expires.',
  '',
  '\x1b[32m●\x1b[0m \x1b[1mEdit\x1b[0m src/auth/session.ts',
  '  \x1b[2m41\x1b[0m \x1b[31m- if (expired(token)) await login()\x1b[0m',
  '  \x1b[2m41\x1b[0m \x1b[32m+ if (expiresWithin(token, 60)) await renew(token)\x1b[0m',
  '',
  '\x1b[32m●\x1b[0m \x1b[1mRun\x1b[0m npm test',
  '  \x1b[2m214 tests passed in 12 files (8.1 s)\x1b[0m',
  '',
  '\x1b[33m✻\x1b[0m Writing the commit message… \x1b[2m(12 s, esc to interrupt)\x1b[0m',
  '',
  '\x1b[2m────────────────────────────────────────────────────────────\x1b[0m',
  '> ',
].join('\r\n')

test.each(['default', 'tabs', 'board', 'quiet'])('the picture of the layout %s shows it as it is', async (name) => {
  const files = name === 'default' ? {} : { [`${name}.lua`]: guideLayout(name) }
  using tui = await startKeys({ ...SIZE, files })
  tui.hub({ type: 'agent_list', agents: GUIDE_AGENTS })
  expect(tui.lua.problems).toEqual([])
  const capture = capturedFrom(tui)
  const file = join(PICTURES, `${name}.ansi`)
  if (process.env.UPDATE_GOLDEN) writeFileSync(file, capture)
  else expect(capture).toBe(readFileSync(file, 'utf8'))
})

test('every picture of the documentation is the one that is drawn from its capture', () => {
  expect(captures().map(({ name }) => name)).toEqual(['board', 'default', 'quiet', 'tabs'])
  for (const { name, capture, picture } of captures()) {
    const png = screenPng(readFileSync(capture, 'utf8'))
    expect(png.length).toBeLessThan(150_000)
    expect(png.equals(readFileSync(picture)), `${name}.png is stale: node scripts/pictures.ts`).toBe(true)
  }
})

/** What a terminal shows of the UI with a session in its panel, as rows of text with colours. */
function capturedFrom(tui: KeysUnderTest): string {
  const [tree, overlay] = tui.drawn()
  using renderer = new ChromeRenderer()
  const frame = renderer.draw({ type: 'render', seq: 1, ...SIZE, tree: tree!, overlay })
  using screen = emulator(SIZE.cols, SIZE.rows)
  const write = (bytes: Uint8Array | string) => {
    screen.parse(Buffer.from(bytes))
    return true
  }
  const display = new Display({ write }, SIZE)
  display.showChrome(frame)
  const panels = frame.panels.map((area) => {
    const place = { path: area.path, overlay: false, area: { ...area, cols: area.width, rows: area.height } }
    return new Panel(place, 'fix-login/agent', new DataPlane(SILENT), () => {})
  })
  display.placePanels(panels)
  for (const panel of panels) fill(panel)
  display.paint(panels[0])
  return `${gridOf(screen, SIZE.cols, SIZE.rows).join('\n')}\n`
}

const SILENT = { onFrame() {}, onSignal() {}, onReleased() {}, onViewFailed() {}, onLost() {}, onWarning() {} }

function fill(panel: Panel): void {
  const { cols, rows } = panel.area
  using session = emulator(cols, rows)
  session.parse(Buffer.from(SESSION))
  const encoder = new RowEncoder()
  const lines = Array.from({ length: rows }, (_, y): [number, Uint8Array] => [y, encoded(session, y, encoder)])
  const cursor = { x: 2, y: 12, visible: true, shape: 0 }
  panel.apply({ view: 0, seq: 1, cols, rows, full: true, lines, cursor, history: { epoch: 1, first: 0, lines: 0 } })
}

function gridOf(screen: Emulator, cols: number, rows: number): string[] {
  const grid = new Grid(cols, rows)
  const encoder = new RowEncoder()
  return Array.from({ length: rows }, (_, y) => {
    decodeRow(encoded(screen, y, encoder), grid, y)
    return ansiRow(grid, y)
  })
}

function encoded(screen: Emulator, y: number, encoder: RowEncoder): Uint8Array {
  encodeLine(screen.screenLine(y)!, encoder, new Set())
  return encoder.end()
}

function emulator(cols: number, rows: number): Emulator {
  const nothing = () => {}
  return new Emulator({
    cols,
    rows,
    scrollback: 10,
    version: '0',
    events: {
      reply: nothing,
      lineLeaves: nothing,
      historyCleared: nothing,
      historyRearranged: nothing,
      synchronizedUpdateEnded: nothing,
      announce: nothing,
      failed(error) {
        throw error
      },
    },
  })
}
