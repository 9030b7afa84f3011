import { UnicodeGraphemesAddon } from '@xterm/addon-unicode-graphemes'
import { type IBufferCell, Terminal } from '@xterm/headless'
import {
  ATTRIBUTES,
  BACKGROUND,
  CELL_SIZE,
  CLUSTER,
  CODEPOINT_MASK,
  FOREGROUND,
  LINK,
  SPACER,
  UNDERLINE_COLOR,
  UNDERLINE_SHIFT,
} from '../../screen/cell.ts'
import type { Grid } from '../../screen/grid.ts'

/** A terminal like the one the ptyhost keeps, to see what bytes draw. */
export function openTerminal(cols: number, rows: number): Terminal {
  const terminal = new Terminal({ cols, rows, allowProposedApi: true, scrollback: 50 })
  terminal.loadAddon(new UnicodeGraphemesAddon())
  terminal.unicode.activeVersion = '15-graphemes'
  return terminal
}

/** Writes and waits until everything is parsed. */
export function write(terminal: Terminal, data: string | Uint8Array): Promise<void> {
  return new Promise((resolve) => terminal.write(data, resolve))
}

/** What every cell of a row looks like, as one comparable line per cell. */
export function terminalRow(terminal: Terminal, y: number): string[] {
  const line = terminal.buffer.active.getLine(terminal.buffer.active.baseY + y)!
  return Array.from({ length: terminal.cols }, (_, x) => describeCell(terminal, line.getCell(x)!))
}

/** The same for a grid. */
export function gridRow(grid: Grid, y: number): string[] {
  return Array.from({ length: grid.cols }, (_, x) => describeGridCell(grid, x, y))
}

interface Look {
  text: string
  /** One number for each attribute, in the order of the bits in cell.ts. */
  attributes: number[]
  foreground: string
  background: string
  underline: number
  underlineColor: string
  link: string
}

/** What xterm's cells have beyond its published interface. */
interface CellInternals extends IBufferCell {
  /** Colour mode in bits 24 and 25 (1 and 2 palette, 3 RGB), which are all set after SGR 59. */
  extended: { urlId: number; underlineColor: number }
  getUnderlineStyle(): number
}
interface TerminalInternals {
  _core: { _oscLinkService: { getLinkData(id: number): { uri: string } | undefined } }
}

function describeCell(terminal: Terminal, published: IBufferCell): string {
  const cell = published as CellInternals
  if (cell.getWidth() === 0) return 'spacer'
  const { _core } = terminal as unknown as TerminalInternals
  return describe({
    text: cell.getChars(),
    attributes: [
      cell.isBold(),
      cell.isDim(),
      cell.isItalic(),
      cell.isBlink(),
      cell.isInverse(),
      cell.isInvisible(),
      cell.isStrikethrough(),
      cell.isOverline(),
    ].map((set) => (set ? 1 : 0)),
    foreground: colorName(cell.isFgDefault(), cell.isFgRGB(), cell.getFgColor()),
    background: colorName(cell.isBgDefault(), cell.isBgRGB(), cell.getBgColor()),
    underline: cell.isUnderline() ? cell.getUnderlineStyle() : 0,
    underlineColor: underlineColorName(cell.extended.underlineColor),
    link: cell.extended.urlId ? (_core._oscLinkService.getLinkData(cell.extended.urlId)?.uri ?? '') : '',
  })
}

function describeGridCell(grid: Grid, x: number, y: number): string {
  const index = y * grid.cols + x
  const at = index * CELL_SIZE
  const glyph = grid.cells[at]!
  if (glyph & SPACER) return 'spacer'
  const codePoint = glyph & CODEPOINT_MASK
  const bits = grid.cells[at + ATTRIBUTES]!
  return describe({
    text: glyph & CLUSTER ? grid.clusters.get(index)! : codePoint === 0 ? '' : String.fromCodePoint(codePoint),
    attributes: Array.from({ length: 8 }, (_, bit) => (bits >> bit) & 1),
    foreground: cellColorName(grid.cells[at + FOREGROUND]!),
    background: cellColorName(grid.cells[at + BACKGROUND]!),
    underline: bits >> UNDERLINE_SHIFT,
    underlineColor: cellColorName(grid.cells[at + UNDERLINE_COLOR]!),
    link: grid.links.get(grid.cells[at + LINK]!) ?? '',
  })
}

function underlineColorName(color: number): string {
  const mode = (color >> 24) & 3
  return colorName(mode === 0 || color === 0x3ffffff, mode === 3, color & (mode === 3 ? 0xffffff : 0xff))
}

function cellColorName(color: number): string {
  return colorName(color === 0, color >>> 24 === 2, color & 0xffffff)
}

function colorName(isDefault: boolean, isRgb: boolean, value: number): string {
  return isDefault ? 'default' : isRgb ? `#${value.toString(16)}` : `palette ${value}`
}

/** A blank cell shows its background and what is drawn through it, not its weight or foreground. */
function describe(look: Look): string {
  const { attributes, underline, link } = look
  const decorated = attributes[4] || attributes[6] || attributes[7] || underline || link
  const blank = look.text === '' || look.text === ' '
  if (blank && !decorated) return `blank on ${look.background}`
  const line = link ? link : underline ? `${underline} ${look.underlineColor}` : '' // xterm draws links its own way
  return `${look.text || ' '} ${attributes.join('')} ${look.foreground} on ${look.background} ${line}`
}
