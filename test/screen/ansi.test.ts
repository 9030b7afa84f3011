import { expect, test } from 'vitest'
import { drawAnsi } from '../../screen/ansi.ts'
import { ansiRow } from '../../screen/ansi-row.ts'
import { CELL_SIZE, COLOR_RGB } from '../../screen/cell.ts'
import { Grid } from '../../screen/grid.ts'
import { Random, randomGrid } from './random.ts'
import { gridRow, openTerminal, terminalRow, write } from './xterm.ts'

const SAMPLES = [
  'plain',
  '\x1b[1mbold\x1b[22m \x1b[2;3;5;7;8;9;53mmany\x1b[0m none',
  '\x1b[31mred\x1b[42m on green\x1b[39m default\x1b[49m',
  '\x1b[97;104mbright\x1b[m',
  '\x1b[38;5;200;48;5;17mpalette\x1b[m \x1b[38;2;1;2;3;48;2;250;251;252mrgb\x1b[m',
  '\x1b[38:5:200mcolons\x1b[m \x1b[38:2::10:20:30mspace\x1b[m',
  '\x1b[4msingle\x1b[4:2mdouble\x1b[4:3mcurly\x1b[4:4mdotted\x1b[4:5mdashed\x1b[4:0mnone',
  '\x1b[4;58;5;9mcoloured\x1b[58:2::1:2:3munderline\x1b[24mnone',
  '\x1b[21mdouble\x1b[24m \x1b[1;31;4mx\x1b[;32my',
  '漢字 and 👨‍👩‍👧‍👦 and e\u0301 and 🇩🇪!',
  'a \x1b]8;;https://example.org\x1b\\link\x1b]8;;\x1b\\ b \x1b]8;id=1;https://other\x07two\x1b]8;;\x07',
]

test.each(SAMPLES)('%j is drawn as a terminal draws it', async (text) => {
  const grid = new Grid(40, 2)
  drawAnsi(text, grid)
  const terminal = openTerminal(40, 2)
  await write(terminal, text)
  expect(gridRow(grid, 0)).toEqual(terminalRow(terminal, 0))
  terminal.dispose()
})

test('the style goes on over line feeds, the column starts again', () => {
  const grid = new Grid(10, 3)
  drawAnsi('\x1b[31ma\nb\x1b[m\nc', grid, 2, 0)
  expect([0, 1, 2].map((y) => grid.text(y))).toEqual(['  a', '  b', '  c'])
  expect(grid.cells[(10 + 2) * CELL_SIZE + 1]).toBe((1 << 24) | 1)
})

test('what lies outside the grid is left out, and a wide glyph cut by its edge is a space', () => {
  const grid = new Grid(4, 2)
  drawAnsi('abcdef\nabc漢\nbelow', grid)
  expect([grid.text(0), grid.text(1)]).toEqual(['abcd', 'abc'])
})

test('a colour written with colons may leave out the colour space', () => {
  const grid = new Grid(4, 1)
  drawAnsi('\x1b[48:2:10:20:30mx', grid)
  expect(grid.cells[2]).toBe(COLOR_RGB | 0x0a141e)
})

test('other sequences and control characters are skipped', () => {
  const grid = new Grid(40, 1)
  drawAnsi('a\x1b[2Jb\x1b[?25lc\x1b]0;title\x07d\x1b(Be\tf\x07g\x1bPdata\x1b\\h\x9b31mi\x1b', grid)
  expect(grid.text(0)).toBe('abcdefghi')
})

test('an address keeps its link id from one frame to the next', () => {
  const grid = new Grid(10, 1)
  drawAnsi('\x1b]8;;https://one\x1b\\1\x1b]8;;https://two\x1b\\2\x1b]8;;\x1b\\', grid)
  grid.clear()
  drawAnsi('\x1b]8;;https://two\x1b\\2\x1b]8;;\x1b\\', grid)
  expect(grid.links.get(grid.cells[5]!)).toBe('https://two')
  expect(grid.links.size).toBe(2)
})

test('a row written as ANSI text and printed by a terminal looks the same', async () => {
  const random = new Random(31)
  const terminal = openTerminal(30, 4)
  for (let round = 0; round < 100; round++) {
    const grid = randomGrid(random, 30, 4, random.next())
    const lines = Array.from({ length: 4 }, (_, y) => ansiRow(grid, y))
    await write(terminal, `\x1b[2J\x1b[H${lines.join('\r\n')}`)
    for (let y = 0; y < 4; y++) expect(terminalRow(terminal, y), JSON.stringify(lines[y])).toEqual(gridRow(grid, y))
  }
  terminal.dispose()
})
