import {
  BLINK,
  BOLD,
  COLOR_DEFAULT,
  COLOR_PALETTE,
  COLOR_RGB,
  DIM,
  INVERSE,
  ITALIC,
  STRIKETHROUGH,
  UNDERLINE_SHIFT,
} from '../../screen/cell.ts'
import type { Style } from './node.ts'
import { describe, NodeProblem, oneOf, refuse } from './parse-error.ts'
import { isTable, parseBoolean } from './parse-table.ts'

const ATTRIBUTES: Readonly<Record<string, number>> = {
  bold: BOLD,
  dim: DIM,
  italic: ITALIC,
  reversed: INVERSE,
  underlined: 1 << UNDERLINE_SHIFT,
  crossed_out: STRIKETHROUGH,
  blink: BLINK,
}

/** Places in the terminal's palette, so that the user's theme decides what they look like. */
const COLORS: Readonly<Record<string, number>> = {
  default: COLOR_DEFAULT,
  black: COLOR_PALETTE | 0,
  red: COLOR_PALETTE | 1,
  green: COLOR_PALETTE | 2,
  yellow: COLOR_PALETTE | 3,
  blue: COLOR_PALETTE | 4,
  magenta: COLOR_PALETTE | 5,
  cyan: COLOR_PALETTE | 6,
  white: COLOR_PALETTE | 7,
  gray: COLOR_PALETTE | 8,
  grey: COLOR_PALETTE | 8,
}

/**
 * A style: the name of an attribute (bold, dim, italic, reversed, underlined, crossed_out, blink), a colour (for the
 * text), or a table of both: `{fg = "cyan", bg = "#203040", bold = true}`. Absent gives undefined.
 * Colours are names, "#rrggbb" or a number of the terminal's palette (0–255).
 */
export function parseStyle(value: unknown, path: string): Style | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string' && Object.hasOwn(ATTRIBUTES, value)) return { attributes: ATTRIBUTES[value] }
  if (isTable(value)) return parseStyleTable(value, path)
  if (Array.isArray(value) && value.length === 0) return undefined
  if (typeof value === 'number') return { foreground: parseColor(value, path) }
  if (typeof value !== 'string') return refuse(path, 'a style: an attribute, a colour or a table', value)
  const foreground = findColor(value)
  if (foreground !== undefined) return { foreground }
  throw new NodeProblem(path, `unknown colour or attribute ${describe(value)} (expected ${expectedStyles()})`)
}

function parseStyleTable(table: Record<string, unknown>, path: string): Style | undefined {
  const style: Style = {}
  let attributes = 0
  for (const key in table) {
    const value = table[key]
    if (value === undefined || value === null) continue
    if (key === 'fg') style.foreground = parseColor(value, `${path}.fg`)
    else if (key === 'bg') style.background = parseColor(value, `${path}.bg`)
    else if (!Object.hasOwn(ATTRIBUTES, key)) {
      throw new NodeProblem(
        path,
        `unknown field "${key}" (expected ${oneOf(['fg', 'bg', ...Object.keys(ATTRIBUTES)])})`,
      )
    } else if (parseBoolean(value, `${path}.${key}`)) attributes |= ATTRIBUTES[key]!
  }
  if (attributes !== 0) style.attributes = attributes
  return style
}

function parseColor(value: unknown, path: string): number {
  const color = findColor(value)
  if (color !== undefined) return color
  throw new NodeProblem(path, `unknown colour ${describe(value)} (expected ${expectedColors()})`)
}

function findColor(value: unknown): number | undefined {
  if (typeof value === 'number')
    return Number.isInteger(value) && isPaletteIndex(value) ? COLOR_PALETTE | value : undefined
  if (typeof value !== 'string') return undefined
  if (Object.hasOwn(COLORS, value)) return COLORS[value]
  if (/^#[0-9a-f]{6}$/i.test(value)) return COLOR_RGB | Number.parseInt(value.slice(1), 16)
  if (/^\d{1,3}$/.test(value) && isPaletteIndex(Number(value))) return COLOR_PALETTE | Number(value)
  return undefined
}

function isPaletteIndex(value: number): boolean {
  return value >= 0 && value <= 255
}

function expectedStyles(): string {
  return `one of ${Object.keys(ATTRIBUTES).join(', ')}, or a colour: ${colorNames()}, "#rrggbb" or 0–255`
}

function expectedColors(): string {
  return `one of ${colorNames()}, "#rrggbb" or 0–255`
}

function colorNames(): string {
  return Object.keys(COLORS).join(', ')
}
