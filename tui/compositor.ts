import { CELL_SIZE, SPACER } from '../screen/cell.ts'
import { Grid, type Rectangle } from '../screen/grid.ts'
import type { PaintCursor } from '../screen/painter.ts'
import { applyLook, type MarkKind, type MarkLooks, USUAL_LOOKS } from './mark-looks.ts'

/** Cells of a row that look otherwise than the grid says. */
export interface Mark {
  readonly from: number
  /** Exclusive. */
  readonly to: number
  readonly kind: MarkKind
}

/** A grid at a place of the screen. What lies outside its area, or outside the screen, is not shown. */
export interface Layer {
  readonly area: Rectangle
  readonly grid: Grid
  /** Part of the overlay: shown above what the overlay covers. */
  readonly overlay?: boolean
  /** What is marked in a row of the grid; later ones lie above earlier ones. */
  marks?(row: number): readonly Mark[] | undefined
}

/** Addresses of links kept before the table is made anew: a session can print new ones without end. */
const MAX_LINKS = 10_000

/**
 * Puts the screen together: the chrome at the bottom, terminals in it, the chrome again where an overlay is, terminals
 * inside the overlay, and notices on top. Only rows that were touched are put together anew.
 */
export class Compositor {
  /** What the terminal shall show. */
  readonly grid = new Grid(0, 0)
  #chrome = new Grid(0, 0)
  #overlays: readonly Rectangle[] = []
  #panels: readonly Layer[] = []
  #notices: readonly Layer[] = []
  #dirty = new Uint8Array(0)
  #looks = USUAL_LOOKS
  readonly #linkIds = new Map<string, number>()
  #lastLinkId = 0

  /** Takes the size of the user's terminal. */
  resize(cols: number, rows: number): void {
    if (cols === this.grid.cols && rows === this.grid.rows) return
    this.grid.resize(cols, rows)
    this.#dirty = new Uint8Array(rows).fill(1)
  }

  /** How marks look from now on. */
  setMarkLooks(looks: MarkLooks): void {
    this.#looks = looks
    for (const panel of this.#panels) this.touch(panel)
  }

  /** Takes a new frame of the chrome and what of it is overlay. Rows that look as before stay untouched. */
  setChrome(chrome: Grid, overlays: readonly Rectangle[]): void {
    // The same grid may have been drawn into: there is nothing left to compare it with.
    const comparable = chrome !== this.#chrome && chrome.cols === this.#chrome.cols
    const sameOverlays = JSON.stringify(overlays) === JSON.stringify(this.#overlays)
    if (!sameOverlays || !comparable) this.#dirty.fill(1)
    else {
      for (let y = 0; y < this.#dirty.length; y++) {
        const known = y < chrome.rows && y < this.#chrome.rows
        if (!known || !chrome.rowsEqual(y, this.#chrome, y)) this.#dirty[y] = 1
      }
    }
    this.#chrome = chrome
    this.#overlays = overlays
  }

  /** Takes the terminals to show; `touch` tells of changes in them. Their areas and grids are read when composing. */
  setPanels(panels: readonly Layer[]): void {
    this.#panels = panels
    this.#dirty.fill(1)
  }

  /** Takes what stands above everything else. */
  setNotices(notices: readonly Layer[]): void {
    for (const layer of [...this.#notices, ...notices]) this.touch(layer)
    this.#notices = notices
  }

  /** Notes that rows of a layer's grid changed; without `rows`, that all of it may have. */
  touch(layer: Layer, rows?: Iterable<number>): void {
    const { y, rows: height } = layer.area
    if (rows === undefined) {
      this.#dirty.fill(1, Math.max(0, y), Math.max(0, y + height))
      return
    }
    for (const row of rows) if (row >= 0 && row < height && y + row >= 0) this.#dirty[y + row] = 1
  }

  /** Notes that everything may have changed. */
  touchAll(): void {
    this.#dirty.fill(1)
  }

  /** Brings `grid` up to date. Returns the rows that may have changed, 1 each: what Painter.paint takes as `dirty`. */
  compose(): Uint8Array {
    if (this.#linkIds.size > MAX_LINKS) this.#forgetLinks()
    const dirty = this.#dirty
    this.#dirty = new Uint8Array(dirty.length)
    for (let y = 0; y < dirty.length; y++) if (dirty[y] === 1) this.#composeRow(y)
    return dirty
  }

  /** Where a layer's cursor stands on the screen; invisible when it is cut off or covered. */
  cursorIn(layer: Layer, cursor: PaintCursor): PaintCursor {
    const { area } = layer
    const column = Math.min(cursor.x, layer.grid.cols - 1) // it may wait to wrap, one past the end
    const [x, y] = [area.x + column, area.y + cursor.y]
    const inside = column >= 0 && column < area.cols && cursor.y >= 0 && cursor.y < area.rows
    const visible = cursor.visible && inside && !this.#isCovered(layer, x, y)
    return { x, y, visible, shape: cursor.shape }
  }

  #composeRow(y: number): void {
    this.grid.clearRow(y)
    if (y < this.#chrome.rows) this.#blitChrome({ x: 0, y, cols: this.#chrome.cols, rows: 1 })
    for (const panel of this.#panels) if (panel.overlay !== true) this.#blitLayer(panel, y)
    for (const { x, y: top, cols, rows } of this.#overlays) {
      if (y >= top && y < top + rows) this.#blitChrome({ x, y, cols, rows: 1 })
    }
    for (const panel of this.#panels) if (panel.overlay === true) this.#blitLayer(panel, y)
    for (const notice of this.#notices) this.#blitLayer(notice, y)
  }

  #blitChrome(area: Rectangle): void {
    this.grid.blit(this.#chrome, area, area.x, area.y, this.#translator(this.#chrome))
  }

  #blitLayer(layer: Layer, y: number): void {
    const { area, grid } = layer
    const row = y - area.y
    if (row < 0 || row >= Math.min(area.rows, grid.rows)) return
    const cols = Math.min(area.cols, grid.cols)
    this.grid.blit(grid, { x: 0, y: row, cols, rows: 1 }, area.x, y, this.#translator(grid))
    for (const mark of layer.marks?.(row) ?? []) this.#mark(mark, area.x, Math.min(area.x + cols, this.grid.cols), y)
  }

  /** Marks cells between the columns `left` and `right` (exclusive) of the screen. */
  #mark({ from, to, kind }: Mark, left: number, right: number, y: number): void {
    const { cells, cols } = this.grid
    const cell = (x: number) => (y * cols + x) * CELL_SIZE
    let start = Math.max(left, left + from)
    let end = Math.min(right, left + to)
    if (start >= end) return
    // Wide glyphs are marked whole.
    if (start > left && (cells[cell(start)]! & SPACER) !== 0) start--
    if (end < right && (cells[cell(end)]! & SPACER) !== 0) end++
    for (let at = cell(start); at < cell(end); at += CELL_SIZE) applyLook(this.#looks[kind], cells, at)
  }

  /** Link ids mean something within their grid alone; on the screen each address has one of its own. */
  #translator({ links }: Grid): ((id: number) => number) | undefined {
    return (id) => {
      const address = links.get(id)
      return address === undefined ? 0 : this.#linkId(address)
    }
  }

  #linkId(address: string): number {
    const known = this.#linkIds.get(address)
    if (known !== undefined) return known
    const id = ++this.#lastLinkId
    this.#linkIds.set(address, id)
    this.grid.links.set(id, address)
    return id
  }

  /** Ids are not used again: the painter knows cells by them. */
  #forgetLinks(): void {
    this.#linkIds.clear()
    this.grid.links.clear()
    this.touchAll()
  }

  #isCovered(layer: Layer, x: number, y: number): boolean {
    if (this.#notices.some(({ area }) => contains(area, x, y))) return true
    if (layer.overlay === true) return false
    return this.#overlays.some((area) => contains(area, x, y))
  }
}

function contains(area: Rectangle, x: number, y: number): boolean {
  return x >= area.x && x < area.x + area.cols && y >= area.y && y < area.y + area.rows
}
