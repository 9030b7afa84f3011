import { ALT, CTRL, isCharacter, type Key, SHIFT, SUPER } from './key-descriptor.ts'
import { APPLICATION_KEYPAD, CONTROL_KEYS, CURSOR_KEYS, PF_KEYS, TILDE_KEYS } from './key-tables.ts'
import type { KeyModes, KeyPress } from './keys.ts'

/**
 * A key as xterm writes it, with application modes and modifyOtherKeys ("XTerm Control Sequences", "Alt and Meta
 * Keys"). '' when there is no such sequence.
 */
export function encodeLegacy(key: Key, press: KeyPress, modes: KeyModes): string {
  const { name, modifiers } = key
  if (press.keypad && modes.applicationKeypad && modifiers === 0 && name in APPLICATION_KEYPAD) {
    return `\x1bO${APPLICATION_KEYPAD[name]}`
  }
  const suffix = modifiers + 1
  if (name in CURSOR_KEYS) {
    if (modifiers !== 0) return `\x1b[1;${suffix}${CURSOR_KEYS[name]}`
    return `${modes.applicationCursor ? '\x1bO' : '\x1b['}${CURSOR_KEYS[name]}`
  }
  if (name in PF_KEYS) return modifiers === 0 ? `\x1bO${PF_KEYS[name]}` : `\x1b[1;${suffix}${PF_KEYS[name]}`
  if (name in TILDE_KEYS) return `\x1b[${TILDE_KEYS[name]}${modifiers === 0 ? '' : `;${suffix}`}~`
  const other = modes.modifyOtherKeys > 0 ? modifiedOtherKey(key, modes.modifyOtherKeys) : undefined
  if (other !== undefined) return other
  if (modifiers >= SUPER) return '' // held for the window system, not for the program
  const bytes = name in CONTROL_KEYS ? controlKey(name, modifiers) : character(key, press)
  return bytes !== '' && modifiers & ALT ? `\x1b${bytes}` : bytes
}

/** `CSI 27 ; modifiers ; code ~`: at level 2 for all that is modified, at level 1 where legacy bytes say too little. */
function modifiedOtherKey(key: Key, level: number): string | undefined {
  const { name, modifiers } = key
  if (modifiers === 0 || (name === 'tab' && modifiers === SHIFT)) return undefined
  const typesText = isCharacter(name) || name === 'space'
  if (typesText && modifiers === SHIFT) return undefined
  if (!typesText && !(name in CONTROL_KEYS)) return undefined
  if (level === 1) {
    if (modifiers === ALT || name === 'escape') return undefined
    if (name === 'backspace' && (modifiers & ~(CTRL | ALT)) === 0) return undefined
    const hasControl = name === 'space' || CONTROL_CHARACTERS.has(name)
    if (typesText && (modifiers & ~ALT) === CTRL && hasControl) return undefined
    if (typesText && (modifiers & ~ALT) === SHIFT) return undefined
  }
  const shiftedName = modifiers & SHIFT && isCharacter(name) ? name.toUpperCase() : name
  const code = CONTROL_KEYS[name] ?? shiftedName.codePointAt(0)!
  return `\x1b[27;${modifiers + 1};${code}~`
}

function controlKey(name: string, modifiers: number): string {
  if (name === 'tab' && modifiers & SHIFT) return '\x1b[Z'
  if (name === 'space') return modifiers & CTRL ? '\0' : ' '
  if (name === 'backspace') return modifiers & CTRL ? '\b' : '\x7f'
  return String.fromCharCode(CONTROL_KEYS[name]!)
}

function character({ name, modifiers }: Key, press: KeyPress): string {
  if (!isCharacter(name)) return ''
  const control = modifiers & CTRL ? CONTROL_CHARACTERS.get(name) : undefined
  if (control !== undefined) return String.fromCharCode(control)
  if ((modifiers & ~SHIFT) === 0 && press.text !== undefined) return press.text
  return modifiers & SHIFT ? name.toUpperCase() : name
}

/** The control characters of Ctrl and a key, with the digits and signs that terminals have long taken for them. */
const CONTROL_CHARACTERS: ReadonlyMap<string, number> = new Map([
  ...Array.from({ length: 26 }, (_, index) => [String.fromCharCode(97 + index), index + 1] as const),
  ['@', 0],
  ['2', 0],
  ['[', 27],
  ['3', 27],
  ['\\', 28],
  ['4', 28],
  [']', 29],
  ['5', 29],
  ['^', 30],
  ['6', 30],
  ['~', 30],
  ['_', 31],
  ['7', 31],
  ['/', 31],
  ['8', 127],
  ['?', 127],
])
