import type { TerminalColors } from './data/data-plane.ts'
import type { TerminalReply } from './input/event.ts'

/** Colours of the palette that themes change; the other 240 are the same everywhere. */
const PALETTE_COLORS = 16

/** Asks for the colours of the palette (OSC 4); a terminal that does not tell them says nothing. */
export function paletteQueries(): string {
  return Array.from({ length: PALETTE_COLORS }, (_, index) => `\x1b]4;${index};?\x1b\\`).join('')
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
