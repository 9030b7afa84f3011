import { setImmediate as turn } from 'node:timers/promises'
import type { Cursor } from '../../protocol/messages/ptyhost.ts'
import { CELL_SIZE, CLUSTER, CODEPOINT_MASK, SPACER } from '../../screen/cell.ts'
import { Grid } from '../../screen/grid.ts'
import { Output } from '../../screen/output.ts'
import { decodeRow, RowEncoder, rowText } from '../../screen/row.ts'
import { StyleWriter } from '../../screen/sgr.ts'
import type { Emulator } from './emulator.ts'
import type { History } from './history.ts'
import { encodeLine, usedColumns } from './xterm-cells.ts'

/** Milliseconds of conversion before everybody else gets a turn. */
const SLICE_MS = 4
/** UTF-16 units of text from above the screen in one answer, which may have 16 MiB; older lines are left out. */
const MAX_TEXT_LENGTH = 4 << 20

export interface TextOptions {
  /** Lines above the screen that come first, as far as there are any. */
  readonly history: number
  /** With escape sequences for colours and attributes. */
  readonly ansi: boolean
}

/** What a terminal shows, a line per row, as it was at one moment although it takes several turns to write it. */
export async function screenText(
  session: { readonly emulator: Emulator; readonly history: History },
  { history: wanted, ansi }: TextOptions,
): Promise<{ text: string; cursor: Cursor }> {
  const { emulator } = session
  const cursor = emulator.cursor()
  const convert = ansi ? ansiConverter(emulator.cols) : rowText
  const { epoch, first, lines: count } = session.history.extent
  const lines = screenRows(emulator).map(convert).reverse()
  let length = 0
  let sliceEnd = performance.now() + SLICE_MS
  // From the newest line up: its number stays what it is while the program goes on printing.
  for (let line = first + count - 1; line >= first + count - wanted && length < MAX_TEXT_LENGTH; line--) {
    const { history } = session
    const row = history.extent.epoch === epoch ? history.row(line) : undefined
    if (row === undefined) break // no more are kept, or not as they were
    const text = convert(row)
    length += text.length
    lines.push(text)
    if (performance.now() < sliceEnd) continue
    await turn()
    sliceEnd = performance.now() + SLICE_MS
  }
  return { text: lines.reverse().join('\n'), cursor }
}

function screenRows(emulator: Emulator): Uint8Array[] {
  const encoder = new RowEncoder()
  const rows: Uint8Array[] = []
  for (let y = 0; y < emulator.rows; y++) {
    const line = emulator.screenLine(y)
    if (line === undefined) continue
    encodeLine(line, encoder, new Set(), Math.min(emulator.cols, usedColumns(line)))
    rows.push(encoder.end())
  }
  return rows
}

function ansiConverter(cols: number): (row: Uint8Array) => string {
  const grid = new Grid(cols, 1)
  const out = new Output()
  return (row) => {
    grid.clusters.clear()
    decodeRow(row, grid, 0)
    out.reset()
    const style = new StyleWriter(out)
    const end = visibleColumns(grid)
    for (let x = 0, at = 0; x < end; x++, at += CELL_SIZE) {
      const glyph = grid.cells[at]!
      if ((glyph & SPACER) !== 0) continue
      style.set(grid.cells[at + 1]!, grid.cells[at + 2]!, grid.cells[at + 3]!, grid.cells[at + 4]!)
      if ((glyph & CLUSTER) !== 0) out.text(grid.clusters.get(x) ?? ' ')
      else out.codePoint(glyph & CODEPOINT_MASK || 0x20)
    }
    if (!style.isDefault) style.reset()
    return Buffer.from(out.take()).toString('utf8')
  }
}

/** Columns up to the last cell that is not blank in the default style. */
function visibleColumns({ cells, cols }: Grid): number {
  for (let x = cols; x > 0; x--) {
    for (let at = (x - 1) * CELL_SIZE, end = at + CELL_SIZE; at < end; at++) if (cells[at] !== 0) return x
  }
  return 0
}
