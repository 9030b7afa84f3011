import { CELL_SIZE, CLUSTER } from './cell.ts'
import { CursorWriter } from './cursor-writer.ts'
import { Grid } from './grid.ts'
import { Output } from './output.ts'
import { RowPainter } from './row-painter.ts'
import type { SgrOptions } from './sgr.ts'

/** Where the cursor shall be. `shape` is DECSCUSR's: 0 the user's own, 1 blinking block … 6 steady bar. */
export interface PaintCursor {
  x: number
  y: number
  visible: boolean
  shape: number
}

/** What the terminal at the other end can do. */
export interface PainterOptions extends SgrOptions {
  /** Brackets for changes of more than one row (CSI ? 2026 h/l): unknown to a terminal, they are ignored. @default true */
  synchronized?: boolean
  /** Whether erasing fills with the current background (terminfo bce). @default false */
  backColorErase?: boolean
  /** Whether `CSI n b` repeats the last character. @default false */
  repeat?: boolean
  /** Whether to write hyperlinks (OSC 8). @default true */
  links?: boolean
}

export interface PaintOptions {
  /** Draws every cell, as if nothing were known of what the terminal shows. */
  full?: boolean
  /** Clears the terminal first and draws every cell: for one that may be larger than the grid. */
  clear?: boolean
  /** 1 for each row that may have changed; rows with 0 are not looked at. Without it, all are. */
  dirty?: Uint8Array
}

/**
 * Keeps what a terminal shows and writes what changes it into a grid, in few bytes. A grid's link ids must keep their
 * meaning from one call to the next.
 */
export class Painter {
  readonly #out = new Output()
  readonly #cursor = new CursorWriter(this.#out)
  readonly #rows: RowPainter
  readonly #synchronized: boolean
  #shown = new Grid(0, 0)
  #cursorVisible: boolean | undefined
  #cursorShape: number | undefined

  constructor(options: PainterOptions = {}) {
    this.#rows = new RowPainter(this.#out, this.#cursor, options)
    this.#synchronized = options.synchronized ?? true
  }

  /** Forgets what the terminal shows: the next paint draws everything. For when something else wrote to it. */
  invalidate(): void {
    this.#shown = new Grid(0, 0)
    this.#cursorVisible = this.#cursorShape = undefined
  }

  /** The bytes that make the terminal show the grid and the cursor; none when it does already. */
  paint(grid: Grid, cursor: PaintCursor, options: PaintOptions = {}): Uint8Array {
    const out = this.#out
    out.reset()
    const resized = grid.cols !== this.#shown.cols || grid.rows !== this.#shown.rows
    const everything = options.full === true || options.clear === true || resized
    if (everything) this.#startOver(grid, options.clear === true)
    let changed = 0
    for (let y = 0; y < grid.rows; y++) {
      if (!everything && options.dirty && options.dirty[y] !== 1) continue
      if (!this.#rows.paint(grid, this.#shown, y)) continue
      changed++
      copyRow(grid, this.#shown, y)
    }
    this.#rows.endStyle()
    const bracket = this.#synchronized && changed > 1
    const hide = !this.#synchronized && changed > 1 && this.#cursorVisible !== false
    if (hide) this.#cursorVisible = false
    this.#placeCursor(grid, cursor)
    if (out.length === 0) return new Uint8Array(0)
    return joined(hide ? HIDE_CURSOR : bracket ? BEGIN_UPDATE : '', out, bracket ? END_UPDATE : '')
  }

  /** Cells that no real one equals stand for a screen of which nothing is known. */
  #startOver(grid: Grid, clear: boolean): void {
    this.#shown = new Grid(grid.cols, grid.rows)
    this.#cursorVisible = this.#cursorShape = undefined
    this.#cursor.forget()
    this.#rows.reset()
    if (clear) this.#out.ascii('\x1b[2J')
    else this.#shown.cells.fill(0xffffffff)
  }

  #placeCursor(grid: Grid, cursor: PaintCursor): void {
    const out = this.#out
    if (cursor.visible && grid.cols > 0 && grid.rows > 0) {
      this.#cursor.moveTo(
        Math.max(0, Math.min(cursor.x, grid.cols - 1)), // an inner cursor waiting to wrap stands one past the end
        Math.max(0, Math.min(cursor.y, grid.rows - 1)),
      )
      if (cursor.shape !== this.#cursorShape) {
        this.#cursorShape = cursor.shape
        out.ascii(`\x1b[${cursor.shape} q`)
      }
    }
    if (cursor.visible !== this.#cursorVisible) {
      this.#cursorVisible = cursor.visible
      out.ascii(cursor.visible ? SHOW_CURSOR : HIDE_CURSOR)
    }
  }
}

const BEGIN_UPDATE = '\x1b[?2026h'
const END_UPDATE = '\x1b[?2026l'
const SHOW_CURSOR = '\x1b[?25h'
const HIDE_CURSOR = '\x1b[?25l'

function joined(prefix: string, out: Output, suffix: string): Uint8Array {
  const bytes = new Uint8Array(prefix.length + out.length + suffix.length)
  for (let index = 0; index < prefix.length; index++) bytes[index] = prefix.charCodeAt(index)
  bytes.set(out.bytes.subarray(0, out.length), prefix.length)
  const end = prefix.length + out.length
  for (let index = 0; index < suffix.length; index++) bytes[end + index] = suffix.charCodeAt(index)
  return bytes
}

function copyRow(from: Grid, to: Grid, y: number): void {
  const start = y * from.cols * CELL_SIZE
  const end = start + from.cols * CELL_SIZE
  to.cells.set(from.cells.subarray(start, end), start)
  if (from.clusters.size === 0) return
  for (let at = start; at < end; at += CELL_SIZE) {
    if ((from.cells[at]! & CLUSTER) === 0) continue
    to.clusters.set(at / CELL_SIZE, from.clusters.get(at / CELL_SIZE) ?? '')
  }
}
