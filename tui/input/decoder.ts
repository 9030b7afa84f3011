import { ALT, formatKey } from '../../screen/key-descriptor.ts'
import { controlKey } from './control.ts'
import { csiEvent, LETTER_KEYS, mouseOf, unknown } from './csi.ts'
import type { InputEvent } from './event.ts'
import { keyOfCharacter } from './key-code.ts'
import { PasteCollector } from './paste.ts'
import { stringReply } from './reply.ts'
import { finalToken, nextToken, type Token } from './token.ts'

export type { InputEvent, KeyEvent, TerminalReply } from './event.ts'

/** After this long a lone escape is the Escape key: terminals write sequences in one go, people do not. */
const ESCAPE_MS = 25
/** After this long `ESC [` and the like are Alt and a key; rarer than Escape, so that slow lines get more time. */
const PREFIX_MS = 100
/** After this long a sequence broke off. */
const SEQUENCE_MS = 1000

/** Calls back after some milliseconds; the returned function prevents it. */
export type Timer = (callback: () => void, milliseconds: number) => () => void

/**
 * Turns the bytes of the user's terminal into keys, pastes, mouse and focus events, and answers to queries. How the
 * bytes are split over reads makes no difference, as long as they come in time.
 */
export class InputDecoder implements Disposable {
  readonly #onEvent: (event: InputEvent) => void
  readonly #timer: Timer
  readonly #paste: PasteCollector
  #pending: Uint8Array = new Uint8Array(0)
  #pasting = false
  #cancelTimer: (() => void) | undefined

  /** `timer` is for tests. */
  constructor(onEvent: (event: InputEvent) => void, timer: Timer = timeoutAfterReads) {
    this.#onEvent = onEvent
    this.#timer = timer
    this.#paste = new PasteCollector((data) => {
      this.#pasting = false
      onEvent({ type: 'paste', data })
    })
  }

  /** Takes what was read. */
  feed(read: Uint8Array): void {
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
    const bytes = joined(this.#pending, read)
    this.#pending = bytes.slice(this.#decode(bytes, nextToken))
    if (this.#pending.length > 0) this.#cancelTimer = this.#timer(() => this.flush(), patience(this.#pending))
  }

  /** Decides what is incomplete, as after a pause. */
  flush(): void {
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
    const bytes = this.#pending
    this.#pending = new Uint8Array(0)
    this.#decode(bytes, finalToken)
  }

  [Symbol.dispose](): void {
    this.#cancelTimer?.()
  }

  /** Returns how far it came. */
  #decode(bytes: Uint8Array, next: (bytes: Uint8Array, start: number) => Token | undefined): number {
    let at = 0
    while (at < bytes.length) {
      if (this.#pasting) {
        const end = this.#paste.feed(bytes, at)
        if (end < 0) return bytes.length
        at = end
        continue
      }
      const token = next(bytes, at)
      if (!token) return at
      at = token.end
      const raw = bytes.slice(token.start, token.end)
      if (token.kind === 'csi' && isSequence(raw, PASTE_START)) this.#pasting = true
      else if (token.kind !== 'csi' || !isSequence(raw, PASTE_END)) this.#onEvent(eventOf(token, raw))
    }
    return at
  }
}

const PASTE_START = '\x1b[200~'
const PASTE_END = '\x1b[201~' // without a start: the rest of something we did not see
const utf8 = new TextDecoder()

/** Waits for reads that are due before it decides: a busy process may see its timer before bytes that came earlier. */
function timeoutAfterReads(callback: () => void, milliseconds: number): () => void {
  let immediate: NodeJS.Immediate | undefined
  const timeout = setTimeout(() => {
    immediate = setImmediate(callback)
  }, milliseconds)
  return () => {
    clearTimeout(timeout)
    if (immediate) clearImmediate(immediate)
  }
}

/** As a plain array in any case: slices of a Buffer are not copies. */
function joined(pending: Uint8Array, read: Uint8Array): Uint8Array {
  if (pending.length === 0) return new Uint8Array(read.buffer, read.byteOffset, read.length)
  const bytes = new Uint8Array(pending.length + read.length)
  bytes.set(pending)
  bytes.set(read, pending.length)
  return bytes
}

function patience(pending: Uint8Array): number {
  const escapes = pending[0] === 0x1b && pending[1] === 0x1b ? 2 : 1
  if (pending[0] !== 0x1b || pending.length > escapes + 1) return SEQUENCE_MS
  return pending.length === escapes ? ESCAPE_MS : PREFIX_MS
}

function eventOf(token: Token, raw: Uint8Array): InputEvent {
  const held = token.alt ? ALT : 0
  switch (token.kind) {
    case 'character': {
      const text = utf8.decode(token.alt ? raw.subarray(1) : raw)
      if (text === ' ') return keyEvent({ name: 'space', modifiers: held }, raw, held ? undefined : ' ')
      return keyEvent(keyOfCharacter(text, held), raw, held ? undefined : text)
    }
    case 'control': {
      const { name, modifiers } = controlKey(raw.at(-1)!)
      return keyEvent({ name, modifiers: modifiers | held }, raw)
    }
    case 'escape':
      return keyEvent({ name: 'escape', modifiers: 0 }, raw)
    case 'invalid':
      return unknown(raw)
    case 'csi':
      return csiEvent(latin1(raw.subarray(held ? 3 : 2)), raw, token.alt)
    case 'ss3':
      return ss3Event(latin1(raw.subarray(held ? 3 : 2)), raw, held)
    case 'mouse': {
      const [code, x, y] = [raw[3]! - 32, raw[4]! - 33, raw[5]! - 33]
      const release = (code & 3) === 3 && code < 32 // X10 does not say which button
      return code < 0 ? unknown(raw) : { type: 'mouse', mouse: mouseOf(code, x, y, release) }
    }
    case 'string': {
      const end = raw.at(-1) === 0x5c ? raw.length - 2 : raw.length - 1
      const reply = stringReply(String.fromCharCode(raw[1]!), utf8.decode(raw.subarray(2, end)), raw)
      return { type: 'reply', reply }
    }
  }
}

function keyEvent(key: { name: string; modifiers: number }, raw: Uint8Array, text?: string): InputEvent {
  const event = { type: 'key', descriptor: formatKey(key), event: 'press', raw } as const
  return text === undefined ? event : { ...event, text }
}

/** `SS3 A` and `SS3 5 A`: cursor keys and F1 to F4; the keypad in application mode; rxvt's Ctrl and cursor keys. */
function ss3Event(body: string, raw: Uint8Array, held: number): InputEvent {
  const letter = body.at(-1)!
  const modifiers = held | (body.length > 1 ? Math.max(0, Number(body.slice(0, -1)) - 1) & 7 : 0)
  if (letter in LETTER_KEYS) return keyEvent({ name: LETTER_KEYS[letter]!, modifiers }, raw)
  if (/[a-d]/.test(letter)) {
    return keyEvent({ name: LETTER_KEYS[letter.toUpperCase()]!, modifiers: modifiers | 4 }, raw)
  }
  const name = letter === 'M' ? 'enter' : letter === 'X' ? '=' : '*+,-./0123456789'[letter.charCodeAt(0) - 0x6a]!
  const event = keyEvent({ name, modifiers }, raw, name === 'enter' || modifiers !== 0 ? undefined : name)
  return event.type === 'key' ? { ...event, keypad: true } : event
}

function isSequence(raw: Uint8Array, sequence: string): boolean {
  return raw.length === sequence.length && latin1(raw) === sequence
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes)
}
