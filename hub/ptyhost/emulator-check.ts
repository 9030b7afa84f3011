import { CELL_SIZE, CODEPOINT_MASK } from '../../screen/cell.ts'
import { Grid } from '../../screen/grid.ts'
import { decodeRow, RowEncoder } from '../../screen/row.ts'
import { Emulator } from './emulator.ts'
import { encodeLine } from './xterm-cells.ts'

/** Cells of the first row after SAMPLE: glyph without flags, foreground, background, attributes, underline colour. */
const EXPECTED: readonly (readonly number[])[] = [
  [0x61, 0, 0, 0, 0],
  [0x62, 0x1000001, 0, 1, 0],
  [0x63, 0x2010203, 0x10000c8, 0x300, 0x2040506],
  [0x1f600, 0, 0, 4 | 16 | 64, 0],
  [0, 0, 0, 4 | 16 | 64, 0],
  [0x65, 0, 0, 2 | 8 | 32 | 128, 0],
]
const SAMPLE =
  'a\x1b[1;31mb\x1b[22;38;2;1;2;3;48;5;200;4:3;58:2::4:5:6mc\x1b[0;3;7;9m\u{1f600}\x1b[0;2;5;8;53me\u0301\x1b[m'
const COLS = 8
const ROWS = 2

/**
 * Proves, when the process starts, that xterm's insides are what xterm-internals.ts says. The version is pinned, so
 * this fails only for whoever changes the pin.
 * @throws Error that says which of them is different
 */
export function checkEmulator(): void {
  const replies: string[] = []
  const left: string[] = []
  using emulator = new Emulator({
    cols: COLS,
    rows: ROWS,
    scrollback: 1,
    version: '0',
    events: {
      reply: (data) => replies.push(data),
      lineLeaves: (line) => left.push(String.fromCodePoint(line._data[0]! & CODEPOINT_MASK)),
      historyCleared() {},
      historyRearranged() {},
      synchronizedUpdateEnded() {},
      announce() {},
      failed(error) {
        throw error
      },
    },
  })
  emulator.parse(Buffer.from(SAMPLE))
  const line = emulator.screenLine(0)
  expect(line !== undefined && line._data.length === COLS * 3, 'rows are not three numbers a cell')
  const encoder = new RowEncoder()
  encodeLine(line!, encoder, new Set())
  const grid = new Grid(COLS, 1)
  decodeRow(encoder.end(), grid, 0)
  for (const [x, expected] of EXPECTED.entries()) {
    const cell = [...grid.cells.subarray(x * CELL_SIZE, x * CELL_SIZE + 5)]
    cell[0]! &= CODEPOINT_MASK
    expect(cell.join() === expected.join(), `cell ${x} is ${cell.join()}, not ${expected.join()}`)
  }
  expect(grid.clusters.get(5) === 'e\u0301', 'clusters are kept elsewhere')
  emulator.parse(Buffer.from('\r\n1\r\n2\r\n3\x1b[6n'))
  expect(left.join('') === 'a', `lines that leave are not seen: ${left.join('')}`)
  expect(emulator.takeScrolled() === 2, 'scrolling is not seen')
  expect(replies.join('') === '\x1b[2;2R', 'answers are not heard')
}

function expect(condition: boolean, problem: string): asserts condition {
  if (!condition)
    throw new Error(`this version of @xterm/headless is built differently than the pinned one: ${problem}`)
}
