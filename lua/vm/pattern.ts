/**
 * Lua patterns (reference manual, section 6.4.1) with a bound on what they may cost. Lua's own matcher is faster but
 * cannot be stopped, and some patterns take it minutes for a few kilobytes; those come here.
 */
import { ArgumentError } from './errors.ts'

/** Steps of one matching, however long the subject: about a second. */
const MOST_STEPS = 100_000_000
/** More steps for each byte of subject. */
const STEPS_PER_BYTE = 32
/** Steps between two looks at the clock. */
const STEPS_PER_TICK = 1 << 16
/** Nested repetitions and captures, as in Lua (MAXCCALLS). */
const MOST_NESTED = 200
/** LUA_MAXCAPTURES */
const MOST_CAPTURES = 32

const UNFINISHED = -1
const POSITION = -2

const [PERCENT, OPEN, CLOSE, DOLLAR, DOT, CARET] = [0x25, 0x28, 0x29, 0x24, 0x2e, 0x5e]
const [BRACKET, UNBRACKET, STAR, PLUS, MINUS, QUESTION] = [0x5b, 0x5d, 0x2a, 0x2b, 0x2d, 0x3f]

const SPECIAL = [...Buffer.from('^$*+?.([%-')]

/** A capture: bytes from `start` to `end`, or (for `()`) the position `start`. */
export interface Capture {
  readonly start: number
  readonly end: number
  readonly isPosition: boolean
}

/** Matches one pattern against one subject; all positions are byte offsets from 0. */
export class Matcher {
  readonly #source: Uint8Array
  readonly #pattern: Uint8Array
  readonly #tick: () => void
  readonly #budget: number
  readonly #starts: number[] = []
  readonly #lengths: number[] = []
  #level = 0
  #depth = 0
  #steps = 0
  readonly #first: number | undefined
  /** Whether the pattern begins with '^'. */
  readonly isAnchored: boolean

  /** `tick` is called now and then and may throw. */
  constructor(source: Uint8Array, pattern: Uint8Array, { anchors, tick }: { anchors: boolean; tick: () => void }) {
    this.#source = source
    this.#pattern = pattern
    this.#tick = tick
    this.#budget = MOST_STEPS + source.length * STEPS_PER_BYTE
    this.isAnchored = anchors && pattern[0] === CARET
    this.#first = this.isAnchored ? undefined : firstByte(pattern)
  }

  /** The next match that begins at `from` or later and does not end at `notEnd`. */
  next(from: number, notEnd = -1): { start: number; end: number } | undefined {
    for (let start = from; start <= this.#source.length; start++) {
      if (this.#first !== undefined) {
        // Only where the first byte stands can anything begin.
        start = this.#source.indexOf(this.#first, start)
        if (start < 0) return undefined
      }
      this.#level = 0
      this.#depth = 0
      const end = this.#match(start, this.isAnchored ? 1 : 0)
      if (end !== -1 && end !== notEnd) return { start, end }
      if (this.isAnchored) return undefined
    }
    return undefined
  }

  /** The captures of the last match; the whole of it if the pattern has none and `whole` is given. */
  captures(whole?: { start: number; end: number }): Capture[] {
    if (this.#level === 0 && whole !== undefined) return [{ ...whole, isPosition: false }]
    return Array.from({ length: this.#level }, (_, i) => this.#capture(i))
  }

  #capture(index: number): Capture {
    const start = this.#starts[index]!
    const length = this.#lengths[index]!
    if (length === UNFINISHED) throw new ArgumentError('unfinished capture')
    return { start, end: start + Math.max(length, 0), isPosition: length === POSITION }
  }

  #match(from: number, at: number): number {
    if (++this.#depth > MOST_NESTED) throw new ArgumentError('pattern too complex')
    try {
      return this.#matchHere(from, at)
    } finally {
      this.#depth--
    }
  }

  /** Where the pattern from `at` on ends when it matches at `from`, else −1. */
  #matchHere(from: number, at: number): number {
    const pattern = this.#pattern
    let source = from
    let item = at
    while (item < pattern.length) {
      this.#step()
      const byte = pattern[item]!
      if (byte === OPEN) return this.#open(source, item)
      if (byte === CLOSE) return this.#close(source, item)
      if (byte === DOLLAR && item + 1 === pattern.length) return source === this.#source.length ? source : -1
      if (byte === PERCENT) {
        const next = pattern[item + 1]
        if (next === 0x62) {
          source = this.#balance(source, item + 2)
          if (source === -1) return -1
          item += 4
          continue
        }
        if (next === 0x66) {
          const end = this.#frontier(source, item + 2)
          if (end === -1) return -1
          item = end
          continue
        }
        if (next !== undefined && next >= 0x30 && next <= 0x39) {
          source = this.#back(source, next)
          if (source === -1) return -1
          item += 2
          continue
        }
      }
      const end = this.#classEnd(item)
      switch (pattern[end] ?? 0) {
        case QUESTION: {
          if (this.#single(source, item, end)) {
            const result = this.#match(source + 1, end + 1)
            if (result !== -1) return result
          }
          item = end + 1
          continue
        }
        case PLUS:
          return this.#single(source, item, end) ? this.#most(source + 1, item, end) : -1
        case STAR:
          return this.#most(source, item, end)
        case MINUS:
          return this.#least(source, item, end)
      }
      if (!this.#single(source, item, end)) return -1
      source++
      item = end
    }
    return source
  }

  #most(from: number, item: number, end: number): number {
    let count = 0
    while (this.#single(from + count, item, end)) count++
    for (; count >= 0; count--) {
      const result = this.#match(from + count, end + 1)
      if (result !== -1) return result
    }
    return -1
  }

  #least(from: number, item: number, end: number): number {
    for (let source = from; ; source++) {
      const result = this.#match(source, end + 1)
      if (result !== -1) return result
      if (!this.#single(source, item, end)) return -1
    }
  }

  #open(source: number, item: number): number {
    const isPosition = this.#pattern[item + 1] === CLOSE
    if (this.#level >= MOST_CAPTURES) throw new ArgumentError('too many captures')
    this.#starts[this.#level] = source
    this.#lengths[this.#level] = isPosition ? POSITION : UNFINISHED
    this.#level++
    const result = this.#match(source, item + (isPosition ? 2 : 1))
    if (result === -1) this.#level--
    return result
  }

  #close(source: number, item: number): number {
    let index = this.#level - 1
    while (index >= 0 && this.#lengths[index] !== UNFINISHED) index--
    if (index < 0) throw new ArgumentError('invalid pattern capture')
    this.#lengths[index] = source - this.#starts[index]!
    const result = this.#match(source, item + 1)
    if (result === -1) this.#lengths[index] = UNFINISHED
    return result
  }

  /** `%bxy` */
  #balance(from: number, item: number): number {
    if (item + 1 >= this.#pattern.length) throw new ArgumentError("malformed pattern (missing arguments to '%b')")
    const [begin, end] = [this.#pattern[item]!, this.#pattern[item + 1]!]
    if (this.#source[from] !== begin) return -1
    let open = 1
    for (let source = from + 1; source < this.#source.length; source++) {
      this.#step()
      const byte = this.#source[source]
      if (byte === end) {
        if (--open === 0) return source + 1
      } else if (byte === begin) open++
    }
    return -1
  }

  /** `%f[set]`: where the pattern goes on, or −1. */
  #frontier(source: number, item: number): number {
    if (this.#pattern[item] !== BRACKET) throw new ArgumentError("missing '[' after '%f' in pattern")
    const end = this.#classEnd(item)
    const before = source === 0 ? 0 : this.#source[source - 1]!
    const here = this.#source[source] ?? 0
    return !this.#inSet(before, item, end - 1) && this.#inSet(here, item, end - 1) ? end : -1
  }

  /** `%1`: what a capture held, again. */
  #back(source: number, digit: number): number {
    const index = digit - 0x31
    if (index < 0 || index >= this.#level || this.#lengths[index] === UNFINISHED) {
      throw new ArgumentError(`invalid capture index %${index + 1} in pattern`)
    }
    const start = this.#starts[index]!
    const length = Math.max(this.#lengths[index]!, 0)
    if (this.#source.length - source < length) return -1
    for (let i = 0; i < length; i++) {
      this.#step()
      if (this.#source[start + i] !== this.#source[source + i]) return -1
    }
    return source + length
  }

  /** Where the single-character class at `item` ends. */
  #classEnd(item: number): number {
    const pattern = this.#pattern
    if (pattern[item] === PERCENT) {
      if (item + 1 >= pattern.length) throw new ArgumentError("malformed pattern (ends with '%')")
      return item + 2
    }
    if (pattern[item] !== BRACKET) return item + 1
    let at = item + 1
    if (pattern[at] === CARET) at++
    // The first ']' belongs to the set.
    do {
      if (at >= pattern.length) throw new ArgumentError("malformed pattern (missing ']')")
      at += pattern[at] === PERCENT ? 2 : 1
    } while (pattern[at] !== UNBRACKET)
    return at + 1
  }

  #single(source: number, item: number, end: number): boolean {
    this.#step()
    if (source >= this.#source.length) return false
    const byte = this.#source[source]!
    switch (this.#pattern[item] ?? 0) {
      case DOT:
        return true
      case PERCENT:
        return isInClass(byte, this.#pattern[item + 1]!)
      case BRACKET:
        return this.#inSet(byte, item, end - 1)
      default:
        return this.#pattern[item] === byte
    }
  }

  /** Whether the set whose '[' is at `open` and whose ']' at `close` has the byte. */
  #inSet(byte: number, open: number, close: number): boolean {
    const pattern = this.#pattern
    let at = open + 1
    const found = pattern[at] !== CARET
    if (!found) at++
    for (; at < close; at++) {
      const first = pattern[at]!
      if (first === PERCENT) {
        at++
        if (isInClass(byte, pattern[at]!)) return found
      } else if (pattern[at + 1] === MINUS && at + 2 < close) {
        at += 2
        if (first <= byte && byte <= pattern[at]!) return found
      } else if (first === byte) return found
    }
    return !found
  }

  #step(): void {
    if (++this.#steps % STEPS_PER_TICK !== 0) return
    if (this.#steps > this.#budget) throw new ArgumentError('pattern too complex for so long a string')
    this.#tick()
  }
}

/** The byte every match begins with, if it is plain from the pattern. */
function firstByte(pattern: Uint8Array): number | undefined {
  const [byte, next] = pattern
  if (byte === undefined || SPECIAL.includes(byte)) return undefined
  return next === STAR || next === MINUS || next === QUESTION ? undefined : byte
}

/** Whether a pattern is only text to look for. */
export function isPlain(pattern: Uint8Array): boolean {
  return !pattern.some((byte) => SPECIAL.includes(byte))
}

/** Classes as isalpha and friends see them in the C locale; a capital letter means all others. */
function isInClass(byte: number, letter: number): boolean {
  const lower = letter | 0x20
  const test = CLASSES[String.fromCharCode(lower)]
  const isLetter = lower >= 0x61 && lower <= 0x7a
  if (!isLetter || test === undefined) return letter === byte
  return test(byte) === (letter === lower)
}

const isDigit = (b: number) => b >= 0x30 && b <= 0x39
const isLower = (b: number) => b >= 0x61 && b <= 0x7a
const isUpper = (b: number) => b >= 0x41 && b <= 0x5a
const isAlpha = (b: number) => isLower(b) || isUpper(b)
const isGraphic = (b: number) => b > 0x20 && b < 0x7f

const CLASSES: Readonly<Record<string, (byte: number) => boolean>> = {
  a: isAlpha,
  c: (b) => b < 0x20 || b === 0x7f,
  d: isDigit,
  g: isGraphic,
  l: isLower,
  p: (b) => isGraphic(b) && !isAlpha(b) && !isDigit(b),
  s: (b) => b === 0x20 || (b >= 0x09 && b <= 0x0d),
  u: isUpper,
  w: (b) => isAlpha(b) || isDigit(b),
  x: (b) => isDigit(b) || (b >= 0x41 && b <= 0x46) || (b >= 0x61 && b <= 0x66),
}
