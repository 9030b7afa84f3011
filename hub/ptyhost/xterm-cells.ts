import * as cell from '../../screen/cell.ts'
import type { RowEncoder } from '../../screen/row.ts'
import { OP_EMPTY } from '../../screen/row-format.ts'
import { XTERM_CELL_SIZE, type XtermLine } from './xterm-internals.ts'

// xterm's cell: content = code point (21 bits), combined flag, width (2 bits).
const CODEPOINT = 0x1fffff
const COMBINED = 0x200000
const HAS_CONTENT = 0x3fffff
const WIDTH_SHIFT = 22
const NARROW = 1 << WIDTH_SHIFT
const FOUR_CELLS = 4 * XTERM_CELL_SIZE
/** xterm's colour: its kind in these bits (0 default, 1 and 2 palette, 3 RGB), the value below. */
const COLOR_KIND_SHIFT = 24
const COLOR_KIND_BITS = 3
const EXTENDED = 0x10000000 // in bg: _extendedAttrs has more
const UNDERLINE = 0x10000000 // in fg
const UNDERLINE_STYLE_SHIFT = 26
/** What xterm 6 stores for SGR 59, which means the default; explicit white underlines are rarer than that. */
const UNDERLINE_COLOR_RESET = 0x3ffffff

/** Columns of a line up to the last one that shows anything: a glyph, a background, an attribute. */
export function usedColumns(line: XtermLine): number {
  const data = line._data
  let end = line.length * XTERM_CELL_SIZE
  // Four cells at a time: most lines are short and most of their cells empty.
  for (let at = end - FOUR_CELLS; at >= 0; at -= FOUR_CELLS) {
    const contents = (data[at]! | data[at + 3]! | data[at + 6]! | data[at + 9]!) & HAS_CONTENT
    const colors = data[at + 1]! | data[at + 2]! | data[at + 4]! | data[at + 5]!
    const more = data[at + 7]! | data[at + 8]! | data[at + 10]! | data[at + 11]!
    if ((contents | colors | more) !== 0) break
    end = at
  }
  let at = end - XTERM_CELL_SIZE
  while (at >= 0 && (data[at]! & HAS_CONTENT) === 0 && data[at + 1] === 0 && data[at + 2] === 0) at -= XTERM_CELL_SIZE
  if (at < 0) return 0
  const column = at / XTERM_CELL_SIZE
  return Math.min(line.length, column + Math.max(1, data[at]! >>> WIDTH_SHIFT))
}

/** Bytes that `writePlainRow` may need for a line of `cols` columns. */
export function plainRowRoom(cols: number): number {
  return 1 + 3 * cols
}

/**
 * Writes a line of printable ASCII in the default style as a row (screen/row-format.ts): most of what scrolls by, and
 * ten times faster than the general way. Returns the offset after it, or -1 when the line is not that plain.
 * @param columns its used columns
 */
export function writePlainRow(line: XtermLine, columns: number, target: Uint8Array, offset: number): number {
  const data = line._data
  const end = columns * XTERM_CELL_SIZE
  target[offset++] = line.isWrapped ? 1 : 0
  for (let at = 0; at < end; at += XTERM_CELL_SIZE) {
    if ((data[at + 1]! | data[at + 2]!) !== 0) return -1
    const content = data[at]!
    const code = content - NARROW
    if (code >= 0x20 && code < 0x7f) {
      target[offset++] = code
    } else if (code === 0) {
      let count = 1
      while (at + XTERM_CELL_SIZE < end && isEmptyPlain(data, at + XTERM_CELL_SIZE)) {
        at += XTERM_CELL_SIZE
        count++
      }
      target[offset++] = OP_EMPTY
      while (count > 0x7f) {
        target[offset++] = (count & 0x7f) | 0x80
        count >>>= 7
      }
      target[offset++] = count
    } else {
      return -1
    }
  }
  return offset
}

function isEmptyPlain(data: Uint32Array, at: number): boolean {
  return data[at] === NARROW && data[at + 1] === 0 && data[at + 2] === 0
}

/**
 * Encodes any line. The ids of the hyperlinks in it are added to `links`.
 * @param columns its used columns
 * @returns whether its cells refer to things outside `_data` (clusters, extended attributes), so that comparing
 * `_data` is not enough to see that the line is unchanged.
 */
export function encodeLine(
  line: XtermLine,
  encoder: RowEncoder,
  links: Set<number>,
  columns: number = usedColumns(line),
): boolean {
  const data = line._data
  let special = false
  let lastForeground = 0
  let lastBackground = 0
  let foreground = 0
  let background = 0
  let flags = 0
  encoder.begin(line.isWrapped)
  for (let x = 0, at = 0; x < columns; x++, at += XTERM_CELL_SIZE) {
    const content = data[at]!
    const fg = data[at + 1]!
    const bg = data[at + 2]!
    if (fg !== lastForeground || bg !== lastBackground) {
      lastForeground = fg
      lastBackground = bg
      foreground = colorOf(fg)
      background = colorOf(bg)
      flags = attributesOf(fg, bg)
    }
    let attributes = flags
    let underlineColor = 0
    let link = 0
    if ((bg & EXTENDED) !== 0) {
      special = true
      const extended = line._extendedAttrs[x]
      if (extended !== undefined) {
        const style = (extended._ext >>> UNDERLINE_STYLE_SHIFT) & 7
        if ((fg & UNDERLINE) !== 0 && style !== 0) {
          attributes = (attributes & ~cell.UNDERLINE_MASK) | (style << cell.UNDERLINE_SHIFT)
        }
        const color = extended._ext & 0x3ffffff
        underlineColor = color === UNDERLINE_COLOR_RESET ? 0 : colorOf(color)
        link = extended._urlId
        if (link !== 0) links.add(link)
      }
    }
    const width = content >>> WIDTH_SHIFT
    let glyph = content & CODEPOINT
    let cluster: string | undefined
    if ((content & COMBINED) !== 0) {
      special = true
      cluster = line._combined[x]
      glyph = (cluster?.codePointAt(0) ?? 0) | cell.CLUSTER
    }
    if (width === 0) glyph = cell.SPACER
    else if (width === 2 && x + 1 < columns && data[at + XTERM_CELL_SIZE]! >>> WIDTH_SHIFT === 0) glyph |= cell.WIDE
    else if (width === 2) glyph = 0x20 // its right half was overwritten or cut off
    encoder.cell(glyph, cluster, foreground, background, attributes, underlineColor, link)
  }
  return special
}

function colorOf(word: number): number {
  const kind = (word >>> COLOR_KIND_SHIFT) & COLOR_KIND_BITS
  if (kind === 0) return cell.COLOR_DEFAULT
  if (kind === 3) return cell.COLOR_RGB | (word & 0xffffff)
  return cell.COLOR_PALETTE | (word & 0xff)
}

function attributesOf(fg: number, bg: number): number {
  let attributes = 0
  if ((fg & 0x4000000) !== 0) attributes |= cell.INVERSE
  if ((fg & 0x8000000) !== 0) attributes |= cell.BOLD
  if ((fg & UNDERLINE) !== 0) attributes |= 1 << cell.UNDERLINE_SHIFT
  if ((fg & 0x20000000) !== 0) attributes |= cell.BLINK
  if ((fg & 0x40000000) !== 0) attributes |= cell.INVISIBLE
  if ((fg & 0x80000000) !== 0) attributes |= cell.STRIKETHROUGH
  if ((bg & 0x4000000) !== 0) attributes |= cell.ITALIC
  if ((bg & 0x8000000) !== 0) attributes |= cell.DIM
  if ((bg & 0x40000000) !== 0) attributes |= cell.OVERLINE
  return attributes
}
