import * as cell from './cell.ts'
import { paletteColor, rgbColor } from './color.ts'

/** A cell's style, in the layout of cell.ts. */
export interface Style {
  foreground: number
  background: number
  attributes: number
  underlineColor: number
}

/** Changes a style by the parameters of an SGR sequence (ECMA-48 8.3.117): what stands between `CSI` and `m`. */
export function applySgr(parameters: string, style: Style): void {
  const codes = parameters.split(';')
  for (let index = 0; index < codes.length; index++) {
    const parts = codes[index]!.split(':')
    const code = Number(parts[0] || 0)
    if (code === 38 || code === 48 || code === 58) {
      const withColons = parts.length > 1
      const [color, used] = withColons ? [colonColor(parts), 0] : semicolonColor(codes, index + 1)
      index += used
      if (color !== undefined) setColor(style, code, color)
    } else if (code === 4) setUnderline(style, parts[1] === undefined ? 1 : Number(parts[1]))
    else applyCode(code, style)
  }
}

const ON: Partial<Record<number, number>> = {
  1: cell.BOLD,
  2: cell.DIM,
  3: cell.ITALIC,
  5: cell.BLINK,
  6: cell.BLINK,
  7: cell.INVERSE,
  8: cell.INVISIBLE,
  9: cell.STRIKETHROUGH,
  53: cell.OVERLINE,
}
const OFF: Partial<Record<number, number>> = {
  22: cell.BOLD | cell.DIM,
  23: cell.ITALIC,
  24: cell.UNDERLINE_MASK,
  25: cell.BLINK,
  27: cell.INVERSE,
  28: cell.INVISIBLE,
  29: cell.STRIKETHROUGH,
  55: cell.OVERLINE,
}

function applyCode(code: number, style: Style): void {
  if (code === 0) style.foreground = style.background = style.attributes = style.underlineColor = 0
  else if (code in ON) style.attributes |= ON[code]!
  else if (code in OFF) style.attributes &= ~OFF[code]!
  else if (code === 21) setUnderline(style, 2)
  else if (code >= 30 && code <= 37) style.foreground = paletteColor(code - 30)
  else if (code >= 40 && code <= 47) style.background = paletteColor(code - 40)
  else if (code >= 90 && code <= 97) style.foreground = paletteColor(code - 82)
  else if (code >= 100 && code <= 107) style.background = paletteColor(code - 92)
  else if (code === 39) style.foreground = 0
  else if (code === 49) style.background = 0
  else if (code === 59) style.underlineColor = 0
}

function setUnderline(style: Style, kind: number): void {
  style.attributes = (style.attributes & ~cell.UNDERLINE_MASK) | ((kind <= 5 ? kind : 1) << cell.UNDERLINE_SHIFT)
}

function setColor(style: Style, code: number, color: number): void {
  if (code === 38) style.foreground = color
  else if (code === 48) style.background = color
  else style.underlineColor = color
}

/** `38:5:n`, `38:2::r:g:b` and the common `38:2:r:g:b` without the colour space. */
function colonColor(parts: string[]): number | undefined {
  const numbers = parts.map((part) => Number(part || 0))
  if (numbers[1] === 5 && numbers.length >= 3) return paletteColor(numbers[2]!)
  if (numbers[1] !== 2 || numbers.length < 5) return undefined
  const [red, green, blue] = numbers.slice(numbers.length >= 6 ? 3 : 2)
  return rgbColor(red!, green!, blue!)
}

/** `38;5;n` or `38;2;r;g;b` from the kind on: the colour and how many parameters it took. */
function semicolonColor(codes: string[], index: number): [number | undefined, number] {
  const number = (offset: number) => Number(codes[index + offset] || 0)
  if (codes[index] === '5') return [paletteColor(number(1)), 2]
  if (codes[index] === '2') return [rgbColor(number(1), number(2), number(3)), 4]
  return [undefined, 0]
}
