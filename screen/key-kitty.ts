import { ALT, isCharacter, type Key, SHIFT } from './key-descriptor.ts'
import { CONTROL_KEYS, CURSOR_KEYS, type KeyCode, KITTY_F13, KITTY_KEYPAD, PF_KEYS, TILDE_KEYS } from './key-tables.ts'
import type { KeyPress } from './keys.ts'

const DISAMBIGUATE = 1
const EVENT_TYPES = 2
const ALTERNATE_KEYS = 4
const ALL_KEYS = 8
const ASSOCIATED_TEXT = 16

/**
 * A key in the kitty keyboard protocol (sw.kovidgoyal.net/kitty/keyboard-protocol) with these flags. '' when it is not
 * reported, undefined when it is to be written the legacy way. Without `key`, it is one that only has a code.
 */
export function encodeKitty(key: Key | undefined, press: KeyPress, flags: number): string | undefined {
  const all = (flags & ALL_KEYS) !== 0
  const event = (flags & EVENT_TYPES) !== 0 ? press.event : 'press'
  if (press.event === 'release' && event !== 'release') return ''
  const modifiers = press.modifiers ?? key?.modifiers ?? 0
  if (key && !all) {
    const plain = plainBytes(key, press, modifiers)
    if (plain !== undefined) {
      if (event !== 'release') return plain
      if (plain < ' ' || plain === '\x7f') return '' // Enter, Tab and Backspace are released unseen
    }
    if ((flags & DISAMBIGUATE) === 0 && event === 'press') return undefined
  }
  const code = keyCode(key, press)
  if (!code) return ''
  const type = event === 'press' ? '' : event === 'repeat' ? ':2' : ':3'
  let modifierField = modifiers === 0 && type === '' ? '' : `${modifiers + 1}${type}`
  if (code.final !== 'u') {
    if (modifierField !== '') modifierField = `;${modifierField}`
    const number = code.final !== '~' && modifierField === '' ? '' : code.number
    return `\x1b[${number}${modifierField}${code.final}`
  }
  const text = (flags & ASSOCIATED_TEXT) !== 0 && all && event !== 'release' ? textCodes(key, press) : ''
  const number = `${code.number}${(flags & ALTERNATE_KEYS) !== 0 ? alternates(code.number, key, press, modifiers) : ''}`
  if (text !== '') return `\x1b[${number};${modifierField};${text}u`
  return `\x1b[${number}${modifierField === '' ? '' : `;${modifierField}`}u`
}

/** What a key types or sends when it is not in need of an escape code; undefined when it is. */
function plainBytes(key: Key, press: KeyPress, modifiers: number): string | undefined {
  if (isCharacter(key.name) || key.name === 'space') {
    return (modifiers & ~SHIFT) === 0 ? (typed(key, press) ?? undefined) : undefined
  }
  if (modifiers !== 0 || press.keypad) return undefined
  const { name } = key
  return name === 'enter' || name === 'tab' || name === 'backspace'
    ? String.fromCharCode(CONTROL_KEYS[name]!)
    : undefined
}

function typed(key: Key, press: KeyPress): string | undefined {
  if (press.text !== undefined) return press.text
  if (key.name === 'space') return ' '
  return key.modifiers & SHIFT ? key.name.toUpperCase() : key.name
}

function keyCode(key: Key | undefined, press: KeyPress): KeyCode | undefined {
  if (!key) return press.code === undefined ? undefined : { number: press.code, final: 'u' }
  const { name } = key
  if (press.keypad && name in KITTY_KEYPAD) return { number: KITTY_KEYPAD[name]!, final: 'u' }
  if (isCharacter(name)) return { number: press.code ?? name.codePointAt(0)!, final: 'u' }
  if (name in CONTROL_KEYS) return { number: CONTROL_KEYS[name]!, final: 'u' }
  if (name in CURSOR_KEYS) return { number: 1, final: CURSOR_KEYS[name]! }
  if (name === 'f3') return { number: 13, final: '~' } // CSI R would be a cursor position report
  if (name in PF_KEYS) return { number: 1, final: PF_KEYS[name]! }
  const high = /^f(1[3-9]|2\d|3[0-5])$/.exec(name)
  if (high) return { number: KITTY_F13 + Number(high[1]) - 13, final: 'u' }
  return name in TILDE_KEYS ? { number: TILDE_KEYS[name]!, final: '~' } : undefined
}

/** `:shifted:base`, as far as they are known and differ. */
function alternates(code: number, key: Key | undefined, press: KeyPress, modifiers: number): string {
  let shifted = ''
  if (key && (modifiers & SHIFT) !== 0 && isCharacter(key.name)) {
    const character = (modifiers & ~(SHIFT | ALT)) === 0 ? press.text : undefined
    const codePoint = (character ?? key.name.toUpperCase()).codePointAt(0)!
    if (codePoint !== code) shifted = `:${codePoint}`
  }
  if (press.baseCode === undefined || press.baseCode === code) return shifted
  return `${shifted || ':'}:${press.baseCode}`
}

function textCodes(key: Key | undefined, press: KeyPress): string {
  if (!key || (key.modifiers & ~SHIFT) !== 0) return ''
  if (!isCharacter(key.name) && key.name !== 'space') return ''
  return [...(typed(key, press) ?? '')].map((character) => character.codePointAt(0)).join(':')
}
