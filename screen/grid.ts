import { CELL_SIZE, CLUSTER, CODEPOINT_MASK, GLYPH, SPACER, WIDE } from './cell.ts'

/** Cells from `x`,`y` on, counted from the top left corner. */
export interface Rectangle {
  x: number
  y: number
  cols: number
  rows: number
}

/** A rectangle of cells (cell.ts), row by row in one flat array. */
export class Grid {
  cols: number
  rows: number
  /** Cell (x, y) starts at `(y * cols + x) * CELL_SIZE`. */
  cells: Uint32Array
  /** The text of cells with the CLUSTER flag, by `y * cols + x`. Entries of other cells are leftovers without meaning. */
  readonly clusters = new Map<number, string>()
  /** The addresses of the links that cells carry, by id. */
  readonly links = new Map<number, string>()
  /** 1 for a row that continues the one above it (soft wrap). */
  wrapped: Uint8Array

  constructor(cols: number, rows: number) {
    this.cols = cols
    this.rows = rows
    this.cells = new Uint32Array(cols * rows * CELL_SIZE)
    this.wrapped = new Uint8Array(rows)
  }

  /** Changes the size; what fits stays, counted from the top left corner, and a wide glyph cut by the edge is a space. */
  resize(cols: number, rows: number): void {
    if (cols === this.cols && rows === this.rows) return
    const old = new Grid(this.cols, this.rows)
    old.cells = this.cells
    for (const [index, text] of this.clusters) old.clusters.set(index, text)
    const wrapped = this.wrapped
    this.cols = cols
    this.rows = rows
    this.cells = new Uint32Array(cols * rows * CELL_SIZE)
    this.wrapped = new Uint8Array(rows)
    this.wrapped.set(wrapped.subarray(0, rows))
    this.clusters.clear()
    this.blit(old, { x: 0, y: 0, cols: old.cols, rows: old.rows }, 0, 0)
  }

  /** Empties every cell. */
  clear(): void {
    this.cells.fill(0)
    this.wrapped.fill(0)
    this.clusters.clear()
  }

  /** Empties row `y`. */
  clearRow(y: number): void {
    this.cells.fill(0, y * this.cols * CELL_SIZE, (y + 1) * this.cols * CELL_SIZE)
    this.wrapped[y] = 0
  }

  /** Copies row `sourceY` of a grid of the same width (else: what fits) to row `y`. */
  copyRow(y: number, source: Grid, sourceY: number): void {
    if (source.cols < this.cols) this.clearRow(y)
    this.blit(source, { x: 0, y: sourceY, cols: source.cols, rows: 1 }, 0, y)
    this.wrapped[y] = source.wrapped[sourceY]!
  }

  /**
   * Copies the cells of `from` in `source` to `x`,`y` of this grid; what lies outside either grid is left out. A wide
   * glyph cut in two, in what is copied or in what is covered, becomes spaces of its style.
   * `linkIds` translates the source's link ids; without it they are copied as they are.
   */
  blit(source: Grid, from: Rectangle, x: number, y: number, linkIds?: (id: number) => number): void {
    const cutLeft = Math.max(0, -x, -from.x)
    const cutTop = Math.max(0, -y, -from.y)
    const toX = x + cutLeft
    const fromX = from.x + cutLeft
    const width = Math.min(from.cols - cutLeft, this.cols - toX, source.cols - fromX)
    const bottom = Math.min(from.rows, this.rows - y, source.rows - from.y)
    if (width <= 0) return
    for (let line = cutTop; line < bottom; line++) {
      this.#blitRow(source, (from.y + line) * source.cols + fromX, y + line, toX, width, linkIds)
    }
  }

  #blitRow(
    source: Grid,
    sourceIndex: number,
    y: number,
    x: number,
    width: number,
    linkIds?: (id: number) => number,
  ): void {
    const index = y * this.cols + x
    const end = index + width
    if (x > 0 && (this.cells[index * CELL_SIZE]! & SPACER) !== 0) this.#blank(index - 1)
    if (x + width < this.cols && (this.cells[end * CELL_SIZE]! & SPACER) !== 0) this.#blank(end)
    const at = index * CELL_SIZE
    const sourceAt = sourceIndex * CELL_SIZE
    const cells = this.cells
    cells.set(source.cells.subarray(sourceAt, sourceAt + width * CELL_SIZE), at)
    if (source.clusters.size > 0 || linkIds) {
      for (let offset = 0; offset < width; offset++) {
        const cell = (index + offset) * CELL_SIZE
        if ((cells[cell]! & CLUSTER) !== 0) {
          this.clusters.set(index + offset, source.clusters.get(sourceIndex + offset) ?? '\ufffd')
        }
        const link = cells[cell + 5]!
        if (link !== 0 && linkIds) cells[cell + 5] = linkIds(link)
      }
    }
    if ((cells[at]! & SPACER) !== 0) this.#blank(index)
    if ((cells[(end - 1) * CELL_SIZE]! & WIDE) !== 0) this.#blank(end - 1)
  }

  /** Replaces the glyph of a cell with a space, keeping its style. */
  #blank(index: number): void {
    this.cells[index * CELL_SIZE + GLYPH] = 0x20
  }

  /** Whether row `y` shows the same as row `otherY` of a grid of the same width. */
  rowsEqual(y: number, other: Grid, otherY: number): boolean {
    if (this.cols !== other.cols) return false
    const length = this.cols * CELL_SIZE
    const start = y * length
    const otherStart = otherY * length
    for (let offset = 0; offset < length; offset++) {
      if (this.cells[start + offset] !== other.cells[otherStart + offset]) return false
    }
    if (this.clusters.size === 0) return true
    const index = y * this.cols
    const otherIndex = otherY * this.cols
    for (let x = 0; x < this.cols; x++) {
      if ((this.cells[(index + x) * CELL_SIZE]! & CLUSTER) === 0) continue
      if (this.clusters.get(index + x) !== other.clusters.get(otherIndex + x)) return false
    }
    return true
  }

  /** The text of row `y`; empty cells are spaces, blanks at the end are left out. */
  text(y: number): string {
    let text = ''
    for (let index = y * this.cols, end = index + this.cols; index < end; index++) {
      const glyph = this.cells[index * CELL_SIZE]!
      if ((glyph & SPACER) !== 0) continue
      const codePoint = glyph & CODEPOINT_MASK
      if ((glyph & CLUSTER) !== 0) text += this.clusters.get(index) ?? '\ufffd'
      else text += codePoint === 0 ? ' ' : String.fromCodePoint(codePoint)
    }
    return text.trimEnd()
  }
}
