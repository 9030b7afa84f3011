import { expect, test } from 'vitest'
import { CELL_SIZE, SPACER, WIDE } from '../../screen/cell.ts'
import { Grid } from '../../screen/grid.ts'
import { Random, randomGrid } from './random.ts'

test('copied rectangles hold the same text, clusters included', () => {
  const source = randomGrid(new Random(3), 30, 5)
  const target = new Grid(30, 5)
  target.blit(source, { x: 0, y: 0, cols: 30, rows: 5 }, 0, 0)
  for (let y = 0; y < 5; y++) expect(target.rowsEqual(y, source, y)).toBe(true)
})

test('a wide glyph cut by the edge of what is copied becomes a space, on either side', () => {
  const source = gridOf('漢字漢')
  const target = new Grid(4, 1)
  target.blit(source, { x: 1, y: 0, cols: 4, rows: 1 }, 0, 0)
  expect(glyphs(target)).toEqual([0x20, 0x5b57 | WIDE, SPACER, 0x20])
})

test('a wide glyph that is half covered becomes a space, on either side', () => {
  const target = gridOf('漢字漢')
  target.blit(gridOf('ab'), { x: 0, y: 0, cols: 2, rows: 1 }, 1, 0)
  expect(glyphs(target)).toEqual([0x20, 0x61, 0x62, 0x20, 0x6f22 | WIDE, SPACER])
})

test('after any number of random copies no half of a wide glyph stands alone', () => {
  const random = new Random(4)
  const target = randomGrid(random, 20, 6)
  for (let round = 0; round < 2000; round++) {
    const source = randomGrid(random, 1 + random.below(12), 1 + random.below(4))
    const from = { x: random.below(6) - 2, y: random.below(3) - 1, cols: 1 + random.below(12), rows: random.below(5) }
    target.blit(source, from, random.below(26) - 3, random.below(9) - 2)
    for (let y = 0; y < target.rows; y++) expectWhole(target, y)
  }
})

test('rectangles that lie outside are copied as far as they fit', () => {
  const target = gridOf('......')
  target.blit(gridOf('abcdef'), { x: 0, y: 0, cols: 6, rows: 1 }, -2, 0)
  expect(target.text(0)).toBe('cdef..')
  target.blit(gridOf('xyz'), { x: 0, y: 0, cols: 3, rows: 1 }, 5, 0)
  expect(target.text(0)).toBe('cdef.x')
  target.blit(gridOf('xyz'), { x: 0, y: 0, cols: 3, rows: 1 }, 0, 1)
  expect(target.text(0)).toBe('cdef.x')
})

test('resizing keeps what fits from the top left corner', () => {
  const grid = gridOf('漢字a')
  grid.resize(3, 2)
  expect(glyphs(grid)).toEqual([0x6f22 | WIDE, SPACER, 0x20, 0, 0, 0])
  grid.resize(5, 1)
  expect(grid.text(0)).toBe('漢')
})

test('link ids are translated while copying', () => {
  const source = gridOf('ab')
  source.cells[5] = 7
  const target = new Grid(2, 1)
  target.blit(source, { x: 0, y: 0, cols: 2, rows: 1 }, 0, 0, (id) => id + 100)
  expect([target.cells[5], target.cells[CELL_SIZE + 5]]).toEqual([107, 0])
})

/** One row holding the text; non-ASCII characters are taken as wide. */
function gridOf(text: string): Grid {
  const cells: number[] = []
  for (const character of text) {
    const codePoint = character.codePointAt(0)!
    if (codePoint < 0x80) cells.push(codePoint)
    else cells.push(codePoint | WIDE, SPACER)
  }
  const grid = new Grid(cells.length, 1)
  for (const [x, glyph] of cells.entries()) grid.cells[x * CELL_SIZE] = glyph
  return grid
}

function glyphs(grid: Grid): number[] {
  return Array.from({ length: grid.cols * grid.rows }, (_, index) => grid.cells[index * CELL_SIZE]!)
}

function expectWhole(grid: Grid, y: number): void {
  const row = glyphs(grid).slice(y * grid.cols, (y + 1) * grid.cols)
  for (const [x, glyph] of row.entries()) {
    if (glyph & WIDE) expect(row[x + 1]).toBe(SPACER)
    if (glyph & SPACER) expect((row[x - 1] ?? 0) & WIDE).not.toBe(0)
  }
}
