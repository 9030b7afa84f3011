import type { DOMElement } from 'ink'
import { UNDERLINE_MASK } from '../../../screen/cell.ts'
import type { Glyphs } from '../glyphs.ts'
import type { Style } from '../node.ts'
import type { Canvas, Clip } from './canvas.ts'

/** The pieces of a border as Ink's `borderStyle` takes them. */
export type BorderPieces = Exclude<NonNullable<DOMElement['style']['borderStyle']>, string>

/** Draws a border around a rectangle; one too small for all four sides gets those that fit. It is not underlined. */
export function paintBorder(
  canvas: Canvas,
  glyphs: Glyphs,
  pieces: BorderPieces,
  x: number,
  y: number,
  width: number,
  height: number,
  style: Style | undefined,
  clip: Clip,
): void {
  if (width < 1 || height < 1) return
  const look = style?.attributes ? { ...style, attributes: style.attributes & ~UNDERLINE_MASK } : style
  const put = (column: number, row: number, piece: string) =>
    canvas.put(column, row, glyphs.split(piece)[0]!, look, clip)
  const right = x + width - 1
  const bottom = y + height - 1
  for (let column = x + 1; column < right; column++) {
    put(column, y, pieces.top)
    if (bottom > y) put(column, bottom, pieces.bottom)
  }
  for (let row = y + 1; row < bottom; row++) {
    put(x, row, pieces.left)
    if (right > x) put(right, row, pieces.right)
  }
  put(x, y, pieces.topLeft)
  if (right > x) put(right, y, pieces.topRight)
  if (bottom > y) put(x, bottom, pieces.bottomLeft)
  if (right > x && bottom > y) put(right, bottom, pieces.bottomRight)
}
