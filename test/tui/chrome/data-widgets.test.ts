import { describe, expect, it } from 'vitest'
import { BOLD, FOREGROUND, INVERSE } from '../../../screen/cell.ts'
import { SPINNER_CODE } from '../../../tui/chrome/spinner-glyphs.ts'
import { draw, nodeOf } from './support/draw.ts'

const ROWS = [
  ['fix-login', 'working', '3m'],
  ['dark-mode', 'waiting', '12s'],
]

describe('a table', () => {
  it('shows cells in columns below a heading, cut where they are too long', () => {
    const { lines, grid } = draw(
      { type: 'table', props: { columns: ['6', 'max:20', 'min:1'], header: ['agent', 'state', 'for'], rows: ROWS } },
      { cols: 24, rows: 4 },
    )
    expect(lines).toEqual(['agent  state   for', 'fix-l… working 3m', 'dark-… waiting 12s', ''])
    expect(grid.cells[3]! & BOLD).toBe(BOLD)
  })

  it('highlights the selected row, and scrolls so that it is seen', () => {
    const rows = Array.from({ length: 50 }, (_, index) => [`row ${index}`, 'x'])
    const { lines, widgets } = draw(
      { type: 'table', props: { header: ['a', 'b'], rows, selected: 40 } },
      { cols: 20, rows: 4 },
    )
    expect(lines.find((line) => line.startsWith('> '))).toContain('row 40')
    expect(lines[0]).toContain('a')
    expect(widgets[0]).toMatchObject({ kind: 'list', selectable: 50, y: 1 })
  })

  it('gives columns that name no width the same', () => {
    const { lines } = draw({ type: 'table', props: { rows: [['a', 'b', 'c']] } }, { cols: 20, rows: 1 })
    expect(lines[0]).toBe('a      b      c')
  })

  it('names the cell that is no line', () => {
    expect(() => nodeOf({ type: 'table', props: { rows: [['a', { text: {} }]] } })).toThrow(
      'render(): root.props.rows[1][2].text: expected a string, got a table',
    )
  })
})

describe('tabs', () => {
  const TABS = { type: 'tabs', props: { items: ['one', { text: 'two', action: 'go' }, 'three'], selected: 1 } }

  it('stand side by side, the selected one highlighted', () => {
    const { lines, grid, widgets } = draw(TABS, { cols: 30, rows: 2 })
    expect(lines[0]).toBe(' one │ two │ three')
    const inverse = Array.from({ length: 18 }, (_, x) => (grid.cells[x * 6 + 3]! & INVERSE) !== 0)
    expect(inverse.map((on) => (on ? '#' : '.')).join('')).toBe('......#####.......')
    expect(widgets).toEqual([expect.objectContaining({ kind: 'tabs', ends: [5, 11, 19] })])
  })

  it('may look otherwise', () => {
    const { lines } = draw({ type: 'tabs', props: { ...TABS.props, divider: '' } }, { cols: 30, rows: 1 })
    expect(lines[0]).toBe(' one  two  three')
  })
})

describe('a gauge', () => {
  it('is full to a part, an eighth of a cell exactly', () => {
    const { lines } = draw({ type: 'gauge', props: { ratio: 0.45, label: '45 of 100' } }, { cols: 20, rows: 1 })
    expect(lines[0]).toBe('████▌░░░░░ 45 of 100')
  })

  it('says how full it is by itself', () => {
    expect(draw({ type: 'gauge', props: { ratio: 1 } }, { cols: 9, rows: 1 }).lines[0]).toBe('████ 100%')
  })

  it('refuses more than all', () => {
    expect(() => nodeOf({ type: 'gauge', props: { ratio: 45 } })).toThrow(
      'render(): root.props.ratio: expected a number from 0 to 1, got 45',
    )
  })
})

describe('a spinner', () => {
  it('tells where it turns', () => {
    const { lines, spinners, grid } = draw(
      { type: 'spinner', props: { label: 'working', style: 'green' } },
      { cols: 12, rows: 2 },
    )
    expect(lines[0]!.slice(1)).toBe(' working')
    expect(spinners).toEqual([0])
    expect(grid.cells[FOREGROUND]).not.toBe(0)
  })

  it('may stand in any text', () => {
    const lines = [['busy ', { spinner: true, style: 'dim' }, ' here'], 'idle']
    expect(draw({ type: 'paragraph', props: { lines } }, { cols: 12, rows: 2 }).spinners).toEqual([5])
  })

  it('does not turn under an overlay that covers it', () => {
    const overlay = { type: 'centered', width: 100, height: 100, child: { type: 'paragraph', lines: ['above'] } }
    expect(draw({ type: 'spinner' }, { cols: 12, rows: 3, overlay }).spinners).toEqual([])
  })

  it('cannot be made by a text that holds its mark', () => {
    expect(
      draw({ type: 'paragraph', lines: [String.fromCharCode(SPINNER_CODE)] }, { cols: 3, rows: 1 }).spinners,
    ).toEqual([])
  })
})
