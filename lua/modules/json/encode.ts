/** Lua values to JSON text, byte for byte. */
import type { BindParts } from '../../vm/bind.ts'
import { LUA, type LuaApi, type MemoryBytes, type State } from '../../vm/engine.ts'
import { ConversionError, pathOf } from '../../vm/read.ts'

/** Tables within each other; what contains itself ends here. */
const MOST_DEPTH = 512
/** A list may be this much longer than what it holds before holes are taken for a mistake. */
const MOST_HOLES = 16
/** Values of one text. Few tables that contain each other twice are many when they are written out. */
const MOST_VALUES = 4_000_000

export class Encoder {
  readonly #parts: BindParts
  readonly #api: LuaApi
  #out = Buffer.allocUnsafe(1024) as MemoryBytes
  #length = 0
  #count = 0
  #indent: string | undefined
  readonly #path: (string | number)[] = []

  constructor(parts: BindParts) {
    this.#parts = parts
    this.#api = parts.engine.api
  }

  /** The JSON of the value at `index`. `indent` makes it one entry a line. Throws ConversionError naming the path. */
  encode(L: State, index: number, indent?: string): Uint8Array {
    this.#length = 0
    this.#count = 0
    this.#indent = indent
    this.#path.length = 0
    try {
      this.#value(L, this.#api.lua_absindex(L, index))
    } catch (error) {
      if (!(error instanceof ConversionError)) throw error
      const path = pathOf(this.#path)
      throw path === '' ? error : new ConversionError(`${error.message} (at ${path})`)
    }
    return this.#out.subarray(0, this.#length)
  }

  #value(L: State, index: number): void {
    const api = this.#api
    if (++this.#count > MOST_VALUES) throw new ConversionError(`more than ${MOST_VALUES} values have no JSON form`)
    const type = api.lua_type(L, index)
    switch (type) {
      case LUA.TNIL:
      case LUA.TNONE:
        return this.#ascii('null')
      case LUA.TBOOLEAN:
        return this.#ascii(api.lua_toboolean(L, index) !== 0 ? 'true' : 'false')
      case LUA.TNUMBER:
        return this.#number(L, index)
      case LUA.TSTRING:
        return this.#string(L, index)
      case LUA.TTABLE:
        return this.#table(L, index)
      case LUA.TLIGHTUSERDATA:
        if (api.lua_touserdata(L, index) === 0) return this.#ascii('null')
    }
    const names = ['', '', 'light userdata', '', '', '', 'function', 'handle', 'coroutine']
    throw new ConversionError(`a ${names[type]} has no JSON form`)
  }

  #number(L: State, index: number): void {
    const value = this.#api.lua_tonumberx(L, index, 0)
    if (this.#api.lua_isinteger(L, index) !== 0) return this.#ascii(String(this.#api.lua_tointegerx(L, index, 0)))
    if (!Number.isFinite(value))
      throw new ConversionError(`${Number.isNaN(value) ? 'nan' : 'infinity'} has no JSON form`)
    // A whole float stays a float when read back.
    const text = Object.is(value, -0) ? '-0.0' : String(value)
    this.#ascii(/[.e]/.test(text) ? text : `${text}.0`)
  }

  #table(L: State, index: number): void {
    const api = this.#api
    if (this.#path.length >= MOST_DEPTH)
      throw new ConversionError(`tables nested more than ${MOST_DEPTH} deep (or within themselves) have no JSON form`)
    if (api.lua_checkstack(L, 10) === 0) throw new ConversionError('no room on the Lua stack')
    const { keys, highest } = this.#keysOf(L, index)
    if (keys.length === 0 && !(highest > 0 || this.#parts.reader.isMarkedArray(L, index))) return this.#ascii('{}')
    if (keys.length === 0) this.#list(L, index, highest)
    else this.#fields(L, index, keys)
  }

  /** String keys in order, or the highest position of a list. */
  #keysOf(L: State, index: number): { keys: Key[]; highest: number } {
    const api = this.#api
    const keys: Key[] = []
    let highest = 0
    let count = 0
    api.lua_pushnil(L)
    while (api.lua_next(L, index) !== 0) {
      api.lua_settop(L, -2)
      const type = api.lua_type(L, -1)
      if (type === LUA.TSTRING) {
        keys.push(this.#parts.strings.key(L, -1) ?? this.#parts.strings.bytes(L, -1))
        continue
      }
      const key = type === LUA.TNUMBER ? api.lua_tonumberx(L, -1, 0) : 0
      if (!Number.isInteger(key) || key < 1)
        throw new ConversionError('a table with keys other than strings or 1…n has no JSON form')
      count++
      highest = Math.max(highest, key)
    }
    if (keys.length > 0 && count > 0)
      throw new ConversionError('a table with both positions and names has no JSON form')
    if (highest > count * MOST_HOLES)
      throw new ConversionError(`a list of ${count} that reaches to position ${highest} has no JSON form`)
    return { keys: inOrder(keys), highest }
  }

  #list(L: State, index: number, highest: number): void {
    const api = this.#api
    this.#byte(0x5b)
    for (let i = 1; i <= highest; i++) {
      this.#separate(i === 1)
      this.#path.push(i)
      api.lua_rawgeti(L, index, BigInt(i))
      this.#value(L, api.lua_gettop(L))
      api.lua_settop(L, -2)
      this.#path.pop()
    }
    if (highest > 0) this.#newLine(0)
    this.#byte(0x5d)
  }

  #fields(L: State, index: number, keys: readonly Key[]): void {
    const api = this.#api
    this.#byte(0x7b)
    for (const [i, key] of keys.entries()) {
      this.#separate(i === 0)
      if (typeof key === 'string') this.#parts.strings.pushKey(L, key)
      else this.#parts.strings.pushBytes(L, key)
      this.#string(L, -1)
      this.#byte(0x3a)
      if (this.#indent !== undefined) this.#byte(0x20)
      this.#path.push(String(key))
      api.lua_rawget(L, index)
      this.#value(L, api.lua_gettop(L))
      api.lua_settop(L, -2)
      this.#path.pop()
    }
    this.#newLine(0)
    this.#byte(0x7d)
  }

  #separate(isFirst: boolean): void {
    if (!isFirst) this.#byte(0x2c)
    this.#newLine(1)
  }

  #newLine(deeper: number): void {
    if (this.#indent === undefined) return
    this.#ascii(`\n${this.#indent.repeat(this.#path.length + deeper)}`)
  }

  #string(L: State, index: number): void {
    const { strings, engine } = this.#parts
    const pointer = strings.locate(L, index)
    const length = strings.lastLength
    // Every byte may become six.
    this.#room(length * 6 + 2)
    const out = this.#out
    let at = this.#length
    out[at++] = 0x22
    for (let i = pointer; i < pointer + length; i++) {
      const byte = engine.bytes[i]!
      if (byte >= 0x20 && byte !== 0x22 && byte !== 0x5c && byte !== 0x7f) out[at++] = byte
      else at += out.latin1Write(escaped(byte), at, 6)
    }
    out[at++] = 0x22
    this.#length = at
  }

  #ascii(text: string): void {
    this.#room(text.length)
    this.#length += this.#out.latin1Write(text, this.#length, text.length)
  }

  #byte(byte: number): void {
    this.#room(1)
    this.#out[this.#length++] = byte
  }

  #room(bytes: number): void {
    if (this.#length + bytes <= this.#out.length) return
    const larger = Buffer.allocUnsafe(Math.max(this.#out.length * 2, this.#length + bytes)) as MemoryBytes
    larger.set(this.#out.subarray(0, this.#length))
    this.#out = larger
  }
}

/** Text, or bytes that are none. */
type Key = string | Uint8Array

function inOrder(keys: Key[]): Key[] {
  return keys.every((key) => typeof key === 'string')
    ? keys.sort()
    : keys.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
}

function escaped(byte: number): string {
  switch (byte) {
    case 0x22:
      return '\\"'
    case 0x5c:
      return '\\\\'
    case 0x08:
      return '\\b'
    case 0x09:
      return '\\t'
    case 0x0a:
      return '\\n'
    case 0x0c:
      return '\\f'
    case 0x0d:
      return '\\r'
    default:
      return `\\u${byte.toString(16).padStart(4, '0')}`
  }
}
