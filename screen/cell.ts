/**
 * A cell is six unsigned 32-bit numbers in a Uint32Array. Flat numbers because a screen is compared and painted
 * thousands of times a second, and objects would be garbage.
 */
export const CELL_SIZE = 6

/** Offsets within a cell. */
export const GLYPH = 0
export const FOREGROUND = 1
export const BACKGROUND = 2
export const ATTRIBUTES = 3
export const UNDERLINE_COLOR = 4
/** Id of a hyperlink (OSC 8), 0 for none; the addresses are kept by whoever owns the grid. */
export const LINK = 5

/**
 * Glyph: bits 0–20 the code point (0 for an empty cell), then these flags. A cluster of several code points sets
 * CLUSTER and keeps its text in the grid.
 */
export const CODEPOINT_MASK = 0x1fffff
export const CLUSTER = 1 << 21
/** The left half of a glyph two cells wide; the cell to its right is SPACER. */
export const WIDE = 1 << 22
/** The right half of a wide glyph: nothing is drawn for it. */
export const SPACER = 1 << 23

/** Colour: the kind in the top byte, a palette index or 0xRRGGBB below. 0 is the terminal's default. */
export const COLOR_DEFAULT = 0
export const COLOR_PALETTE = 1 << 24
export const COLOR_RGB = 2 << 24
export const COLOR_KIND_MASK = 0xff << 24
export const COLOR_VALUE_MASK = 0xffffff

/** Attributes: one bit each, and the underline style (0 none, 1 single, 2 double, 3 curly, 4 dotted, 5 dashed). */
export const BOLD = 1
export const DIM = 2
export const ITALIC = 4
export const BLINK = 8
export const INVERSE = 16
export const INVISIBLE = 32
export const STRIKETHROUGH = 64
export const OVERLINE = 128
export const UNDERLINE_SHIFT = 8
export const UNDERLINE_MASK = 7 << UNDERLINE_SHIFT
