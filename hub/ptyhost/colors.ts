import type * as z from 'zod'
import type { terminalColors } from '../../protocol/messages/ptyhost.ts'
import { paletteRgb } from '../../screen/color.ts'
import type { SequenceParser } from './xterm-internals.ts'

export type TerminalColors = z.infer<typeof terminalColors>
type Rgb = readonly [red: number, green: number, blue: number]

const DEFAULT_FOREGROUND: Rgb = [0xd0, 0xd0, 0xd0]
const DEFAULT_BACKGROUND: Rgb = [0, 0, 0]
/**
 * The colours of the terminal that the last client has, and the answers to programs that ask: OSC 4 (palette), 10
 * (foreground), 11 (background), 12 (cursor). Programs that set colours are not obeyed: the terminal belongs to
 * the client, which shows other sessions too.
 */
export class ColorAnswers {
  #colors: TerminalColors = {}

  constructor(parser: SequenceParser, reply: (data: string) => void) {
    parser.registerOscHandler(4, (data) => {
      const parts = data.split(';')
      for (let index = 0; index + 1 < parts.length; index += 2) {
        const color = Number(parts[index])
        if (parts[index + 1] !== '?' || !Number.isInteger(color) || color < 0 || color > 255) continue
        reply(`\x1b]4;${color};${specify(this.#palette(color))}\x1b\\`)
      }
      return true
    })
    const named = [() => this.#foreground(), () => this.#background(), () => this.#foreground()]
    for (const first of [10, 11, 12]) {
      // OSC 10 ; ? ; ? asks for 10 and 11.
      parser.registerOscHandler(first, (data) => {
        for (const [offset, part] of data
          .split(';')
          .slice(0, 13 - first)
          .entries()) {
          if (part === '?') reply(`\x1b]${first + offset};${specify(named[first + offset - 10]!())}\x1b\\`)
        }
        return true
      })
    }
  }

  /** From now on programs are told these. */
  set(colors: TerminalColors): void {
    this.#colors = colors
  }

  get dark(): boolean {
    const [red, green, blue] = this.#background()
    return 0.299 * red + 0.587 * green + 0.114 * blue < 128
  }

  #foreground(): Rgb {
    return parseColor(this.#colors.foreground) ?? DEFAULT_FOREGROUND
  }

  #background(): Rgb {
    return parseColor(this.#colors.background) ?? DEFAULT_BACKGROUND
  }

  #palette(index: number): Rgb {
    return parseColor(this.#colors.palette?.[index]) ?? fromNumber(paletteRgb(index))
  }
}

/** Reads `#rgb`, `#rrggbb` and X11's `rgb:r/g/b` with one to four hexadecimal digits each. */
export function parseColor(text: string | undefined): Rgb | undefined {
  if (text === undefined) return undefined
  const hash = /^#(?:([0-9a-f]{3})|([0-9a-f]{6}))$/i.exec(text)
  if (hash) {
    const digits = hash[2] ?? [...hash[1]!].map((digit) => digit + digit).join('')
    return fromNumber(Number.parseInt(digits, 16))
  }
  const x11 = /^rgb:([0-9a-f]{1,4})\/([0-9a-f]{1,4})\/([0-9a-f]{1,4})$/i.exec(text)
  if (!x11) return undefined
  const channel = (digits: string) => Math.round((Number.parseInt(digits, 16) / (16 ** digits.length - 1)) * 255)
  return [channel(x11[1]!), channel(x11[2]!), channel(x11[3]!)]
}

function fromNumber(value: number): Rgb {
  return [value >> 16, (value >> 8) & 0xff, value & 0xff]
}

/** As XParseColor reads it: `rgb:rrrr/gggg/bbbb`. */
function specify(color: Rgb): string {
  return `rgb:${color.map((channel) => channel.toString(16).padStart(2, '0').repeat(2)).join('/')}`
}
