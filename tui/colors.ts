import type { TerminalColors } from './data/data-plane.ts'
import type { TerminalReply } from './input/event.ts'

/** Colours of the palette that themes change; the other 240 are the same everywhere. */
const PALETTE_COLORS = 16

/** Asks for the colours of the palette (OSC 4); a terminal that does not tell them says nothing. */
export function paletteQueries(): string {
  return Array.from({ length: PALETTE_COLORS }, (_, index) => `\x1b]4;${index};?\x1b\\`).join('')
}

/** Whether text on a background of that colour, as terminals tell it (`rgb:ffff/ffff/dddd`), should be dark. */
export function isLight(color: string): boolean {
  const parts = /^rgba?:([\da-f]{1,4})\/([\da-f]{1,4})\/([\da-f]{1,4})/i.exec(color)
  if (parts === null) return false
  const [red, green, blue] = parts.slice(1).map((hex) => Number.parseInt(hex, 16) / (16 ** hex.length - 1))
  // The weights of Rec. 601: how bright the eye takes each primary to be.
  return 0.299 * red! + 0.587 * green! + 0.114 * blue! > 0.5
}

/** Notes an answer. @returns the colours with it, the same object when nothing changed */
export function withReply(colors: TerminalColors, reply: TerminalReply): TerminalColors {
  if (reply.kind !== 'color') return colors
  const { of, color } = reply
  if (color.length > 32) return colors // no colour is that long, and the protocol refuses it
  switch (of) {
    case 'foreground':
    case 'background':
      return colors[of] === color ? colors : { ...colors, [of]: color }
    case 'cursor':
      return colors
    default:
      return colors.palette?.[of] === color ? colors : { ...colors, palette: { ...colors.palette, [of]: color } }
  }
}
