import { parseKey } from './key-descriptor.ts'
import { encodeKitty } from './key-kitty.ts'
import { encodeLegacy } from './key-legacy.ts'

export { formatKey, type Key, parseKey } from './key-descriptor.ts'

/** A key as the user's terminal reported it. */
export interface KeyPress {
  /** See formatKey; '' for a key without a name here. */
  descriptor: string
  event: 'press' | 'repeat' | 'release'
  /** What it types, if anything. */
  text?: string
  /** The bytes that came from the terminal. */
  raw: Uint8Array
  /** The key's code point without Shift, of which a kitty terminal tells: "/" for "?". */
  code?: number
  /** Modifier bits (key-descriptor.ts) held with `code`, those included that are part of what is typed. */
  modifiers?: number
  /** Code point of the key on a standard US keyboard. */
  baseCode?: number
  /** On the numeric keypad. */
  keypad?: boolean
}

/** The modes of a program that decide how keys are written to it (protocol: terminalModes). */
export interface KeyModes {
  /** DECCKM */
  applicationCursor: boolean
  /** DECKPAM */
  applicationKeypad: boolean
  /** Kitty keyboard protocol: 1 disambiguate, 2 event types, 4 alternate keys, 8 all as escape codes, 16 text. */
  kittyFlags: number
  /** XTMODKEYS 4: 0 to 2. */
  modifyOtherKeys: number
}

/**
 * The bytes a terminal sends to a program with these modes for a key. Empty when they have no way to say it, such as
 * the release of a key to a program that did not ask for releases. A key without a name passes as it came.
 */
export function encodeKey(press: KeyPress, modes: KeyModes): Uint8Array {
  if (isPlainCharacter(press) && modes.kittyFlags === 0 && modes.modifyOtherKeys === 0) return press.raw
  const key = parseKey(press.descriptor)
  if (!key && press.code === undefined) return press.event === 'release' ? NOTHING : press.raw
  const kitty = modes.kittyFlags !== 0 ? encodeKitty(key, press, modes.kittyFlags) : undefined
  if (kitty !== undefined) return utf8.encode(kitty)
  if (!key || press.event === 'release') return NOTHING
  return utf8.encode(encodeLegacy(key, press, modes))
}

/** A character without modifiers, which came as nothing but itself: what a person types nearly always. */
function isPlainCharacter({ descriptor, text, event, raw, keypad }: KeyPress): boolean {
  return event !== 'release' && text === descriptor && raw.length > 0 && raw[0] !== ESCAPE && keypad !== true
}

const utf8 = new TextEncoder()
const NOTHING = new Uint8Array(0)
const ESCAPE = 0x1b
