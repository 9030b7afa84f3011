/** Modifier bits as in the kitty keyboard protocol; a sequence carries them plus one. */
export const SHIFT = 1
export const ALT = 2
export const CTRL = 4
export const SUPER = 8
const HYPER = 16
const META = 32

/**
 * A key and what is held with it. `name` is the character of a key that types one (without Shift in letters, "a"), or
 * one of: enter tab escape space backspace delete insert up down left right home end pageup pagedown f1 … f35.
 */
export interface Key {
  name: string
  /** Bits of SHIFT, ALT, CTRL, SUPER, HYPER, META. */
  modifiers: number
}

/**
 * The descriptor of a key, the one spelling that keymaps use: "ctrl+shift+alt+x" in this order. Shift is part of what
 * is typed, so that Shift and a letter alone are "A"; Shift+Tab alone is "backtab".
 */
export function formatKey({ name, modifiers }: Key): string {
  if (modifiers === SHIFT && name === 'tab') return 'backtab'
  if (modifiers === SHIFT && isLetter(name)) return name.toUpperCase()
  let prefix = ''
  for (const [modifier, bit] of MODIFIERS) if (modifiers & bit) prefix += `${modifier}+`
  return prefix + name
}

/** Reads a descriptor, with its modifiers in any order. Undefined when it is empty or names an unknown modifier. */
export function parseKey(descriptor: string): Key | undefined {
  const parts = descriptor.match(/^((?:[a-z]+\+)*)(.+)$/su)
  if (!parts) return undefined
  const [, held = '', last = ''] = parts
  let modifiers = 0
  for (const modifier of held.split('+').slice(0, -1)) {
    const bit = MODIFIERS.find(([name]) => name === modifier)?.[1]
    if (bit === undefined) return undefined
    modifiers |= bit
  }
  if (last === 'backtab') return { name: 'tab', modifiers: modifiers | SHIFT }
  if (last === ' ') return { name: 'space', modifiers }
  if (isUpperCase(last)) return { name: last.toLowerCase(), modifiers: modifiers | SHIFT }
  return { name: last, modifiers }
}

const MODIFIERS: readonly (readonly [string, number])[] = [
  ['ctrl', CTRL],
  ['shift', SHIFT],
  ['alt', ALT],
  ['super', SUPER],
  ['hyper', HYPER],
  ['meta', META],
]

/** A character with one upper-case form that leads back to it: "ß" has none. */
function isLetter(name: string): boolean {
  return isCharacter(name) && isUpperCase(name.toUpperCase())
}

function isUpperCase(text: string): boolean {
  return isCharacter(text) && text.toLowerCase() !== text && text.toLowerCase().toUpperCase() === text
}

/** Whether a key's name is the character it types, and not a word. */
export function isCharacter(name: string): boolean {
  return name.length === (name.codePointAt(0)! > 0xffff ? 2 : 1)
}
