/**
 * How a row of cells is written as bytes: on the wire (frames, history) and as the compact history itself.
 *
 * The first byte holds flags. Then come operations until the end of the bytes, each one byte and its operands;
 * numbers are unsigned LEB128 varints:
 *
 * | byte         | operands          | meaning                                                          |
 * | ------------ | ----------------- | ---------------------------------------------------------------- |
 * | 0x20 … 0x7e  |                   | that ASCII character in one cell                                 |
 * | 0x00         | n                 | n empty cells                                                    |
 * | 0x01, 0x02   | code point        | a narrow, a wide glyph                                           |
 * | 0x03, 0x04   | length, UTF-8     | a narrow, a wide cluster of several code points                  |
 * | 0x05         | n                 | the last glyph n more times                                      |
 * | 0x80 … 0x9f  | those announced   | the style of what follows; the low bits say what is not default  |
 *
 * The operands of a style come in the order of its bits: foreground, background, attributes, underline colour, link.
 * A colour is its value times four plus its kind. Empty cells in the default style at the end are left out.
 */
export const FLAG_WRAPPED = 1 // this row continues the one above (soft wrap)

export const OP_EMPTY = 0x00
export const OP_NARROW = 0x01
export const OP_WIDE = 0x02
export const OP_NARROW_CLUSTER = 0x03
export const OP_WIDE_CLUSTER = 0x04
export const OP_REPEAT = 0x05
export const OP_STYLE = 0x80

export const STYLE_FOREGROUND = 1
export const STYLE_BACKGROUND = 2
export const STYLE_ATTRIBUTES = 4
export const STYLE_UNDERLINE_COLOR = 8
export const STYLE_LINK = 16
export const STYLE_MASK = 31
