import {
  BOLD,
  CELL_SIZE,
  CLUSTER,
  CODEPOINT_MASK,
  COLOR_DEFAULT,
  COLOR_KIND_MASK,
  COLOR_PALETTE,
  COLOR_VALUE_MASK,
  DIM,
  INVERSE,
  ITALIC,
  SPACER,
  STRIKETHROUGH,
  UNDERLINE_MASK,
} from '../../screen/cell.ts'
import { paletteRgb } from '../../screen/color.ts'
import type { Grid } from '../../screen/grid.ts'

export const FONT = 'DejaVu Sans Mono'
/** A cell, in units of the drawing; the font's letters are 1233 of 2048 wide. Higher, and there were gaps in lines. */
const WIDTH = 9
const HEIGHT = 17
const FONT_SIZE = (WIDTH * 2048) / 1233
const BASELINE = 13
/** Around the screen, as a window has it. */
const MARGIN = 14
const CORNER = 8

/** The terminal in the picture: its own colours, as everybody's terminal has some. */
const FOREGROUND = 0xd6dae4
const BACKGROUND = 0x15181f
const PALETTE = [
  0x2a2f3a, 0xe06c75, 0x98c379, 0xe5c07b, 0x61afef, 0xc678dd, 0x56b6c2, 0xc5cad6, 0x6b7280, 0xf28b94, 0xb5d99c,
  0xf0d399, 0x85c4f7, 0xd79aea, 0x7fd0da, 0xffffff,
]

interface Look {
  readonly foreground: number
  readonly background: number
  readonly attributes: number
}

/** A screen as SVG: backgrounds, then each row's text cell by cell, so that columns stand under each other. */
export function screenSvg(grid: Grid): string {
  const width = grid.cols * WIDTH + 2 * MARGIN
  const height = grid.rows * HEIGHT + 2 * MARGIN
  const rows = Array.from({ length: grid.rows }, (_, y) => [backgrounds(grid, y), texts(grid, y)])
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">`,
    `<rect width="${width}" height="${height}" rx="${CORNER}" fill="${hex(BACKGROUND)}"/>`,
    `<g transform="translate(${MARGIN} ${MARGIN})" font-family="${FONT}" font-size="${FONT_SIZE.toFixed(3)}">`,
    ...rows.map(([first]) => first),
    ...rows.map(([, second]) => second),
    '</g></svg>',
  ].join('\n')
}

function backgrounds(grid: Grid, y: number): string {
  return runs(grid, y, (one, other) => one.background === other.background)
    .filter(({ look }) => look.background !== BACKGROUND)
    .map(({ from, to, look }) => rectangle(from, y * HEIGHT, to - from, HEIGHT, look.background))
    .join('')
}

function texts(grid: Grid, y: number): string {
  return runs(grid, y, (one, other) => one.foreground === other.foreground && one.attributes === other.attributes)
    .map(({ from, to, look }) => `${text(grid, y, from, to, look)}${lines(y, from, to, look)}`)
    .join('')
}

function text(grid: Grid, y: number, from: number, to: number, look: Look): string {
  let glyphs = ''
  const columns: number[] = []
  for (let x = from; x < to; x++) {
    const glyph = glyphAt(grid, x, y)
    if (glyph.trim() === '') continue
    // Each UTF-16 unit but the first of a glyph would take a position of its own.
    glyphs += escaped(glyph)
    for (const _ of glyph) columns.push(x * WIDTH)
  }
  if (glyphs === '') return ''
  const style = [
    `fill="${hex(look.foreground)}"`,
    look.attributes & BOLD ? 'font-weight="bold"' : '',
    look.attributes & ITALIC ? 'font-style="italic"' : '',
  ]
  return `<text x="${columns.join(' ')}" y="${y * HEIGHT + BASELINE}" ${style.filter(Boolean).join(' ')}>${glyphs}</text>`
}

/** Underlines and the like. */
function lines(y: number, from: number, to: number, { attributes, foreground }: Look): string {
  const at = (offset: number) => rectangle(from, y * HEIGHT + offset, to - from, 1, foreground)
  return (attributes & UNDERLINE_MASK ? at(BASELINE + 2) : '') + (attributes & STRIKETHROUGH ? at(BASELINE - 5) : '')
}

function rectangle(column: number, top: number, columns: number, height: number, color: number): string {
  return `<rect x="${column * WIDTH}" y="${top}" width="${columns * WIDTH}" height="${height}" fill="${hex(color)}"/>`
}

/** Stretches of a row whose cells look the same in one respect. */
function runs(grid: Grid, y: number, alike: (one: Look, other: Look) => boolean) {
  const found: { from: number; to: number; look: Look }[] = []
  for (let x = 0; x < grid.cols; x++) {
    const look = lookAt(grid, x, y)
    const last = found.at(-1)
    if (last !== undefined && alike(last.look, look)) last.to = x + 1
    else found.push({ from: x, to: x + 1, look })
  }
  return found
}

function lookAt(grid: Grid, x: number, y: number): Look {
  const at = (y * grid.cols + x) * CELL_SIZE
  const attributes = grid.cells[at + 3]!
  let foreground = rgb(grid.cells[at + 1]!, FOREGROUND)
  let background = rgb(grid.cells[at + 2]!, BACKGROUND)
  if (attributes & INVERSE) [foreground, background] = [background, foreground]
  if (attributes & DIM) foreground = between(foreground, background)
  return { foreground, background, attributes: attributes & ~(INVERSE | DIM) }
}

function rgb(color: number, otherwise: number): number {
  if (color === COLOR_DEFAULT) return otherwise
  const value = color & COLOR_VALUE_MASK
  const isPalette = (color & COLOR_KIND_MASK) >>> 0 === COLOR_PALETTE
  return isPalette ? (PALETTE[value] ?? paletteRgb(value)) : value
}

/** What dim text looks like. */
function between(one: number, other: number): number {
  const part = (shift: number) => Math.round(((one >> shift) & 0xff) * 0.55 + ((other >> shift) & 0xff) * 0.45) << shift
  return part(16) | part(8) | part(0)
}

function glyphAt(grid: Grid, x: number, y: number): string {
  const index = y * grid.cols + x
  const glyph = grid.cells[index * CELL_SIZE]!
  if ((glyph & SPACER) !== 0) return ''
  if ((glyph & CLUSTER) !== 0) return grid.clusters.get(index) ?? ''
  return String.fromCodePoint(glyph & CODEPOINT_MASK || 0x20)
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}

function hex(color: number): string {
  return `#${color.toString(16).padStart(6, '0')}`
}
