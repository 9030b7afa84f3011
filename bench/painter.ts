import { CELL_SIZE } from '../screen/cell.ts'
import { Grid } from '../screen/grid.ts'
import { Painter } from '../screen/painter.ts'
import { decodeRow, encodeRow, RowEncoder } from '../screen/row.ts'
import { Compositor } from '../tui/compositor.ts'
import { denseGrid, textGrid } from './grids.ts'
import type { Row } from './row.ts'

const COLS = 200
const ROWS = 50
const SIZE = { cols: COLS, rows: ROWS }
const WARM_UP = 30 // calls until the compiler has settled
const SAMPLES = 101

/** What painting costs at 200×50: one changed row, a screen of plain text, and the densest screen there is. */
export async function benchPainter(): Promise<Row[]> {
  const cursor = { x: 10, y: 10, visible: true, shape: 0 }
  const text = [textGrid(SIZE, 0), textGrid(SIZE, 1)]
  const dense = [denseGrid(SIZE, 0), denseGrid(SIZE, 1)]
  const oneRow = [textGrid(SIZE, 0), textGrid(SIZE, 0)]
  oneRow[1]!.copyRow(20, text[1]!, 20)
  const encoder = new RowEncoder()
  const target = new Grid(COLS, ROWS)
  const encoded = Array.from({ length: ROWS }, (_, y) => encodeRow(dense[0]!, y, encoder))
  return [
    ...measurePaint('painter: one changed row', oneRow, cursor),
    ...measurePaint('painter: full screen of text', text, cursor),
    ...measurePaint('painter: full screen of dense truecolor', dense, cursor),
    ...measurePaint('painter: nothing changed', [text[0]!, text[0]!], cursor),
    measureEcho(),
    time('rows codec: encode dense truecolor', () => {
      for (let y = 0; y < ROWS; y++) encodeRow(dense[0]!, y, encoder)
    }),
    time('rows codec: decode dense truecolor', () => {
      for (let y = 0; y < ROWS; y++) decodeRow(encoded[y]!, target, y)
    }),
  ]
}

/** Paints the grids in turns. */
function measurePaint(name: string, grids: Grid[], cursor: Parameters<Painter['paint']>[1]): Row[] {
  const painter = new Painter()
  let round = 0
  let bytes = 0
  const row = time(name, () => {
    bytes = painter.paint(grids[round++ % grids.length]!, cursor).length
  })
  return [row, { name: `${name}, output`, value: bytes, unit: 'bytes' }]
}

/** What a typed character costs between its frame and the bytes for the terminal. */
function measureEcho(): Row {
  const compositor = new Compositor()
  compositor.resize(COLS, ROWS)
  compositor.setChrome(textGrid(SIZE, 0), [])
  const panel = { area: { x: 30, y: 1, cols: COLS - 31, rows: ROWS - 2 }, grid: textGrid(SIZE, 1) }
  compositor.setPanels([panel])
  const painter = new Painter()
  let x = 0
  return time('compositor and painter: a typed character', () => {
    x = (x + 1) % 150
    panel.grid.cells[(10 * COLS + x) * CELL_SIZE] = 0x21 + (x % 90)
    compositor.touch(panel, [10])
    const cursor = compositor.cursorIn(panel, { x: x + 1, y: 10, visible: true, shape: 0 })
    painter.paint(compositor.grid, cursor, { dirty: compositor.compose() })
  })
}

/** The median time of a call. */
function time(name: string, call: () => void): Row {
  for (let round = 0; round < WARM_UP; round++) call()
  const samples = Array.from({ length: SAMPLES }, () => {
    const start = performance.now()
    call()
    return performance.now() - start
  })
  samples.sort((one, other) => one - other)
  return { name, value: Number(samples[SAMPLES >> 1]!.toFixed(3)), unit: 'ms' }
}

if (import.meta.main) {
  for (const row of await benchPainter()) console.log(`${row.name.padEnd(60)} ${row.value} ${row.unit}`)
}
