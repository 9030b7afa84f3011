import { describe, expect, test } from 'vitest'
import { CELL_SIZE, COLOR_PALETTE, INVERSE, WIDE } from '../../screen/cell.ts'
import { Grid } from '../../screen/grid.ts'
import { type PaintCursor, Painter, type PainterOptions } from '../../screen/painter.ts'
import { Random, randomCell, randomGrid } from './random.ts'
import { gridRow, openTerminal, terminalRow, write } from './xterm.ts'

const HIDDEN: PaintCursor = { x: 0, y: 0, visible: false, shape: 0 }

describe.each<[string, PainterOptions]>([
  ['a plain terminal', { synchronized: false }],
  ['a terminal that fills with the background and repeats characters', { backColorErase: true, repeat: true }],
])('on %s', (_name, options) => {
  test('the terminal always shows the grid, through thousands of random changes of any kind', async () => {
    const random = new Random(11)
    const terminal = openTerminal(24, 7)
    const painter = new Painter(options)
    const grid = randomGrid(random, terminal.cols, terminal.rows, 0.5)
    for (let round = 0; round < 1500; round++) {
      change(random, grid)
      const cursor = { x: random.below(26), y: random.below(7), visible: random.chance(0.8), shape: random.below(7) }
      const bytes = painter.paint(grid, cursor, { full: random.chance(0.02) })
      await write(terminal, bytes)
      const seen = `round ${round}: ${JSON.stringify(Buffer.from(bytes).toString())}`
      for (let y = 0; y < grid.rows; y++) expect(terminalRow(terminal, y), seen).toEqual(gridRow(grid, y))
      expect(terminal.buffer.active.baseY, seen).toBe(0)
      if (!cursor.visible) continue
      expect([terminal.buffer.active.cursorX, terminal.buffer.active.cursorY], seen).toEqual([
        Math.min(cursor.x, 23),
        cursor.y,
      ])
    }
    terminal.dispose()
  })
})

test('what the terminal shows already costs no byte', () => {
  const painter = new Painter()
  const grid = randomGrid(new Random(12), 40, 10)
  painter.paint(grid, HIDDEN)
  expect(painter.paint(grid, HIDDEN)).toHaveLength(0)
})

test('a typed character costs the character alone', () => {
  const painter = new Painter()
  const grid = new Grid(80, 24)
  painter.paint(grid, { x: 5, y: 3, visible: true, shape: 0 })
  put(grid, 5, 3, 'a')
  expect(paintText(painter, grid, { x: 6, y: 3, visible: true, shape: 0 })).toBe('a')
})

test('a changed row of plain text costs at most 120 bytes', () => {
  const painter = new Painter()
  const grid = new Grid(200, 50)
  const cursor = { x: 40, y: 20, visible: true, shape: 0 }
  put(grid, 0, 20, '-rw-r--r-- 1 user user 1234 Jan 01 10:00 file-number-one.txt')
  painter.paint(grid, cursor)
  grid.clearRow(20)
  put(grid, 0, 20, 'drwxr-xr-x 2 user user 4096 Feb 02 12:30 another-directory')
  const bytes = painter.paint(grid, cursor)
  expect(bytes.length).toBeGreaterThan(0)
  expect(bytes.length).toBeLessThanOrEqual(120)
})

test('several changed rows come in one synchronized update', () => {
  const painter = new Painter()
  const grid = new Grid(20, 5)
  painter.paint(grid, HIDDEN)
  put(grid, 0, 1, 'one')
  put(grid, 0, 2, 'two')
  expect(paintText(painter, grid, HIDDEN)).toBe('\x1b[?2026h\x1b[3Aone\r\ntwo\x1b[?2026l')
})

test('without synchronized updates the cursor is hidden while several rows change', () => {
  const painter = new Painter({ synchronized: false })
  const grid = new Grid(20, 5)
  const cursor = { x: 0, y: 0, visible: true, shape: 0 }
  painter.paint(grid, cursor)
  put(grid, 0, 1, 'one')
  put(grid, 0, 2, 'two')
  expect(paintText(painter, grid, cursor)).toBe('\x1b[?25l\r\none\r\ntwo\x1b[H\x1b[?25h')
})

test('clearing a long line erases it instead of writing spaces', () => {
  const painter = new Painter()
  const grid = new Grid(100, 3)
  put(grid, 0, 0, 'x'.repeat(100))
  painter.paint(grid, HIDDEN)
  put(grid, 10, 0, ' '.repeat(90))
  expect(paintText(painter, grid, HIDDEN)).toBe('\x1b[1;11H\x1b[K')
})

test('a coloured rest of a line is only erased on a terminal that fills with the background', () => {
  const paintBlue = (backColorErase: boolean) => {
    const painter = new Painter({ backColorErase })
    const grid = new Grid(50, 1)
    painter.paint(grid, HIDDEN)
    for (let x = 0; x < 50; x++) grid.cells[x * CELL_SIZE + 2] = COLOR_PALETTE | 4
    return paintText(painter, grid, HIDDEN)
  }
  expect(paintBlue(true)).toBe('\r\x1b[44m\x1b[K\x1b[m'.replace('\r', ''))
  expect(paintBlue(false)).toContain(' '.repeat(50))
})

test('after an emoji the column is set anew, because terminals dispute its width', () => {
  const painter = new Painter()
  const grid = new Grid(20, 1)
  painter.paint(grid, HIDDEN)
  grid.cells[0] = 0x1f600 | WIDE
  grid.cells[CELL_SIZE] = 1 << 23
  put(grid, 2, 0, 'ok')
  expect(paintText(painter, grid, HIDDEN)).toContain('😀\x1b[3Gok')
})

test('control characters never reach the terminal, neither as glyphs nor inside clusters or links', () => {
  const painter = new Painter()
  const grid = new Grid(20, 1)
  painter.paint(grid, HIDDEN)
  grid.cells[0] = 0x1b
  grid.cells[CELL_SIZE] = 0x9b
  grid.cells[2 * CELL_SIZE] = 0x61 | (1 << 21)
  grid.clusters.set(2, 'a\x1b]0;title\x07\u0301')
  put(grid, 3, 0, 'link')
  grid.links.set(1, 'http://x/\x1b\\\x1b[31m é')
  grid.cells[3 * CELL_SIZE + 5] = 1
  const text = paintText(painter, grid, HIDDEN)
  expect(text).not.toContain('\x9b')
  expect(text).not.toContain('\x07')
  expect(text).toContain('\x1b]8;id=1;http://x/%1B\\%1B[31m%20%C3%A9\x1b\\')
  expect(text.replaceAll(/\x1b(\[[\d?]*[A-Za-z]|\]8;[ -~]*?\x1b\\)/g, '')).not.toContain('\x1b')
})

test('links are opened and closed around their cells', () => {
  const painter = new Painter()
  const grid = new Grid(20, 1)
  painter.paint(grid, HIDDEN)
  put(grid, 0, 0, 'see docs now')
  grid.links.set(4, 'https://example.org')
  for (let x = 4; x < 8; x++) grid.cells[x * CELL_SIZE + 5] = 4
  expect(paintText(painter, grid, HIDDEN)).toContain('see \x1b]8;id=4;https://example.org\x1b\\docs\x1b]8;;\x1b\\ now')
})

test('the style is the default one after every paint', () => {
  const painter = new Painter()
  const grid = new Grid(20, 1)
  painter.paint(grid, HIDDEN)
  put(grid, 0, 0, 'x')
  grid.cells[3] = INVERSE
  expect(paintText(painter, grid, HIDDEN)).toMatch(/\x1b\[m$/)
})

test('only the rows marked as dirty are looked at', () => {
  const painter = new Painter()
  const grid = new Grid(10, 3)
  painter.paint(grid, HIDDEN)
  put(grid, 0, 0, 'no')
  put(grid, 0, 2, 'yes')
  expect(paintText(painter, grid, HIDDEN, Uint8Array.of(0, 0, 1))).toContain('yes')
  expect(paintText(painter, grid, HIDDEN)).toContain('no')
})

test('a new size, and what was invalidated, is drawn whole', () => {
  const painter = new Painter()
  const grid = new Grid(10, 3)
  put(grid, 0, 0, 'hello')
  painter.paint(grid, HIDDEN)
  painter.invalidate()
  expect(paintText(painter, grid, HIDDEN)).toContain('hello')
  grid.resize(12, 3)
  expect(paintText(painter, grid, HIDDEN)).toContain('hello')
})

function paintText(painter: Painter, grid: Grid, cursor: PaintCursor, dirty?: Uint8Array): string {
  return Buffer.from(painter.paint(grid, cursor, { dirty })).toString()
}

function put(grid: Grid, x: number, y: number, text: string): void {
  for (const [offset, character] of [...text].entries()) {
    grid.cells[(y * grid.cols + x + offset) * CELL_SIZE] = character.codePointAt(0)!
  }
}

/** One of the things that happen to screens: a few cells, a row, a scroll, a block, a cleared stretch. */
function change(random: Random, grid: Grid): void {
  const y = random.below(grid.rows)
  switch (random.below(7)) {
    case 0:
      grid.clearRow(y)
      break
    case 1: {
      const copy = new Grid(grid.cols, grid.rows)
      copy.blit(grid, { x: 0, y: 1, cols: grid.cols, rows: grid.rows - 1 }, 0, 0)
      grid.blit(copy, { x: 0, y: 0, cols: grid.cols, rows: grid.rows }, 0, 0)
      break
    }
    case 2: {
      const block = randomGrid(random, 1 + random.below(grid.cols), 1 + random.below(grid.rows), random.next())
      grid.blit(block, { x: 0, y: 0, cols: block.cols, rows: block.rows }, random.below(24) - 3, random.below(7) - 2)
      break
    }
    case 3: {
      const background = random.chance(0.5) ? 0 : COLOR_PALETTE | random.below(8)
      const blank = new Grid(1 + random.below(grid.cols), 1)
      for (let x = 0; x < blank.cols; x++) blank.cells[x * CELL_SIZE + 2] = background
      grid.blit(blank, { x: 0, y: 0, cols: blank.cols, rows: 1 }, random.below(grid.cols), y)
      break
    }
    case 4: {
      const glyph = random.pick([...'x─']).codePointAt(0)!
      for (let x = random.below(10); x < grid.cols - random.below(4); x++) {
        const cell = new Grid(1, 1)
        cell.cells[0] = glyph
        grid.blit(cell, { x: 0, y: 0, cols: 1, rows: 1 }, x, y)
      }
      break
    }
    default:
      for (let count = random.below(5); count >= 0; count--) {
        randomCell(random, grid, random.below(grid.cols), random.below(grid.rows))
      }
  }
}
