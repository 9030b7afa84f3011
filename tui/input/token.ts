/** One indivisible piece of input: bytes from `start` to `end`. */
export interface Token {
  kind:
    | 'character' // one code point of UTF-8
    | 'control' // C0 or DEL
    | 'invalid' // bytes that are no UTF-8, or a sequence broken off
    | 'escape' // the Escape key
    | 'csi'
    | 'ss3'
    | 'string' // OSC, DCS or APC with its terminator; no terminal sends PM or SOS
    | 'mouse' // X10 mouse report: CSI M and three bytes
  start: number
  end: number
  /** An escape stood before it: Alt was held. */
  alt: boolean
}

/** Bytes of a control sequence at most; the longest real one, a key with its text, has about 60. */
const MAX_SEQUENCE = 256
/** Bytes of a string at most: answers to our own queries are short, the rest is not for us. */
const MAX_STRING = 65_536

const ESC = 0x1b

/** The token at `start`, or undefined when its end has not come yet. */
export function nextToken(bytes: Uint8Array, start: number): Token | undefined {
  const first = bytes[start]
  if (first === undefined) return undefined
  if (first !== ESC) return plainToken(bytes, start, start)
  switch (bytes[start + 1]) {
    case undefined:
      return undefined
    case 0x5b: // [
      return csiToken(bytes, start, start + 2)
    case 0x4f: // O
      return ss3Token(bytes, start, start + 2)
    case 0x5d: // ]
    case 0x50: // P
    case 0x5f: // _
      return stringToken(bytes, start)
    case ESC:
      return doubleEscape(bytes, start)
    default: {
      const token = plainToken(bytes, start, start + 1)
      return token?.kind === 'invalid' ? { kind: 'escape', start, end: start + 1, alt: false } : token
    }
  }
}

/**
 * The token at `start` when nothing more came for a while: what looks like the beginning of a sequence was typed, such
 * as Escape or Alt+[. A sequence that broke off in its middle is one invalid token.
 */
export function finalToken(bytes: Uint8Array, start: number): Token {
  const token = nextToken(bytes, start)
  if (token) return token
  if (bytes[start] !== ESC) return { kind: 'invalid', start, end: bytes.length, alt: false }
  const length = bytes.length - start
  if (length === 1 || bytes[start + 1] === ESC) return { kind: 'escape', start, end: start + 1, alt: false }
  if (length === 2 && bytes[start + 1]! < 0x80) return { kind: 'character', start, end: start + 2, alt: true }
  return { kind: 'invalid', start, end: bytes.length, alt: false }
}

/** rxvt and others put a second escape before a key's sequence for Alt; before anything else it is a key of its own. */
function doubleEscape(bytes: Uint8Array, start: number): Token | undefined {
  const next = bytes[start + 2]
  if (next === undefined) return undefined
  const sequence = next === 0x5b || next === 0x4f ? nextToken(bytes, start + 1) : null
  if (sequence === undefined) return undefined
  if (sequence?.kind === 'ss3' || (sequence?.kind === 'csi' && isPlainKey(bytes, sequence))) {
    return { ...sequence, start, alt: true }
  }
  return { kind: 'escape', start, end: start + 1, alt: false }
}

/** Not a paste, a report or an answer that happens to follow the Escape key. */
function isPlainKey(bytes: Uint8Array, { start, end }: Token): boolean {
  return /^\d{0,2}(;\d+)?[A-HPQRSZa-d~^$@]$/.test(String.fromCharCode(...bytes.subarray(start + 2, end)))
}

/** A character or control at `at`; `start` is there too or at the escape before it. */
function plainToken(bytes: Uint8Array, start: number, at: number): Token | undefined {
  const first = bytes[at]!
  const alt = at > start
  if (first < 0x20 || first === 0x7f) return { kind: 'control', start, end: at + 1, alt }
  if (first < 0x80) return { kind: 'character', start, end: at + 1, alt }
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2
  if (first < 0xc2 || first > 0xf4) return { kind: 'invalid', start, end: at + 1, alt }
  for (let offset = 1; offset < length; offset++) {
    const byte = bytes[at + offset]
    if (byte === undefined) return undefined
    const [lowest, highest] = offset === 1 ? secondByte(first) : [0x80, 0xbf]
    if (byte < lowest || byte > highest) return { kind: 'invalid', start, end: at + offset, alt }
  }
  return { kind: 'character', start, end: at + length, alt }
}

/** Bounds that exclude overlong forms, surrogates and what lies beyond U+10FFFF (RFC 3629). */
function secondByte(first: number): [number, number] {
  if (first === 0xe0) return [0xa0, 0xbf]
  if (first === 0xed) return [0x80, 0x9f]
  if (first === 0xf0) return [0x90, 0xbf]
  if (first === 0xf4) return [0x80, 0x8f]
  return [0x80, 0xbf]
}

function csiToken(bytes: Uint8Array, start: number, from: number): Token | undefined {
  let at = from
  if (bytes[at] === 0x5b) return linuxFunctionKey(bytes, start, at + 1)
  if (bytes[at] === 0x4d) {
    return bytes.length < at + 4 ? undefined : { kind: 'mouse', start, end: at + 4, alt: false }
  }
  for (; at < bytes.length; at++) {
    const byte = bytes[at]!
    if (byte >= 0x40 && byte <= 0x7e) return { kind: 'csi', start, end: at + 1, alt: false }
    if (isRxvtShift(bytes, from, at)) return { kind: 'csi', start, end: at + 1, alt: false }
    if (byte < 0x20 || byte > 0x7e || at - start >= MAX_SEQUENCE) return { kind: 'invalid', start, end: at, alt: false }
  }
  return undefined
}

/** rxvt ends the sequence of a key held with Shift with `$`, which otherwise never ends one: `CSI 3 $`. */
function isRxvtShift(bytes: Uint8Array, from: number, at: number): boolean {
  if (bytes[at] !== 0x24 || at === from) return false
  for (let digit = from; digit < at; digit++) if (bytes[digit]! < 0x30 || bytes[digit]! > 0x39) return false
  return true
}

/** The Linux console writes F1 to F5 as `CSI [ A` to `CSI [ E`. */
function linuxFunctionKey(bytes: Uint8Array, start: number, at: number): Token | undefined {
  const letter = bytes[at]
  if (letter === undefined) return undefined
  const valid = letter >= 0x41 && letter <= 0x45
  return { kind: valid ? 'csi' : 'invalid', start, end: valid ? at + 1 : at, alt: false }
}

/** `SS3 A`, or with a modifier digit `SS3 5 A`. What follows no known key is Alt+O and another key. */
function ss3Token(bytes: Uint8Array, start: number, from: number): Token | undefined {
  let at = from
  while (bytes[at] !== undefined && bytes[at]! >= 0x30 && bytes[at]! <= 0x39 && at - from < 2) at++
  const letter = bytes[at]
  if (letter === undefined) return undefined
  if (SS3_FINALS.has(letter)) return { kind: 'ss3', start, end: at + 1, alt: false }
  return { kind: 'character', start, end: from, alt: true }
}

const SS3_FINALS = new Set(Buffer.from('ABCDEFHMPQRSXabcdjklmnopqrstuvwxy'))

function stringToken(bytes: Uint8Array, start: number): Token | undefined {
  for (let at = start + 2; at < bytes.length; at++) {
    const byte = bytes[at]!
    if (byte === 0x07 || byte === 0x18 || byte === 0x1a) return { kind: 'string', start, end: at + 1, alt: false }
    if (byte === ESC) {
      if (at + 1 === bytes.length) return undefined
      const terminated = bytes[at + 1] === 0x5c
      return { kind: terminated ? 'string' : 'invalid', start, end: terminated ? at + 2 : at, alt: false }
    }
    if (at - start >= MAX_STRING) return { kind: 'string', start, end: at, alt: false }
  }
  return undefined
}
