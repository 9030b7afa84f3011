import { expect, test } from 'vitest'
import { agentScreen, draw, drawer } from './support/draw.ts'

const AGENTS = ['main', 'fix-login', 'docs']

test('80×24: agents take 15 percent, the terminal the rest, titles stand in the borders', () => {
  const { lines, panels } = draw(agentScreen(AGENTS, ' fix-login [agent] ', 1))
  expect(lines).toHaveLength(24)
  expect(lines.slice(0, 5)).toEqual([
    '┌ Agents (…┐┌ fix-login [agent] ───────────────────────────────────────────────┐',
    '│  main    ││                                                                  │',
    '│> fix-log…││                                                                  │',
    '│  docs    ││                                                                  │',
    '│          ││                                                                  │',
  ])
  expect(lines[23]).toBe(`└${'─'.repeat(10)}┘└${'─'.repeat(66)}┘`)
  expect(panels).toEqual([
    {
      id: undefined,
      path: 'render(): root.children[2]',
      agentIndex: 0,
      ptyIndex: 1,
      overlay: false,
      x: 13,
      y: 1,
      width: 66,
      height: 22,
    },
  ])
})

test.each([
  [120, 40, 18],
  [200, 60, 30],
  [20, 5, 3],
])('%i×%i: the frame fills the screen to its last cell', (cols, rows, agents) => {
  const { lines, panels } = draw(agentScreen(AGENTS, 'T'), { cols, rows })
  const bottom = `└${'─'.repeat(agents - 2)}┘└${'─'.repeat(cols - agents - 2)}┘`
  expect(lines.map((line) => line.length)).toEqual(Array.from({ length: rows }, () => cols))
  expect(lines.at(-1)).toBe(bottom)
  expect(panels[0]).toMatchObject({ x: agents + 1, y: 1, width: cols - agents - 2, height: rows - 2 })
})

test('a resize gives the same frame as starting at that size, also when shares have to shrink and grow again', () => {
  using chrome = drawer()
  const tree = agentScreen(AGENTS, 'T', 2)
  for (const [cols, rows] of [
    [80, 24],
    [20, 5],
    [200, 60],
    [33, 7],
    [80, 24],
  ] as const) {
    expect(chrome.draw(tree, { cols, rows }).lines).toEqual(draw(tree, { cols, rows }).lines)
  }
})

function widths(cols: number, ...constraints: string[]): number[] {
  const children = constraints.map(() => ({ type: 'terminal' }))
  return draw({ type: 'hsplit', constraints, children }, { cols, rows: 3 }).panels.map((panel) => panel.width)
}

test('constraints share the room out: percentages of the whole, fixed lengths, and min takes what is left', () => {
  expect(widths(100, '30%', '70%')).toEqual([30, 70])
  expect(widths(100, '20', 'min:10')).toEqual([20, 80])
  expect(widths(100, 'min:10', '20', 'min:10')).toEqual([40, 20, 40])
  expect(widths(100, 'max:30', 'min:0')).toEqual([30, 70])
  expect(widths(101, '33%', '33%', '34%').reduce((sum, width) => sum + width)).toBe(101)
})

test('when there is too little room percentages give way before fixed lengths, and min keeps its length', () => {
  expect(widths(30, '20', '80%')).toEqual([20, 10])
  expect(widths(30, 'min:25', '80%')).toEqual([25, 5])
  expect(widths(30, 'min:20', '20')).toEqual([20, 10])
})

test('vsplit stacks, and splits nest', () => {
  const { lines } = draw(
    {
      type: 'vsplit',
      constraints: ['1', 'min:3', '1'],
      children: [
        { type: 'paragraph', lines: ['top'], alignment: 'center' },
        {
          type: 'hsplit',
          constraints: ['50%', '50%'],
          children: [
            { type: 'paragraph', block: { title: 'L', border_type: 'rounded' }, lines: ['left'] },
            { type: 'paragraph', block: { title: 'R', borders: 'none' }, lines: ['right'], alignment: 'right' },
          ],
        },
        { type: 'paragraph', lines: ['bottom'] },
      ],
    },
    { cols: 20, rows: 6 },
  )
  expect(lines).toEqual(['        top', '╭L───────╮R', '│left    │     right', '│        │', '╰────────╯', 'bottom'])
})

test('nothing breaks on screens too small for any border', () => {
  for (const [cols, rows] of [
    [1, 1],
    [2, 2],
    [3, 1],
    [1, 9],
  ] as const) {
    const { lines } = draw(agentScreen(AGENTS, 'a title'), { cols, rows })
    expect(lines).toHaveLength(rows)
  }
})
