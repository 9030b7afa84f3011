import * as cell from './cell.ts'

/** Attributes that show on an empty cell. */
const DECORATIONS = cell.INVERSE | cell.STRIKETHROUGH | cell.OVERLINE | cell.UNDERLINE_MASK

/**
 * Whether two cells (offsets into cell arrays) look the same. Empty cells and spaces do, whatever their foreground,
 * as long as nothing like an underline shows on them. The texts of clusters are not compared.
 */
export function sameLook(cells: Uint32Array, at: number, others: Uint32Array, otherAt: number): boolean {
  const glyph = cells[at]!
  const other = others[otherAt]!
  if (glyph === cell.SPACER && other === cell.SPACER) return true // the wide glyph before it has the style
  if (
    cells[at + 2] !== others[otherAt + 2] || // background
    cells[at + 5] !== others[otherAt + 5] // link
  ) {
    return false
  }
  if (
    glyph === other &&
    cells[at + 1] === others[otherAt + 1] &&
    cells[at + 3] === others[otherAt + 3] &&
    cells[at + 4] === others[otherAt + 4]
  ) {
    return true
  }
  return isBlank(glyph) && isBlank(other) && ((cells[at + 3]! | others[otherAt + 3]!) & DECORATIONS) === 0
}

/** Whether cells have the same style; the glyph does not count. */
export function sameStyle(cells: Uint32Array, at: number, otherAt: number): boolean {
  return (
    cells[at + 1] === cells[otherAt + 1] &&
    cells[at + 2] === cells[otherAt + 2] &&
    cells[at + 3] === cells[otherAt + 3] &&
    cells[at + 4] === cells[otherAt + 4] &&
    cells[at + 5] === cells[otherAt + 5]
  )
}

/** Whether the cell is what an erase sequence leaves behind when its background is set. */
export function isErased(cells: Uint32Array, at: number, background: number): boolean {
  return (
    isBlank(cells[at]!) &&
    cells[at + 2] === background &&
    (cells[at + 3]! & DECORATIONS) === 0 &&
    cells[at + cell.LINK] === 0
  )
}

function isBlank(glyph: number): boolean {
  return glyph === 0 || glyph === 0x20
}
