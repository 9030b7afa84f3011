import { formatKey, isCharacter, type Key, SHIFT } from '../../screen/key-descriptor.ts'
import { CONTROL_KEYS, KITTY_F13, KITTY_KEYPAD } from '../../screen/key-tables.ts'
import type { KeyPress } from '../../screen/keys.ts'

/** A key told by its code point: `CSI … u` of the kitty protocol, or `CSI 27 ; m ; c ~` of modifyOtherKeys. */
export interface CodedKey {
  code: number
  /** What it is with Shift, if the terminal said so. */
  shifted?: number
  /** What it is on a standard US keyboard. */
  base?: number
  modifiers: number
  event: KeyPress['event']
  /** What it types, if the terminal said so. */
  text?: string
}

/** Everything but `raw` of the key press. Keys without a name here keep their code, for programs that know it. */
export function keyOfCode(coded: CodedKey): Omit<KeyPress, 'raw'> {
  const { code, modifiers, event, base } = coded
  const named = NAMES.get(code)
  if (named) {
    const press = { descriptor: formatKey({ name: named.name, modifiers }), event, keypad: named.keypad, modifiers }
    const text = named.name === 'space' ? ' ' : isCharacter(named.name) ? named.name : undefined
    return typesText(modifiers) && text !== undefined ? { ...press, text } : press
  }
  if (!isPrintable(code)) return { descriptor: '', event, code, modifiers }
  const key = characterKey(coded)
  const press = { descriptor: formatKey(key), event, code: unshifted(coded), modifiers, baseCode: base }
  return typesText(modifiers) ? { ...press, text: coded.text ?? typed(key) } : press
}

/** The key of a character that was typed, with Shift told from its being upper case. */
export function keyOfCharacter(character: string, modifiers: number): Key {
  const lower = character.toLowerCase()
  const isUpper = lower !== character && lower.toUpperCase() === character && isCharacter(lower)
  return isUpper ? { name: lower, modifiers: modifiers | SHIFT } : { name: character, modifiers }
}

/** The name that keymaps should match: what Shift makes of a sign, and the Latin letter of a shortcut in other scripts. */
function characterKey({ code, shifted, base, modifiers, text }: CodedKey): Key {
  const shortcut = (modifiers & ~SHIFT) !== 0
  if (shortcut && code > 0x7f && base !== undefined && isPrintable(base)) {
    return keyOfCharacter(String.fromCodePoint(base), modifiers)
  }
  if (!shortcut && text !== undefined && isCharacter(text)) return keyOfCharacter(text, 0)
  const key = keyOfCharacter(String.fromCodePoint(code), modifiers)
  if ((modifiers & SHIFT) === 0 || isLetter(key.name)) return key
  if (shifted !== undefined && isPrintable(shifted)) {
    return keyOfCharacter(String.fromCodePoint(shifted), modifiers & ~SHIFT)
  }
  return key
}

/** modifyOtherKeys tells of the shifted letter where the kitty protocol, and programs behind us, want the other. */
function unshifted({ code }: CodedKey): number {
  return keyOfCharacter(String.fromCodePoint(code), 0).name.codePointAt(0)!
}

function typed({ name, modifiers }: Key): string {
  return modifiers & SHIFT ? name.toUpperCase() : name
}

function typesText(modifiers: number): boolean {
  return (modifiers & ~SHIFT) === 0
}

function isLetter(name: string): boolean {
  return name.toUpperCase() !== name.toLowerCase()
}

/** Not a control, a surrogate, or in the private area that the kitty protocol numbers its keys from. */
function isPrintable(code: number): boolean {
  if (code < 0x20 || (code >= 0x7f && code < 0xa0) || code > 0x10ffff) return false
  return !(code >= 0xd800 && code < 0xe000) && !(code >= 57344 && code <= 63743)
}

const NAMES: ReadonlyMap<number, { name: string; keypad?: boolean }> = new Map([
  ...Object.entries(CONTROL_KEYS).map(([name, code]) => [code, { name }] as const),
  [8, { name: 'backspace' }] as const,
  ...Object.entries(KITTY_KEYPAD).map(([name, code]) => [code, { name, keypad: true }] as const),
  ...Array.from({ length: 23 }, (_, index) => [KITTY_F13 + index, { name: `f${13 + index}` }] as const),
])
