import { expect, test } from 'vitest'
import { ATTRIBUTES, BOLD, CELL_SIZE, COLOR_PALETTE, DIM, FOREGROUND, INVERSE } from '../../../screen/cell.ts'
import { type Drawn, draw, drawer } from './support/draw.ts'

function list(props: Record<string, unknown>): unknown {
  return { type: 'list', id: 'list', props }
}

function listArea(drawn: Drawn) {
  const area = drawn.widgets[0]
  if (area?.kind !== 'list') throw new Error('no list was drawn')
  return area
}

test('the selected item has the symbol and the highlight over the whole row, others are indented', () => {
  const { lines, grid } = draw(list({ items: ['one', 'two'], selected: 1, highlight_style: 'bold' }), {
    cols: 8,
    rows: 2,
  })
  expect(lines).toEqual(['  one', '> two'])
  const attributes = (y: number) =>
    Array.from({ length: 8 }, (_, x) => grid.cells[(y * 8 + x) * CELL_SIZE + ATTRIBUTES])
  expect(attributes(1)).toEqual(Array(8).fill(BOLD))
  expect(attributes(0)).toEqual(Array(8).fill(0))
})

test('without a selection nothing is indented', () => {
  expect(draw(list({ items: ['one', 'two'] }), { cols: 8, rows: 2 }).lines).toEqual(['one', 'two'])
})

test('a highlight keeps the colours of its spans and adds what they do not set', () => {
  const items = [{ text: [{ text: '●', style: { fg: 'red' } }, ' x'] }]
  const { grid } = draw(
    list({ items, selected: 0, highlight_symbol: '', highlight_style: { fg: 'blue', reversed: true } }),
    { cols: 4, rows: 1 },
  )
  const cell = (x: number) => [grid.cells[x * CELL_SIZE + FOREGROUND], grid.cells[x * CELL_SIZE + ATTRIBUTES]]
  expect(cell(0)).toEqual([COLOR_PALETTE | 1, INVERSE])
  expect(cell(2)).toEqual([COLOR_PALETTE | 4, INVERSE])
})

test('a secondary text is a dim line below, and both rows belong to the item', () => {
  const drawn = draw(list({ items: [{ text: 'a', secondary: 'claude' }, 'b'], selected: 1 }), { cols: 10, rows: 4 })
  expect(drawn.lines).toEqual(['  a', '  claude', '> b', ''])
  expect(drawn.grid.cells[(10 + 2) * CELL_SIZE + ATTRIBUTES]).toBe(DIM)
  expect(listArea(drawn).rowItems).toEqual([0, 0, 1, -1])
})

test('headers are not counted, neither by the selection nor by the mouse', () => {
  const items = [{ text: 'Agent', header: true }, 'new', 'close', { text: 'Hub', header: true }, 'restart']
  const drawn = draw(list({ items, selected: 2 }), { cols: 12, rows: 6 })
  expect(drawn.lines).toEqual(['Agent', '  new', '  close', 'Hub', '> restart', ''])
  expect(listArea(drawn)).toMatchObject({ rowItems: [-1, 0, 1, -1, 2, -1], selectable: 3, firstVisible: 0 })
})

test('a long list scrolls just enough to show the selection, and back', () => {
  using chrome = drawer()
  const items = Array.from({ length: 30 }, (_, index) => `item ${index}`)
  const show = (selected: number) => chrome.draw(list({ items, selected }), { cols: 20, rows: 5 })
  expect(listArea(show(0)).firstVisible).toBe(0)
  expect(listArea(show(4)).firstVisible).toBe(0)
  expect(listArea(show(5)).firstVisible).toBe(1)
  expect(show(29).lines.at(-1)).toBe('> item 29')
  expect(listArea(show(26)).firstVisible).toBe(25)
  expect(listArea(show(24)).firstVisible).toBe(24)
  expect(show(0).lines[0]).toBe('> item 0')
})

test('the border tells how many items are above and below, where not all are seen', () => {
  using chrome = drawer()
  const items = Array.from({ length: 30 }, (_, index) => `item ${index}`)
  const show = (selected: number, count = 30) => {
    const node = {
      type: 'list',
      id: 'list',
      block: { title: ' T ' },
      props: { items: items.slice(0, count), selected },
    }
    return chrome.draw(node, { cols: 20, rows: 5 }).lines.at(-1)
  }
  expect(show(0)).toBe('└───────────── ↓27 ┘')
  expect(show(10)).toBe('└────────── ↑8 ↓19 ┘')
  expect(show(29)).toBe('└───────────── ↑27 ┘')
  expect(show(0, 3)).toBe('└──────────────────┘')
})

test('scrolling up to the first item of a group shows its header', () => {
  using chrome = drawer()
  const items = [{ text: 'Head', header: true }, ...Array.from({ length: 9 }, (_, index) => `${index}`)]
  chrome.draw(list({ items, selected: 8 }), { cols: 20, rows: 4 })
  expect(chrome.draw(list({ items, selected: 0 }), { cols: 20, rows: 4 }).lines[0]).toBe('Head')
})

test('a list that became shorter leaves no empty rows while it was scrolled', () => {
  using chrome = drawer()
  const items = Array.from({ length: 30 }, (_, index) => `item ${index}`)
  chrome.draw(list({ items, selected: 29 }), { cols: 20, rows: 5 })
  const { lines } = chrome.draw(list({ items: items.slice(0, 6), selected: 5 }), { cols: 20, rows: 5 })
  expect(lines).toEqual(['  item 1', '  item 2', '  item 3', '  item 4', '> item 5'])
})

test('a selection beyond the end highlights nothing', () => {
  expect(draw(list({ items: ['one'], selected: 7 }), { cols: 8, rows: 1 }).lines).toEqual(['  one'])
})

test('a list keeps its place when the layout around it changes, if it has an id', () => {
  using chrome = drawer()
  const agents = list({ items: Array.from({ length: 30 }, (_, index) => `item ${index}`), selected: 10 })
  const before = { type: 'vsplit', constraints: ['5', '5'], children: [agents, { type: 'empty' }] }
  const after = { type: 'vsplit', constraints: ['5', '5'], children: [{ type: 'empty' }, agents] }
  const first = listArea(chrome.draw(before, { rows: 10 })).firstVisible
  expect(first).toBe(6)
  expect(listArea(chrome.draw(after, { rows: 10 })).firstVisible).toBe(first)
})

test('ten thousand items cost no more than those that are seen', () => {
  const items = Array.from({ length: 10_000 }, (_, index) => ({ text: `item ${index}`, secondary: 'x' }))
  const drawn = draw(list({ items, selected: 9_999 }), { cols: 20, rows: 4 })
  expect(drawn.lines).toEqual(['  item 9998', '  x', '> item 9999', '  x'])
})
