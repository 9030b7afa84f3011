import { CTRL, formatKey, SHIFT } from '../../screen/key-descriptor.ts'
import type { KeyPress } from '../../screen/keys.ts'
import type { MouseEvent } from '../../screen/mouse.ts'
import type { InputEvent } from './event.ts'
import { keyOfCode } from './key-code.ts'
import { csiReply } from './reply.ts'

/** What a control sequence (the bytes after `CSI`) means. `alt`: an escape stood before it. */
export function csiEvent(body: string, raw: Uint8Array, alt: boolean): InputEvent {
  const parts = /^([<=>?]?)([0-9;:]*)([ -/]*)(.)$/s.exec(body)
  if (body.length === 2 && body[0] === '[') return named(`f${body.charCodeAt(1) - 0x40}`, alt ? 2 : 0, 'press', raw)
  const rxvtShift = /^(\d+)\$$/.exec(body)
  if (rxvtShift) return tilde(Number(rxvtShift[1]), SHIFT | (alt ? 2 : 0), 'press', raw)
  if (!parts) return unknown(raw)
  const [, prefix = '', parameters = '', intermediates = '', final = ''] = parts
  if (prefix === '<' && (final === 'M' || final === 'm')) return mouseEvent(parameters, final === 'm', raw)
  if (prefix === '' && intermediates === '' && parameters === '') {
    if (final === 'I') return { type: 'focus', focused: true }
    if (final === 'O') return { type: 'focus', focused: false }
  }
  const reply = csiReply(prefix, parameters, intermediates, final, raw)
  if (reply) return { type: 'reply', reply }
  if (prefix !== '' || intermediates !== '') return unknown(raw)
  return keyEvent(parameters, final, raw, alt)
}

/** A key press without a name: its bytes are passed on as they came. */
export function unknown(raw: Uint8Array): InputEvent {
  return { type: 'key', descriptor: '', event: 'press', raw }
}

/** A functional key by its final letter, in CSI or SS3: cursor keys, F1 to F4. */
export const LETTER_KEYS: Readonly<Record<string, string>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  E: 'begin',
  F: 'end',
  H: 'home',
  P: 'f1',
  Q: 'f2',
  R: 'f3',
  S: 'f4',
}

/** `CSI number ~`: xterm's, with rxvt's and the Linux console's for home, end and F1 to F5. */
const NUMBERED_KEYS: Readonly<Record<number, string>> = {
  1: 'home',
  2: 'insert',
  3: 'delete',
  4: 'end',
  5: 'pageup',
  6: 'pagedown',
  7: 'home',
  8: 'end',
  11: 'f1',
  12: 'f2',
  13: 'f3',
  14: 'f4',
  15: 'f5',
  17: 'f6',
  18: 'f7',
  19: 'f8',
  20: 'f9',
  21: 'f10',
  23: 'f11',
  24: 'f12',
  25: 'f13',
  26: 'f14',
  28: 'f15',
  29: 'f16',
  31: 'f17',
  32: 'f18',
  33: 'f19',
  34: 'f20',
}

function keyEvent(parameters: string, final: string, raw: Uint8Array, alt: boolean): InputEvent {
  const fields = parameters.split(';')
  const [held, event] = modifiersOf(fields[1])
  const modifiers = held | (alt ? 2 : 0)
  if (final === 'u') return codedKey(fields, modifiers, event, raw)
  if (final === 'Z') return named('tab', modifiers | SHIFT, event, raw)
  if (final in LETTER_KEYS) return named(LETTER_KEYS[final]!, modifiers, event, raw)
  if (/[a-d]/.test(final) && parameters === '') {
    return named(LETTER_KEYS[final.toUpperCase()]!, modifiers | SHIFT, event, raw) // rxvt
  }
  const number = Number(fields[0] || 0)
  if (final === '~' && number === 27 && fields.length === 3) {
    return { type: 'key', ...keyOfCode({ ...shiftInSign(Number(fields[2]), modifiers), event: 'press' }), raw }
  }
  if (final === '~') return tilde(number, modifiers, event, raw)
  if (final === '^') return tilde(number, modifiers | CTRL, event, raw) // rxvt, as is the next
  if (final === '@') return tilde(number, modifiers | CTRL | SHIFT, event, raw)
  return unknown(raw)
}

/** `CSI code:shifted:base ; modifiers:event ; text u` */
function codedKey(fields: string[], modifiers: number, event: KeyPress['event'], raw: Uint8Array): InputEvent {
  const [code, shifted, base] = fields[0]!.split(':').map((part) => (part === '' ? undefined : Number(part)))
  if (code === undefined) return unknown(raw)
  const codes = fields[2] ? fields[2].split(':').map(Number) : []
  const valid = codes.length > 0 && codes.every((each) => each >= 0x20 && each <= 0x10ffff && each !== 0x7f)
  const text = valid ? String.fromCodePoint(...codes) : undefined
  return { type: 'key', ...keyOfCode({ code, shifted, base, modifiers, event, text }), raw }
}

/** modifyOtherKeys names the sign that Shift makes: Ctrl+Shift+/ comes as Ctrl, Shift and "?". */
function shiftInSign(code: number, modifiers: number): { code: number; modifiers: number } {
  const isSign = code > 0x20 && code < 0x7f && !/[a-z]/i.test(String.fromCharCode(code))
  return { code, modifiers: isSign ? modifiers & ~SHIFT : modifiers }
}

function tilde(number: number, modifiers: number, event: KeyPress['event'], raw: Uint8Array): InputEvent {
  const name = NUMBERED_KEYS[number]
  return name === undefined ? unknown(raw) : named(name, modifiers, event, raw)
}

function named(name: string, modifiers: number, event: KeyPress['event'], raw: Uint8Array): InputEvent {
  return { type: 'key', descriptor: formatKey({ name, modifiers }), event, raw }
}

/** `modifiers:event`; Caps Lock and Num Lock are left out: they change what is typed, not what is meant. */
function modifiersOf(field: string | undefined): [number, KeyPress['event']] {
  const [modifiers, event] = (field ?? '').split(':')
  const bits = Math.max(0, Number(modifiers || 1) - 1) & 0x3f
  return [bits, event === '2' ? 'repeat' : event === '3' ? 'release' : 'press']
}

/** `CSI < code ; x ; y M` or `m` (DECSET 1006). */
function mouseEvent(parameters: string, release: boolean, raw: Uint8Array): InputEvent {
  const numbers = parameters.split(';').map(Number)
  const [code, x, y] = numbers
  if (numbers.length !== 3 || numbers.some((number) => !Number.isInteger(number))) return unknown(raw)
  return { type: 'mouse', mouse: mouseOf(code!, x! - 1, y! - 1, release) }
}

/** A mouse event from xterm's button code. */
export function mouseOf(code: number, x: number, y: number, release: boolean): MouseEvent {
  const held = { shift: (code & 4) !== 0, alt: (code & 8) !== 0, ctrl: (code & 16) !== 0 }
  const action = code & 32 ? 'move' : release ? 'release' : 'press'
  return { action, button: code & ~0x3c, x: Math.max(0, x), y: Math.max(0, y), ...held }
}
