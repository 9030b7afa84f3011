import { COLOR_DEFAULT, COLOR_KIND_MASK, COLOR_PALETTE, COLOR_RGB, COLOR_VALUE_MASK } from './cell.ts'

/** The colours a terminal can show. */
export type ColorDepth = 'truecolor' | '256' | '16' | 'none'

/** The nearest colour that a terminal of this depth can show; the default colour stays the default. */
export function reduceColor(color: number, depth: ColorDepth): number {
  if (color === COLOR_DEFAULT || depth === 'truecolor') return color
  if (depth === 'none') return COLOR_DEFAULT
  const isPalette = (color & COLOR_KIND_MASK) >>> 0 === COLOR_PALETTE
  const value = color & COLOR_VALUE_MASK
  if (depth === '256') return isPalette ? color : COLOR_PALETTE | nearestOf256(value)
  return isPalette && value < 16 ? color : COLOR_PALETTE | nearestOf16(isPalette ? paletteRgb(value) : value)
}

/** A cell's colour from a palette index. */
export function paletteColor(index: number): number {
  return COLOR_PALETTE | (index & 0xff)
}

/** A cell's colour from its parts, 0 to 255 each. */
export function rgbColor(red: number, green: number, blue: number): number {
  return COLOR_RGB | ((red & 0xff) << 16) | ((green & 0xff) << 8) | (blue & 0xff)
}

/** xterm's usual 0xRRGGBB for a palette index; for the first 16 the user's own may differ. */
export function paletteRgb(index: number): number {
  if (index < 16) return BASIC[index]!
  if (index >= 232) return (8 + (index - 232) * 10) * 0x010101
  const cube = index - 16
  return (LEVELS[Math.floor(cube / 36)]! << 16) | (LEVELS[Math.floor(cube / 6) % 6]! << 8) | LEVELS[cube % 6]!
}

const LEVELS = [0, 95, 135, 175, 215, 255]
const BASIC = [
  0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5, 0x7f7f7f, 0xff0000, 0x00ff00,
  0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff,
]

/** The colour cube or the grey ramp, whichever is nearer; never the first 16, which users change. */
function nearestOf256(rgb: number): number {
  const red = rgb >> 16
  const green = (rgb >> 8) & 0xff
  const blue = rgb & 0xff
  const cube = 16 + 36 * nearestLevel(red) + 6 * nearestLevel(green) + nearestLevel(blue)
  const grey = 232 + Math.max(0, Math.min(23, Math.round(((red + green + blue) / 3 - 8) / 10)))
  return distance(rgb, paletteRgb(grey)) < distance(rgb, paletteRgb(cube)) ? grey : cube
}

function nearestLevel(value: number): number {
  return value < 48 ? 0 : value < 115 ? 1 : Math.floor((value - 35) / 40)
}

function nearestOf16(rgb: number): number {
  let nearest = 0
  for (let index = 1; index < 16; index++) {
    if (distance(rgb, BASIC[index]!) < distance(rgb, BASIC[nearest]!)) nearest = index
  }
  return nearest
}

/** Squared, weighted by how much the eye notices each part. */
function distance(one: number, other: number): number {
  const red = (one >> 16) - (other >> 16)
  const green = ((one >> 8) & 0xff) - ((other >> 8) & 0xff)
  const blue = (one & 0xff) - (other & 0xff)
  return 3 * red * red + 6 * green * green + blue * blue
}
