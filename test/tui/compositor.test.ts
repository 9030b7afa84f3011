import { expect, test } from 'vitest'
import { CELL_SIZE, LINK } from '../../screen/cell.ts'
import { Grid, type Rectangle } from '../../screen/grid.ts'
import { Compositor, type Layer } from '../../tui/compositor.ts'
import { Random, randomCell, randomGrid } from '../screen/random.ts'

test('terminals stand in their places of the chrome, overlays above them, notices above all', () => {
  const compositor = new Compositor()
  compositor.resize(10, 4)
  const chrome = textGrid(['##########', '#        #', '# [OVER] #', '##########'])
  compositor.setChrome(chrome, [{ x: 2, y: 2, cols: 6, rows: 1 }])
  compositor.setPanels([
    { area: { x: 1, y: 1, cols: 8, rows: 2 }, grid: textGrid(['terminal', 'terminal']) },
    { area: { x: 6, y: 2, cols: 2, rows: 1 }, grid: textGrid(['in']), overlay: true },
  ])
  compositor.setNotices([{ area: { x: 0, y: 3, cols: 4, rows: 1 }, grid: textGrid(['note']) }])
  compositor.compose()
  expect(rows(compositor)).toEqual(['##########', '#terminal#', '#t[OVEinl#', 'note######'])
})

test('a changed row of a terminal makes that row dirty and no other', () => {
  const { compositor, panel } = scene()
  compositor.compose()
  put(panel.grid, 0, 1, 'new')
  compositor.touch(panel, [1, 7, -1])
  expect(dirtyRows(compositor.compose())).toEqual([3])
  expect(compositor.grid.text(3)).toContain('new')
  expect(dirtyRows(compositor.compose())).toEqual([])
})

test('a new frame of the chrome makes dirty only rows that look different', () => {
  const { compositor, chrome } = scene()
  compositor.compose()
  const next = new Grid(chrome.cols, chrome.rows)
  next.blit(chrome, { x: 0, y: 0, cols: chrome.cols, rows: chrome.rows }, 0, 0)
  put(next, 0, 5, 'clock')
  compositor.setChrome(next, [])
  expect(dirtyRows(compositor.compose())).toEqual([5])
  compositor.setChrome(next, [{ x: 0, y: 0, cols: 3, rows: 3 }])
  expect(dirtyRows(compositor.compose())).toHaveLength(8)
})

test('a notice that goes away shows what was below it', () => {
  const { compositor } = scene()
  compositor.compose()
  const before = rows(compositor)
  compositor.setNotices([{ area: { x: 3, y: 6, cols: 4, rows: 1 }, grid: textGrid(['note']) }])
  compositor.compose()
  compositor.setNotices([])
  expect(dirtyRows(compositor.compose())).toEqual([6])
  expect(rows(compositor)).toEqual(before)
})

test('whatever changes, the rows not marked as dirty show what composing everything anew would', () => {
  const random = new Random(51)
  const { compositor, panel } = scene()
  let chrome = randomGrid(random, 20, 8)
  let overlays: Rectangle[] = []
  compositor.setChrome(chrome, overlays)
  const layers: Layer[] = [panel, { area: { x: 12, y: 1, cols: 7, rows: 4 }, grid: randomGrid(random, 9, 3) }]
  compositor.setPanels(layers)
  for (let round = 0; round < 500; round++) {
    const layer = random.pick(layers)
    const [x, y] = [random.below(layer.grid.cols), random.below(layer.grid.rows)]
    randomCell(random, layer.grid, x, y)
    compositor.touch(layer, [y])
    if (random.chance(0.1)) {
      chrome = copyOf(chrome)
      randomCell(random, chrome, random.below(20), random.below(8))
      if (random.chance(0.3)) overlays = [{ x: random.below(20), y: random.below(8), cols: 6, rows: 3 }]
      compositor.setChrome(chrome, overlays)
    }
    compositor.compose()
    const fresh = new Compositor()
    fresh.resize(20, 8)
    fresh.setChrome(chrome, overlays)
    fresh.setPanels(layers)
    fresh.compose()
    for (let row = 0; row < 8; row++) expectSameRow(compositor.grid, fresh.grid, row)
  }
})

test('links of different terminals with the same id keep their own addresses', () => {
  const compositor = new Compositor()
  compositor.resize(4, 1)
  const panels = ['https://one', 'https://two'].map((address, index) => {
    const grid = textGrid(['ab'])
    grid.links.set(1, address)
    for (let x = 0; x < 2; x++) grid.cells[x * CELL_SIZE + LINK] = 1
    return { area: { x: index * 2, y: 0, cols: 2, rows: 1 }, grid }
  })
  compositor.setPanels(panels)
  compositor.compose()
  const addresses = [0, 1, 2, 3].map((x) => compositor.grid.links.get(compositor.grid.cells[x * CELL_SIZE + LINK]!))
  expect(addresses).toEqual(['https://one', 'https://one', 'https://two', 'https://two'])
})

test('links without end do not pile up, and those on the screen stay', () => {
  const compositor = new Compositor()
  compositor.resize(2, 1)
  const panel = { area: { x: 0, y: 0, cols: 2, rows: 1 }, grid: textGrid(['ab']) }
  panel.grid.cells[LINK] = 1
  compositor.setPanels([panel])
  for (let round = 0; round < 20_500; round++) {
    panel.grid.links.set(1, `https://${round}`)
    compositor.touch(panel)
    compositor.compose()
  }
  expect(compositor.grid.links.size).toBeLessThan(10_100)
  expect(compositor.grid.links.get(compositor.grid.cells[LINK]!)).toBe('https://20499')
})

test("a terminal's cursor stands in its place, and is hidden when cut off or covered", () => {
  const { compositor, chrome, panel } = scene()
  const cursor = { x: 3, y: 1, visible: true, shape: 2 }
  expect(compositor.cursorIn(panel, cursor)).toEqual({ x: 5, y: 3, visible: true, shape: 2 })
  expect(compositor.cursorIn(panel, { ...cursor, x: 8 })).toMatchObject({ x: 9, visible: true })
  expect(compositor.cursorIn(panel, { ...cursor, y: 3 }).visible).toBe(false)
  expect(compositor.cursorIn(panel, { ...cursor, visible: false }).visible).toBe(false)
  compositor.setChrome(chrome, [{ x: 0, y: 0, cols: 6, rows: 4 }])
  expect(compositor.cursorIn(panel, cursor).visible).toBe(false)
  expect(compositor.cursorIn({ ...panel, overlay: true }, cursor).visible).toBe(true)
})

/** A screen of 20×8 with a terminal of 8×3 at (2, 2). */
function scene() {
  const compositor = new Compositor()
  compositor.resize(20, 8)
  const chrome = textGrid(Array.from({ length: 8 }, (_, y) => `chrome of row ${y}`.padEnd(20, '.')))
  const panel: Layer = { area: { x: 2, y: 2, cols: 8, rows: 3 }, grid: textGrid(['one     ', 'two     ', 'three   ']) }
  compositor.setChrome(chrome, [])
  compositor.setPanels([panel])
  return { compositor, chrome, panel }
}

function textGrid(lines: string[]): Grid {
  const grid = new Grid(lines[0]!.length, lines.length)
  for (const [y, line] of lines.entries()) put(grid, 0, y, line)
  return grid
}

function put(grid: Grid, x: number, y: number, text: string): void {
  for (const [offset, character] of [...text].entries()) {
    grid.cells[(y * grid.cols + x + offset) * CELL_SIZE] = character.codePointAt(0)!
  }
}

function copyOf(grid: Grid): Grid {
  const copy = new Grid(grid.cols, grid.rows)
  copy.blit(grid, { x: 0, y: 0, cols: grid.cols, rows: grid.rows }, 0, 0)
  for (const [id, address] of grid.links) copy.links.set(id, address)
  return copy
}

function rows(compositor: Compositor): string[] {
  return Array.from({ length: compositor.grid.rows }, (_, y) => compositor.grid.text(y))
}

function dirtyRows(dirty: Uint8Array): number[] {
  return [...dirty.keys()].filter((y) => dirty[y] === 1)
}

/** Equal up to link ids, which depend on the order in which addresses came. */
function expectSameRow(grid: Grid, other: Grid, y: number): void {
  const one = describeRow(grid, y)
  expect(one).toEqual(describeRow(other, y))
}

function describeRow(grid: Grid, y: number): unknown[] {
  return Array.from({ length: grid.cols }, (_, x) => {
    const index = y * grid.cols + x
    const [glyph = 0, ...style] = grid.cells.subarray(index * CELL_SIZE, (index + 1) * CELL_SIZE)
    const link = grid.links.get(style[LINK - 1]!)
    return [glyph, glyph & (1 << 21) ? grid.clusters.get(index) : '', ...style.slice(0, LINK - 1), link]
  })
}
