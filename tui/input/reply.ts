import type { TerminalReply } from './event.ts'

/** A control sequence as an answer to a query; undefined when it is none, that is, a key. */
export function csiReply(
  prefix: string,
  parameters: string,
  intermediates: string,
  final: string,
  raw: Uint8Array,
): TerminalReply | undefined {
  const numbers = parameters.split(/[;:]/).map((part) => Number(part || 0))
  switch (`${prefix}${intermediates}${final}`) {
    case '?c':
      return { kind: 'attributes', level: 1, parameters: numbers }
    case '>c':
      return { kind: 'attributes', level: 2, parameters: numbers }
    case '?$y':
      return { kind: 'mode', mode: numbers[0]!, state: numbers[1] ?? 0 }
    case '?u':
      return { kind: 'kittyFlags', flags: numbers[0]! }
    case '?R':
      return cursorReply(numbers)
    case 'R':
      // CSI 1 ; m R is also F3 with modifiers; at home the cursor is in column 1.
      return numbers.length < 2 || (numbers[0] === 1 && numbers[1]! >= 2 && numbers[1]! <= 16)
        ? undefined
        : cursorReply(numbers)
    case 't':
      return numbers[0] === 6 && numbers.length === 3
        ? { kind: 'cellPixels', height: numbers[1]!, width: numbers[2]! }
        : { kind: 'other', raw }
    case '$y':
    case 'c':
    case 'n':
      return { kind: 'other', raw }
    default:
      return prefix === '' ? undefined : { kind: 'other', raw }
  }
}

/** OSC, DCS and other strings: always answers. `text` is what stands between introducer and terminator. */
export function stringReply(introducer: string, text: string, raw: Uint8Array): TerminalReply {
  if (introducer === 'P' && text.startsWith('>|')) return { kind: 'version', text: text.slice(2) }
  const color = introducer === ']' ? /^(?:4;(\d{1,3})|(1[012]));(.+)$/s.exec(text) : null
  if (!color) return { kind: 'other', raw }
  const [, index, which, value = ''] = color
  return { kind: 'color', of: index !== undefined ? Number(index) : DYNAMIC_COLORS[which!]!, color: value }
}

const DYNAMIC_COLORS: Readonly<Record<string, 'foreground' | 'background' | 'cursor'>> = {
  10: 'foreground',
  11: 'background',
  12: 'cursor',
}

function cursorReply(numbers: number[]): TerminalReply {
  return { kind: 'cursor', x: (numbers[1] ?? 1) - 1, y: numbers[0]! - 1 }
}
