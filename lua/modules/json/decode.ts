/** JSON text to Lua values, straight from bytes to the Lua stack: nothing is lost on a way through JavaScript values. */
import type { BindParts } from '../../vm/bind.ts'
import type { LuaApi, State } from '../../vm/engine.ts'
import { integer } from '../../vm/push.ts'

/** Arrays and objects within each other. */
const MOST_DEPTH = 512
/** Bytes of buffer kept from one decoding to the next. */
const KEPT_BUFFER = 1 << 18
const GREATEST = 2n ** 63n - 1n
const LEAST = -(2n ** 63n)

/** Text that is not JSON; the message says where. */
export class JsonError extends Error {
  override name = 'JsonError'
}

/** What null becomes: nothing at all, or the null marker. */
export type Nulls = 'nil' | 'marker'

export class Decoder {
  readonly #parts: BindParts
  readonly #api: LuaApi
  readonly #nulls: Nulls
  #bytes: Uint8Array = new Uint8Array()
  #buffer = Buffer.allocUnsafeSlow(4096)
  #at = 0
  #depth = 0

  constructor(parts: BindParts, nulls: Nulls) {
    this.#parts = parts
    this.#api = parts.engine.api
    this.#nulls = nulls
  }

  /** Pushes the value that the string at `index` describes. Throws JsonError; the stack is then the caller's to clear. */
  decode(L: State, index: number): void {
    const bytes = this.#copy(L, index)
    this.#bytes = bytes
    this.#at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
    this.#depth = 0
    this.#skipSpace()
    this.#value(L)
    this.#skipSpace()
    if (this.#at < bytes.length) this.#fail('unexpected text after the value')
  }

  /** A copy, since Lua's memory may move as values are made; into the same buffer each time, to spare the collector. */
  #copy(L: State, index: number): Uint8Array {
    const { strings, engine } = this.#parts
    const pointer = strings.locate(L, index)
    const length = strings.lastLength
    const isLarge = length > KEPT_BUFFER
    if (!isLarge && length > this.#buffer.length)
      this.#buffer = Buffer.allocUnsafeSlow(Math.min(KEPT_BUFFER, length * 2))
    const target = isLarge ? Buffer.allocUnsafeSlow(length) : this.#buffer
    target.set(engine.bytes.subarray(pointer, pointer + length))
    return target.subarray(0, length)
  }

  #value(L: State): void {
    switch (this.#bytes[this.#at] ?? 0) {
      case 0x7b:
        return this.#object(L)
      case 0x5b:
        return this.#array(L)
      case 0x22:
        return this.#string(L)
      case 0x74:
        this.#word('true')
        return this.#api.lua_pushboolean(L, 1)
      case 0x66:
        this.#word('false')
        return this.#api.lua_pushboolean(L, 0)
      case 0x6e:
        this.#word('null')
        if (this.#nulls === 'nil') return this.#api.lua_pushnil(L)
        return this.#api.lua_pushlightuserdata(L, 0)
      default:
        return this.#number(L)
    }
  }

  #object(L: State): void {
    const api = this.#api
    this.#enter(L)
    api.lua_createtable(L, 0, 4)
    if (this.#next() === 0x7d) return this.#leave()
    for (;;) {
      if (this.#bytes[this.#at] !== 0x22) this.#fail('expected a name in quotes')
      this.#string(L)
      this.#skipSpace()
      if (this.#bytes[this.#at] !== 0x3a) this.#fail("expected ':'")
      this.#next()
      this.#value(L)
      api.lua_rawset(L, -3)
      this.#skipSpace()
      const byte = this.#bytes[this.#at]
      if (byte === 0x7d) return this.#leave()
      if (byte !== 0x2c) this.#fail("expected ',' or '}'")
      this.#next()
    }
  }

  #array(L: State): void {
    const api = this.#api
    this.#enter(L)
    api.lua_createtable(L, 4, 0)
    this.#parts.writer.markArray(L)
    if (this.#next() === 0x5d) return this.#leave()
    for (let position = 1n; ; position++) {
      this.#value(L)
      api.lua_rawseti(L, -2, position)
      this.#skipSpace()
      const byte = this.#bytes[this.#at]
      if (byte === 0x5d) return this.#leave()
      if (byte !== 0x2c) this.#fail("expected ',' or ']'")
      this.#next()
    }
  }

  #string(L: State): void {
    const start = ++this.#at
    const bytes = this.#bytes
    for (;;) {
      const byte = bytes[this.#at]
      if (byte === 0x22) break
      if (byte === 0x5c) return this.#escapedString(L, start)
      if (byte === undefined || byte < 0x20)
        this.#fail(byte === undefined ? 'unfinished string' : 'control character in a string')
      this.#at++
    }
    this.#parts.strings.pushBytes(L, bytes.subarray(start, this.#at++))
  }

  #escapedString(L: State, start: number): void {
    const bytes = this.#bytes
    // Escapes only ever get shorter.
    const end = this.#endOfString()
    const out = Buffer.allocUnsafe(end - start)
    out.set(bytes.subarray(start, this.#at))
    let length = this.#at - start
    while (this.#at < end) {
      const byte = bytes[this.#at++]!
      if (byte < 0x20) this.#fail('control character in a string')
      if (byte !== 0x5c) {
        out[length++] = byte
        continue
      }
      length += this.#escape(out, length)
    }
    this.#at = end + 1
    this.#parts.strings.pushBytes(L, out.subarray(0, length))
  }

  #endOfString(): number {
    let at = this.#at
    while (this.#bytes[at] !== 0x22) {
      if (this.#bytes[at] === undefined) this.#fail('unfinished string')
      at += this.#bytes[at] === 0x5c ? 2 : 1
    }
    return at
  }

  /** Writes what the escape after a backslash stands for; returns its length. */
  #escape(out: Buffer, at: number): number {
    const letter = String.fromCharCode(this.#bytes[this.#at++]!)
    const plain = ESCAPES[letter]
    if (plain !== undefined) {
      out[at] = plain
      return 1
    }
    if (letter !== 'u') this.#fail(`unknown escape '\\${letter}'`)
    let code = this.#hex()
    if (code >= 0xd800 && code < 0xdc00 && this.#bytes[this.#at] === 0x5c && this.#bytes[this.#at + 1] === 0x75) {
      const before = this.#at
      this.#at += 2
      const low = this.#hex()
      if (low >= 0xdc00 && low < 0xe000) code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00)
      else this.#at = before
    }
    // Half of a pair alone is no character.
    if (code >= 0xd800 && code < 0xe000) code = 0xfffd
    return out.write(String.fromCodePoint(code), at)
  }

  #hex(): number {
    const digits = Buffer.from(this.#bytes.subarray(this.#at, this.#at + 4)).toString('latin1')
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) this.#fail("expected four hex digits after '\\u'")
    this.#at += 4
    return Number.parseInt(digits, 16)
  }

  #number(L: State): void {
    if (this.#smallInteger(L)) return
    const start = this.#at
    let end = start
    while (NUMBER_BYTES.has(this.#bytes[end]!)) end++
    const text = Buffer.from(this.#bytes.subarray(start, end)).toString('latin1')
    if (!/^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text))
      this.#fail(end === start ? 'expected a value' : `malformed number '${text}'`)
    this.#at = end
    if (!/^-?\d+$/.test(text) || text === '-0') return this.#api.lua_pushnumber(L, Number(text))
    if (text.length < 16) return this.#parts.writer.pushNumber(L, Number(text))
    const exact = BigInt(text)
    if (exact > GREATEST || exact < LEAST) this.#api.lua_pushnumber(L, Number(text))
    else this.#api.lua_pushinteger(L, exact)
  }

  /** The usual number, read digit by digit: no sign, no fraction, below 10^15. */
  #smallInteger(L: State): boolean {
    let value = 0
    let end = this.#at
    for (; end - this.#at < 15; end++) {
      const digit = this.#bytes[end]! - 0x30
      if (!(digit >= 0 && digit <= 9)) break
      value = value * 10 + digit
    }
    const length = end - this.#at
    const isPlain =
      length > 0 && !NUMBER_BYTES.has(this.#bytes[end]!) && (length === 1 || this.#bytes[this.#at] !== 0x30)
    if (!isPlain) return false
    this.#at = end
    this.#api.lua_pushinteger(L, integer(value))
    return true
  }

  #word(word: string): void {
    for (let i = 0; i < word.length; i++) {
      if (this.#bytes[this.#at + i] !== word.charCodeAt(i)) this.#fail('expected a value')
    }
    this.#at += word.length
  }

  #enter(L: State): void {
    if (++this.#depth > MOST_DEPTH) this.#fail(`nested more than ${MOST_DEPTH} deep`)
    if (this.#api.lua_checkstack(L, 8) === 0) this.#fail('no room on the Lua stack')
  }

  #leave(): void {
    this.#depth--
    this.#at++
  }

  /** Steps over the byte it is at and spaces after it; returns the next byte. */
  #next(): number | undefined {
    this.#at++
    this.#skipSpace()
    return this.#bytes[this.#at]
  }

  #skipSpace(): void {
    const bytes = this.#bytes
    for (;;) {
      const byte = bytes[this.#at]
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return
      this.#at++
    }
  }

  #fail(what: string): never {
    const before = Buffer.from(this.#bytes.subarray(0, this.#at)).toString('latin1')
    const line = before.split('\n').length
    const column = this.#at - before.lastIndexOf('\n')
    throw new JsonError(`${what} at line ${line}, column ${column}`)
  }
}

const ESCAPES: Readonly<Record<string, number>> = { '"': 0x22, '\\': 0x5c, '/': 0x2f, b: 8, f: 12, n: 10, r: 13, t: 9 }
const NUMBER_BYTES: ReadonlySet<number> = new Set(Buffer.from('0123456789+-.eE'))
