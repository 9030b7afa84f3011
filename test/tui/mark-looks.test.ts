import { describe, expect, it, test } from 'vitest'
import { Grid } from '../../screen/grid.ts'
import type { PainterOptions } from '../../screen/painter.ts'
import type { Mark } from '../../tui/compositor.ts'
import type { Panel } from '../../tui/data/panel.ts'
import { Display } from '../../tui/display.ts'
import { MARK_KINDS, type MarkLooks, parseMarkLooks, USUAL_LOOKS } from '../../tui/mark-looks.ts'
import { openTerminal, terminalRow, write } from '../screen/xterm.ts'
import { startKeys } from './app/keys-harness.ts'

const SIZE = { cols: 20, rows: 2 }
const DEPTHS = ['truecolor', '256', '16', 'none'] as const

/** What the cells of "aaaa" look like where nothing, a match, the current match and the selection is. */
async function looksOnScreen(looks: MarkLooks, options?: PainterOptions): Promise<string[]> {
  const grid = new Grid(SIZE.cols, 1)
  for (let x = 0; x < 4; x++) grid.cells[x * 6] = 0x61
  const marks: Mark[] = MARK_KINDS.map((kind, at) => ({ from: at + 1, to: at + 2, kind }))
  const terminal = openTerminal(SIZE.cols, SIZE.rows)
  const written: (string | Uint8Array)[] = []
  const display = new Display({ write: (bytes) => written.push(bytes) > 0 }, SIZE, options)
  const panel = { area: { x: 0, y: 0, cols: SIZE.cols, rows: 1 }, grid, marks: () => marks }
  display.placePanels([panel as unknown as Panel])
  const cells = new Uint32Array(SIZE.cols * SIZE.rows * 6).buffer
  const nothing = { seq: 0, clusters: [], panels: [], overlays: [], widgets: [], spinners: [], drawMs: 0, commits: 0 }
  display.showChrome({ type: 'frame', ...SIZE, cells, ...nothing })
  display.paint(undefined) // with the usual looks, which the theme then replaces
  display.setMarkLooks(looks)
  display.paint(undefined)
  for (const bytes of written) await write(terminal, bytes)
  const row = terminalRow(terminal, 0).slice(0, 4)
  terminal.dispose()
  return row
}

describe('what is marked in a terminal', () => {
  test.each(['dark', 'light', 'high-contrast'])(
    'is told apart in the theme %s with all colours, 16 and none',
    async (theme) => {
      using tui = await startKeys({ files: { 't.lua': `botster.theme.set("${theme}")` } })
      tui.hub({ type: 'agent_list', agents: [] })
      const looks = tui.markLooks()!
      for (const colors of DEPTHS) {
        const seen = await looksOnScreen(looks, { colors })
        expect(new Set(seen.slice(0, 3)).size, `${theme}, ${colors}: ${seen.join(' | ')}`).toBe(3)
        expect(seen[3]).not.toBe(seen[0])
      }
    },
  )

  it('has the colours of the user’s own theme, and without colours is still seen', async () => {
    using tui = await startKeys({
      files: { 't.lua': "botster.theme.register('mine', { match = { bg = '#402000' } })\nbotster.theme.set('mine')" },
    })
    tui.hub({ type: 'agent_list', agents: [] })
    const looks = tui.markLooks()!
    expect(looks.match).toEqual({ background: (2 << 24) | 0x402000 })
    expect(looks.selection).toEqual(USUAL_LOOKS.selection)
    const [, match] = await looksOnScreen(looks)
    expect(match).toContain('402000')
    const [plain, withoutColours] = await looksOnScreen(looks, { colors: 'none' })
    expect(withoutColours).not.toBe(plain)
  })

  it('looks as usual when Lua says nothing of it, and a style that is none is named', () => {
    expect(parseMarkLooks(undefined)).toEqual({ ok: true, looks: USUAL_LOOKS })
    expect(parseMarkLooks({ match: 'purplish' })).toMatchObject({
      ok: false,
      message: expect.stringContaining('theme.match: unknown colour or attribute "purplish"'),
    })
  })
})
