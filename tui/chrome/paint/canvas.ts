import { ATTRIBUTES, BACKGROUND, CELL_SIZE, CLUSTER, FOREGROUND, SPACER, WIDE } from '../../../screen/cell.ts'
import type { Glyph } from '../glyphs.ts'
import type { Style } from '../node.ts'

/** The part of the canvas that may be drawn to; right and bottom are outside. */
export interface Clip {
  left: number
  top: number
  right: number
  bottom: number
}

const SPACE = 0x20

/** Cells being drawn (screen/cell.ts). Nothing is written outside a clip, and no wide glyph is left half covered. */
export class Canvas {
  readonly cols: number
  readonly rows: number
  readonly cells: Uint32Array<ArrayBuffer>
  readonly clusters = new Map<number, string>()

  constructor(cols: number, rows: number) {
    this.cols = cols
    this.rows = rows
    this.cells = new Uint32Array(cols * rows * CELL_SIZE)
  }

  /** Draws one glyph; a wide one that is cut by the clip becomes spaces in its style. */
  put(x: number, y: number, glyph: Glyph, style: Style | undefined, clip: Clip): void {
    if (y < clip.top || y >= clip.bottom) return
    const fits = x >= clip.left && x + glyph.width <= clip.right
    if (fits && glyph.width === 1) return this.#set(x, y, glyph.code, glyph.text, style)
    if (fits) {
      this.#set(x, y, glyph.code, glyph.text, style)
      this.#set(x + 1, y, SPACER, '', style)
      return
    }
    for (let column = x; column < x + glyph.width; column++) {
      if (column >= clip.left && column < clip.right) this.#set(column, y, SPACE, '', style)
    }
  }

  /** Gives every cell of a rectangle this style; what is drawn there later keeps the colours it does not set itself. */
  fill(x: number, y: number, width: number, height: number, style: Style, clip: Clip): void {
    for (let row = Math.max(y, clip.top); row < Math.min(y + height, clip.bottom); row++) {
      for (let column = Math.max(x, clip.left); column < Math.min(x + width, clip.right); column++) {
        this.#set(column, row, SPACE, '', style)
      }
    }
  }

  /** Empties a rectangle. */
  clear(x: number, y: number, width: number, height: number, clip: Clip): void {
    const left = Math.max(x, clip.left)
    const right = Math.min(x + width, clip.right)
    if (left >= right) return
    for (let row = Math.max(y, clip.top); row < Math.min(y + height, clip.bottom); row++) {
      this.#uncover(left, row)
      this.#uncover(right - 1, row)
      this.cells.fill(0, (row * this.cols + left) * CELL_SIZE, (row * this.cols + right) * CELL_SIZE)
    }
  }

  #set(x: number, y: number, code: number, text: string, style: Style | undefined): void {
    if (code !== SPACER) this.#uncover(x, y)
    if ((code & WIDE) !== 0) this.#uncover(x + 1, y)
    const index = y * this.cols + x
    const at = index * CELL_SIZE
    const cells = this.cells
    cells[at] = code
    if ((code & CLUSTER) !== 0) this.clusters.set(index, text)
    cells[at + FOREGROUND] = style?.foreground ?? 0
    cells[at + BACKGROUND] = style?.background ?? 0
    cells[at + ATTRIBUTES] = style?.attributes ?? 0
  }

  /** Before a cell is drawn over: the other half of a wide glyph there becomes a space. */
  #uncover(x: number, y: number): void {
    const at = (y * this.cols + x) * CELL_SIZE
    const code = this.cells[at]!
    if ((code & WIDE) !== 0 && x + 1 < this.cols) this.cells[at + CELL_SIZE] = SPACE
    else if ((code & SPACER) !== 0 && x > 0) this.cells[at - CELL_SIZE] = SPACE
  }
}
