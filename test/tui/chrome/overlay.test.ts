import { expect, test } from 'vitest'
import { CELL_SIZE } from '../../../screen/cell.ts'
import { draw, drawer } from './support/draw.ts'

const BACKGROUND = { type: 'paragraph', lines: Array.from({ length: 24 }, () => '漢'.repeat(40)) }

function centered(width: number, height: number, child: unknown): unknown {
  return { type: 'centered', width, height, child }
}

test('an overlay hides what is under it, and wide glyphs it cuts in two become spaces', () => {
  const overlay = centered(51, 50, { type: 'paragraph', block: { title: 'Menu' }, lines: ['hello'] })
  const { lines, overlays } = draw(BACKGROUND, { overlay })
  expect(overlays).toEqual([{ x: 20, y: 6, width: 41, height: 12 }])
  expect(lines[5]).toBe('漢'.repeat(40))
  expect(lines[6]).toBe(`${'漢'.repeat(10)}┌Menu${'─'.repeat(35)}┐ ${'漢'.repeat(9)}`)
  expect(lines[7]).toBe(`${'漢'.repeat(10)}│hello${' '.repeat(34)}│ ${'漢'.repeat(9)}`)
})

test('the area under an overlay is empty, not left over from below', () => {
  const { grid, overlays } = draw(BACKGROUND, { overlay: centered(50, 50, { type: 'empty' }) })
  const { x, y, width, height } = overlays[0]!
  for (let row = y; row < y + height; row++) {
    const at = (row * 80 + x) * CELL_SIZE
    expect(grid.cells.subarray(at, at + width * CELL_SIZE).every((number) => number === 0)).toBe(true)
  }
})

test('on a small terminal a centered box takes the room it needs instead of its share', () => {
  const overlay = centered(35, 30, { type: 'list', block: { title: 'Menu' }, items: ['one', 'two'], selected: 0 })
  expect(draw({ type: 'empty' }, { overlay, cols: 20, rows: 5 }).lines).toEqual([
    '┌Menu──────────────┐',
    '│> one             │',
    '│  two             │',
    '│                  │',
    '└──────────────────┘',
  ])
})

test('an overlay that is not centered covers the whole screen', () => {
  const overlay = {
    type: 'vsplit',
    constraints: ['1', 'min:0'],
    children: [{ type: 'paragraph', lines: ['x'] }, { type: 'empty' }],
  }
  const { lines, overlays } = draw(BACKGROUND, { overlay })
  expect(overlays).toEqual([{ x: 0, y: 0, width: 80, height: 24 }])
  expect(lines.join('').trim()).toBe('x')
})

test('panels and widgets say whether they belong to the overlay', () => {
  const tree = {
    type: 'hsplit',
    constraints: ['50%', '50%'],
    children: [{ type: 'terminal' }, { type: 'list', id: 'a' }],
  }
  const overlay = centered(50, 50, {
    type: 'vsplit',
    constraints: ['3', 'min:1'],
    children: [
      { type: 'list', id: 'b' },
      { type: 'terminal', agent_index: 2 },
    ],
  })
  const { panels, widgets } = draw(tree, { overlay })
  expect(panels.map(({ agentIndex, overlay }) => [agentIndex, overlay])).toEqual([
    [undefined, false],
    [2, true],
  ])
  expect(widgets.map(({ id, overlay }) => [id, overlay])).toEqual([
    ['a', false],
    ['b', true],
  ])
})

test('closing an overlay brings back what was under it', () => {
  using chrome = drawer()
  const before = chrome.draw(BACKGROUND).lines
  chrome.draw(BACKGROUND, { overlay: centered(50, 50, { type: 'empty', block: {} }) })
  expect(chrome.draw(BACKGROUND).lines).toEqual(before)
})
