import * as cell from './cell.ts'
import { type ColorDepth, reduceColor } from './color.ts'
import type { Output } from './output.ts'

export interface SgrOptions {
  /** @default 'truecolor' */
  colors?: ColorDepth
  /** Whether the terminal knows `4:3` and `58:…`; without, every underline is a single one. @default true */
  underlineStyles?: boolean
}

/**
 * Writes the SGR sequences that change a terminal's style from what it is to what it shall be, in the fewest bytes:
 * only what differs, or a reset and what is then missing.
 */
export class StyleWriter {
  readonly #out: Output
  readonly #depth: ColorDepth
  readonly #underlineStyles: boolean
  #foreground = 0
  #background = 0
  #attributes = 0
  #underlineColor = 0
  #first = true

  constructor(out: Output, { colors = 'truecolor', underlineStyles = true }: SgrOptions = {}) {
    this.#out = out
    this.#depth = colors
    this.#underlineStyles = underlineStyles
  }

  /** Whether the terminal's style is the default one now. */
  get isDefault(): boolean {
    return (this.#foreground | this.#background | this.#attributes | this.#underlineColor) === 0
  }

  /** Sets the default style by a sequence that works whatever the style was. */
  reset(): void {
    this.#out.ascii('\x1b[m')
    this.#foreground = this.#background = this.#attributes = this.#underlineColor = 0
  }

  /** Makes this the style of what is written next; the arguments are in the layout of cell.ts. */
  set(foreground: number, background: number, attributes: number, underlineColor: number): void {
    if (this.#depth !== 'truecolor') {
      foreground = reduceColor(foreground, this.#depth)
      background = reduceColor(background, this.#depth)
      underlineColor = reduceColor(underlineColor, this.#depth)
    }
    if (!this.#underlineStyles) {
      if (attributes & cell.UNDERLINE_MASK) attributes = (attributes & ~cell.UNDERLINE_MASK) | SINGLE_UNDERLINE
      underlineColor = 0
    }
    const sameColors =
      foreground === this.#foreground && background === this.#background && underlineColor === this.#underlineColor
    if (sameColors && attributes === this.#attributes) return
    if ((foreground | background | attributes | underlineColor) === 0) return this.reset()
    const out = this.#out
    out.reserve(MAX_SEQUENCE * 2)
    const start = out.length
    const turnedOff = this.#difference(foreground, background, attributes, underlineColor)
    if (turnedOff) {
      const middle = out.length
      this.#foreground = this.#background = this.#attributes = this.#underlineColor = 0
      this.#difference(foreground, background, attributes, underlineColor, true)
      if (out.length - middle < middle - start) out.bytes.copyWithin(start, middle, out.length)
      out.length = start + Math.min(out.length - middle, middle - start)
    }
    this.#foreground = foreground
    this.#background = background
    this.#attributes = attributes
    this.#underlineColor = underlineColor
  }

  /** Writes one sequence; answers whether it turned something off, so that a reset may be shorter. */
  #difference(foreground: number, background: number, attributes: number, underline: number, reset = false): boolean {
    this.#out.byte(0x1b)
    this.#out.byte(0x5b)
    this.#first = true
    if (reset) this.#parameter(0)
    let turnedOff = this.#attributesDifference(attributes)
    if (foreground !== this.#foreground) {
      this.#color(foreground, 30)
      turnedOff ||= foreground === 0
    }
    if (background !== this.#background) {
      this.#color(background, 40)
      turnedOff ||= background === 0
    }
    if (underline !== this.#underlineColor) {
      this.#underlineColorParameter(underline)
      turnedOff ||= underline === 0
    }
    this.#out.byte(0x6d)
    return turnedOff
  }

  #attributesDifference(attributes: number): boolean {
    let on = attributes & ~this.#attributes
    const off = this.#attributes & ~attributes & ~cell.UNDERLINE_MASK
    if (off !== 0) {
      if (off & (cell.BOLD | cell.DIM)) {
        this.#parameter(22)
        on |= attributes & (cell.BOLD | cell.DIM) // 22 ends both
      }
      if (off & cell.ITALIC) this.#parameter(23)
      if (off & cell.BLINK) this.#parameter(25)
      if (off & cell.INVERSE) this.#parameter(27)
      if (off & cell.INVISIBLE) this.#parameter(28)
      if (off & cell.STRIKETHROUGH) this.#parameter(29)
      if (off & cell.OVERLINE) this.#parameter(55)
    }
    if (on !== 0) {
      if (on & cell.BOLD) this.#parameter(1)
      if (on & cell.DIM) this.#parameter(2)
      if (on & cell.ITALIC) this.#parameter(3)
      if (on & cell.BLINK) this.#parameter(5)
      if (on & cell.INVERSE) this.#parameter(7)
      if (on & cell.INVISIBLE) this.#parameter(8)
      if (on & cell.STRIKETHROUGH) this.#parameter(9)
      if (on & cell.OVERLINE) this.#parameter(53)
    }
    const underline = (attributes & cell.UNDERLINE_MASK) >> cell.UNDERLINE_SHIFT
    if (underline !== (this.#attributes & cell.UNDERLINE_MASK) >> cell.UNDERLINE_SHIFT) {
      this.#parameter(underline === 0 ? 24 : 4)
      if (underline > 1) {
        this.#out.byte(0x3a)
        this.#out.number(underline)
      }
      if (underline === 0) return true
    }
    return off !== 0
  }

  /** `base` is 30 for the foreground, 40 for the background. */
  #color(color: number, base: number): void {
    const kind = (color & cell.COLOR_KIND_MASK) >>> 0
    const value = color & cell.COLOR_VALUE_MASK
    if (kind === cell.COLOR_DEFAULT) this.#parameter(base + 9)
    else if (kind === cell.COLOR_PALETTE) {
      if (value < 8) this.#parameter(base + value)
      else if (value < 16) this.#parameter(base + 52 + value)
      else {
        this.#parameter(base + 8)
        this.#parameter(5)
        this.#parameter(value)
      }
    } else {
      this.#parameter(base + 8)
      this.#parameter(2)
      this.#parameter(value >> 16)
      this.#parameter((value >> 8) & 0xff)
      this.#parameter(value & 0xff)
    }
  }

  /** With colons: a terminal that does not know 58 skips it whole, where `58;2;…` would turn on dim. */
  #underlineColorParameter(color: number): void {
    const kind = (color & cell.COLOR_KIND_MASK) >>> 0
    const value = color & cell.COLOR_VALUE_MASK
    if (kind === cell.COLOR_DEFAULT) return this.#parameter(59)
    this.#parameter(58)
    if (kind === cell.COLOR_PALETTE) {
      this.#out.ascii(':5:')
      this.#out.number(value)
    } else {
      this.#out.ascii(':2::')
      this.#out.number(value >> 16)
      this.#out.byte(0x3a)
      this.#out.number((value >> 8) & 0xff)
      this.#out.byte(0x3a)
      this.#out.number(value & 0xff)
    }
  }

  #parameter(value: number): void {
    if (this.#first) {
      this.#first = false
      if (value === 0) return // an empty parameter is 0
    } else this.#out.byte(0x3b)
    this.#out.number(value)
  }
}

const SINGLE_UNDERLINE = 1 << cell.UNDERLINE_SHIFT
/** Bytes of the longest sequence: every attribute, underline style and three RGB colours come to about 90. */
const MAX_SEQUENCE = 128
