import { CELL_SIZE, CLUSTER, CODEPOINT_MASK, LINK, SPACER, WIDE } from './cell.ts'
import type { CursorWriter } from './cursor-writer.ts'
import type { Grid } from './grid.ts'
import { linkSequence } from './link.ts'
import { isErased, sameLook, sameStyle } from './look.ts'
import type { Output } from './output.ts'
import type { PainterOptions } from './painter.ts'
import { StyleWriter } from './sgr.ts'
import { clusterHasCertainWidth, hasCertainWidth, isInvisible } from './width.ts'

/** Cells of unchanged text that are written again rather than jumped over: a jump takes four bytes. */
const MAX_REWRITTEN = 4
/** Blank cells from here on are erased: to the end of the row by 3 bytes, within it by 5 and a jump of 5. */
const MIN_ERASED_TO_END = 4
const MIN_ERASED = 11
/** Repeats of a character from here on are shorter as `CSI n b`. */
const MIN_REPEATED = 6

/** Writes the cells of a row that differ from what the terminal shows. */
export class RowPainter {
  readonly #out: Output
  readonly #cursor: CursorWriter
  readonly #style: StyleWriter
  readonly #options: PainterOptions
  #link = 0
  /** Offset of the cell written last, whose style the terminal has; -1 when there is none in this row. */
  #styledAt = -1

  constructor(out: Output, cursor: CursorWriter, options: PainterOptions) {
    this.#out = out
    this.#cursor = cursor
    this.#style = new StyleWriter(out, options)
    this.#options = options
  }

  /** Gives the terminal the default style, whatever it had. */
  reset(): void {
    this.#style.reset()
    if (this.#options.links !== false) this.#out.ascii(linkSequence(undefined))
    this.#link = 0
  }

  /** Leaves no style or link behind: a terminal that grows or scrolls would fill with it. */
  endStyle(): void {
    this.#setLink(undefined, 0)
    if (!this.#style.isDefault) this.#style.reset()
  }

  /** Writes row `y`; false when the terminal shows it already. */
  paint(grid: Grid, shown: Grid, y: number): boolean {
    const first = firstDifference(grid, shown, y)
    if (first === grid.cols) return false
    this.#styledAt = -1
    const end = this.#startOfErased(grid, shown, y, first)
    let x = first
    while (x < end) {
      if (isSame(grid, shown, x, y)) x++
      else x = this.#draw(grid, shown, x, y, end)
    }
    if (end < grid.cols) this.#eraseToEnd(grid, end, y)
    return true
  }

  /** The column from which the row is erased instead of written, or the number of columns. */
  #startOfErased(grid: Grid, shown: Grid, y: number, first: number): number {
    const row = y * grid.cols * CELL_SIZE
    const background = grid.cells[row + (grid.cols - 1) * CELL_SIZE + 2]!
    if (!this.#canErase(background)) return grid.cols
    let start = grid.cols
    while (start > first && isErased(grid.cells, row + (start - 1) * CELL_SIZE, background)) start--
    while (start < grid.cols && isSame(grid, shown, start, y)) start++
    let last = grid.cols
    while (last > start && isSame(grid, shown, last - 1, y)) last--
    return last - start < MIN_ERASED_TO_END ? grid.cols : start
  }

  #eraseToEnd(grid: Grid, x: number, y: number): void {
    this.#jump(grid, x, y)
    this.#setStyleForErasing(grid.cells[(y * grid.cols + x) * CELL_SIZE + 2]!)
    this.#out.ascii('\x1b[K')
  }

  /** Draws what is at `x`, perhaps a run of it, and returns the column after it. */
  #draw(grid: Grid, shown: Grid, x: number, y: number, end: number): number {
    const at = (y * grid.cols + x) * CELL_SIZE
    const erased = this.#blankRun(grid, shown, x, y, end)
    this.#jump(grid, x, y)
    if (erased >= MIN_ERASED) {
      this.#setStyleForErasing(grid.cells[at + 2]!)
      this.#erase(erased)
      this.#styledAt = -1
      return x + erased
    }
    this.#setStyle(grid, at)
    const glyph = grid.cells[at]!
    const width = (glyph & WIDE) !== 0 && isSpacer(grid, x + 1, y) ? 2 : 1
    const cluster = (glyph & CLUSTER) !== 0 ? (grid.clusters.get(at / CELL_SIZE) ?? '') : undefined
    const drawable = width === 2 || (glyph & (WIDE | SPACER)) === 0
    const certain = cluster === undefined ? isCertain(glyph) : clusterHasCertainWidth(cluster)
    if (drawable && !certain) {
      this.#drawDisputed(cluster ?? String.fromCodePoint(glyph & CODEPOINT_MASK), width, x, grid.cols)
      this.#styledAt = at
      // A terminal that drew it wider than we think has covered its neighbour.
      if (x + width < end && !isErased(grid.cells, at + width * CELL_SIZE, 0)) {
        shown.cells[at + width * CELL_SIZE] = 0xffffffff
      }
      return x + width
    }
    if (!drawable) this.#out.byte(0x20)
    else if (cluster !== undefined) this.#out.text(cluster)
    else this.#out.codePoint(glyph & CODEPOINT_MASK || 0x20)
    this.#styledAt = at
    const repeated = width === 1 && drawable && cluster === undefined ? this.#repeat(grid, at, x, end) : 0
    this.#moved(x + width + repeated, grid.cols)
    return x + width + repeated
  }

  /**
   * Draws a glyph whose width terminals dispute: its cells are erased first (a terminal may fill only one of them),
   * which also keeps it from joining the glyph before it, and afterwards the column counts as unknown.
   */
  #drawDisputed(text: string, width: number, x: number, cols: number): void {
    const last = x + width === cols
    if (last) this.#out.ascii('\x1b[?7l') // or it might wrap, and scroll
    this.#erase(width)
    this.#out.text(isInvisible(text) ? ' ' : text.replace(/[\0-\x1f\x7f-\x9f]/g, ''))
    if (last) this.#out.ascii('\x1b[?7h')
    this.#cursor.x = -1
  }

  /** How many of the cells from `x` on can be erased in one go, up to the last that differs. */
  #blankRun(grid: Grid, shown: Grid, x: number, y: number, end: number): number {
    const row = y * grid.cols * CELL_SIZE
    const background = grid.cells[row + x * CELL_SIZE + 2]!
    if (!this.#canErase(background)) return 0
    let length = 0
    for (let to = x; to < end && isErased(grid.cells, row + to * CELL_SIZE, background); to++) {
      if (!isSame(grid, shown, to, y)) length = to + 1 - x
    }
    return length
  }

  #repeat(grid: Grid, at: number, x: number, end: number): number {
    if (this.#options.repeat !== true) return 0
    const { cells } = grid
    let count = 0
    for (let next = at + CELL_SIZE; x + count + 1 < end; next += CELL_SIZE, count++) {
      if (cells[next] !== cells[at] || !sameStyle(cells, next, at)) break
    }
    if (count < MIN_REPEATED) return 0
    this.#out.ascii(`\x1b[${count}b`)
    return count
  }

  /** Goes to a cell; over a short stretch of text in the style before or after it by writing it again. */
  #jump(grid: Grid, x: number, y: number): void {
    const cursor = this.#cursor
    const gap = x - cursor.x
    if (cursor.y === y && cursor.x >= 0 && gap > 0 && gap <= MAX_REWRITTEN) {
      const start = (y * grid.cols + cursor.x) * CELL_SIZE
      const end = start + gap * CELL_SIZE
      if ((this.#styledAt >= 0 && isPlain(grid, start, end, this.#styledAt)) || isPlain(grid, start, end, end)) {
        this.#setStyle(grid, start)
        for (let at = start; at < end; at += CELL_SIZE) this.#out.byte(grid.cells[at]! || 0x20)
        this.#styledAt = start
        cursor.x = x
        return
      }
    }
    cursor.moveTo(x, y)
  }

  #erase(count: number): void {
    this.#out.ascii(count === 1 ? '\x1b[X' : `\x1b[${count}X`)
  }

  #moved(x: number, cols: number): void {
    this.#cursor.x = x < cols ? x : -1 // terminals wait to wrap at the last column, each in its own way
  }

  #canErase(background: number): boolean {
    return background === 0 || this.#options.backColorErase === true
  }

  #setStyle(grid: Grid, at: number): void {
    const { cells } = grid
    if (this.#styledAt >= 0 && sameStyle(cells, at, this.#styledAt)) return
    this.#setLink(grid, cells[at + LINK]!)
    this.#style.set(cells[at + 1]!, cells[at + 2]!, cells[at + 3]!, cells[at + 4]!)
  }

  #setStyleForErasing(background: number): void {
    this.#setLink(undefined, 0)
    this.#style.set(0, background, 0, 0)
  }

  #setLink(grid: Grid | undefined, id: number): void {
    if (id === this.#link || this.#options.links === false) return
    this.#link = id
    this.#out.ascii(linkSequence(id === 0 ? undefined : grid?.links.get(id), id))
  }
}

function firstDifference(grid: Grid, shown: Grid, y: number): number {
  let x = 0
  while (x < grid.cols && isSame(grid, shown, x, y)) x++
  return x
}

function isSame(grid: Grid, shown: Grid, x: number, y: number): boolean {
  const index = y * grid.cols + x
  const at = index * CELL_SIZE
  if (!sameLook(grid.cells, at, shown.cells, at)) return false
  return (grid.cells[at]! & CLUSTER) === 0 || grid.clusters.get(index) === shown.clusters.get(index)
}

function isSpacer(grid: Grid, x: number, y: number): boolean {
  return x < grid.cols && (grid.cells[(y * grid.cols + x) * CELL_SIZE]! & SPACER) !== 0
}

/** Empty cells count as certain: they are drawn as a space. */
function isCertain(glyph: number): boolean {
  const codePoint = glyph & CODEPOINT_MASK
  return codePoint === 0 || hasCertainWidth(codePoint)
}

/** Whether cells are ASCII text, all in the style of another one. Offsets into the grid's cells. */
function isPlain(grid: Grid, start: number, end: number, styleAt: number): boolean {
  for (let at = start; at < end; at += CELL_SIZE) {
    const glyph = grid.cells[at]! || 0x20
    if (glyph < 0x20 || glyph >= 0x7f || !sameStyle(grid.cells, at, styleAt)) return false
  }
  return true
}
