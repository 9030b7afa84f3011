/** Strings across the border: Lua's are bytes, JavaScript's are text, and neither is bent to fit the other. */
import { isUtf8 } from 'node:buffer'
import { type Engine, LUA, type LuaApi, type Pointer, type State } from './engine.ts'

/** Up to this many ASCII characters a loop is faster than a call into the decoder. */
const BY_HAND = 16
/** Bytes reserved for strings on their way to Lua; longer ones get memory of their own for the moment. */
const SCRATCH = 1 << 16
/** Keys remembered by their address. UI trees and messages use a few hundred. */
const MOST_KEYS = 4096
/** Lua interns strings up to this length (LUAI_MAXSHORTLEN), so that their address identifies them. */
const SHORT = 40

export class Strings {
  readonly #engine: Engine
  readonly #api: LuaApi
  readonly #scratch: Pointer
  readonly #length: Pointer
  /** Registry reference of the table that keeps remembered keys alive, so that no other string takes their address. */
  #anchor = 0n
  readonly #keys = new Map<Pointer, string>()
  readonly #encoded = new Map<string, { pointer: Pointer; length: number }>()

  constructor(engine: Engine) {
    this.#engine = engine
    this.#api = engine.api
    this.#scratch = engine.api.malloc(SCRATCH)
    this.#length = engine.api.malloc(8)
  }

  /** The string at `index` as text, or undefined if it is not valid UTF-8. A number there becomes a string in place. */
  text(L: State, index: number): string | undefined {
    const pointer = this.#api.lua_tolstring(L, index, this.#length)
    return this.#decode(pointer, this.#engine.words[this.#length >> 2]!)
  }

  /** The string at `index` as a copy of its bytes. */
  bytes(L: State, index: number): Uint8Array {
    const pointer = this.#api.lua_tolstring(L, index, this.#length)
    return new Uint8Array(this.#engine.memory.buffer.slice(pointer, pointer + this.#engine.words[this.#length >> 2]!))
  }

  /** The string at `index` as text where it is text, else as bytes. */
  either(L: State, index: number): string | Uint8Array {
    return this.text(L, index) ?? this.bytes(L, index)
  }

  /** The string at `index` for people: what is not UTF-8 shows as U+FFFD. */
  display(L: State, index: number): string {
    const pointer = this.#api.lua_tolstring(L, index, this.#length)
    return this.#engine.bytes.utf8Slice(pointer, pointer + this.#engine.words[this.#length >> 2]!)
  }

  /**
   * The bytes of the string at `index` where they lie: valid until Lua runs or allocates. Returns the address; `length`
   * of the last such call is in `lastLength`.
   */
  locate(L: State, index: number): Pointer {
    return this.#api.lua_tolstring(L, index, this.#length)
  }

  get lastLength(): number {
    return this.#engine.words[this.#length >> 2]!
  }

  /** The table key at `index`, which must be a string; undefined if not valid UTF-8. */
  key(L: State, index: number): string | undefined {
    const api = this.#api
    const pointer = api.lua_tolstring(L, index, this.#length)
    const known = this.#keys.get(pointer)
    if (known !== undefined) return known
    const length = this.#engine.words[this.#length >> 2]!
    const text = this.#decode(pointer, length)
    if (text !== undefined && length <= SHORT) this.#remember(L, index, pointer, text)
    return text
  }

  /** Pushes text as UTF-8. */
  pushText(L: State, text: string): void {
    const length = text.length
    if (length <= BY_HAND && this.#pushAscii(L, text, length)) return
    // A UTF-16 unit takes at most three bytes.
    if (length * 3 <= SCRATCH) {
      const written = this.#engine.bytes.utf8Write(text, this.#scratch, length * 3)
      this.#api.lua_pushlstring(L, this.#scratch, written)
      return
    }
    this.pushBytes(L, Buffer.from(text))
  }

  pushBytes(L: State, bytes: Uint8Array): void {
    const { length } = bytes
    if (length <= SCRATCH) {
      const target = this.#engine.bytes
      if (length > SHORT) target.set(bytes, this.#scratch)
      else for (let i = 0; i < length; i++) target[this.#scratch + i] = bytes[i]!
      this.#api.lua_pushlstring(L, this.#scratch, length)
      return
    }
    const pointer = this.allocate(length)
    try {
      this.#engine.bytes.set(bytes, pointer)
      this.#api.lua_pushlstring(L, pointer, length)
    } finally {
      this.#api.free(pointer)
    }
  }

  /** Pushes a table key; its bytes are kept, since keys repeat. */
  pushKey(L: State, text: string): void {
    let entry = this.#encoded.get(text)
    if (entry === undefined) {
      if (text.length > SHORT || this.#encoded.size >= MOST_KEYS) {
        this.pushText(L, text)
        return
      }
      const bytes = Buffer.from(text)
      const pointer = this.allocate(bytes.length)
      this.#engine.bytes.set(bytes, pointer)
      entry = { pointer, length: bytes.length }
      this.#encoded.set(text, entry)
    }
    this.#api.lua_pushlstring(L, entry.pointer, entry.length)
  }

  /** Memory outside Lua's accounting; the caller frees it. */
  allocate(length: number): Pointer {
    const pointer = this.#api.malloc(Math.max(length, 1))
    if (pointer === 0) throw new RangeError(`no memory left for ${length} bytes on their way to Lua`)
    return pointer
  }

  #decode(pointer: Pointer, length: number): string | undefined {
    const { bytes } = this.#engine
    if (length <= BY_HAND) {
      let text = ''
      const end = pointer + length
      let at = pointer
      for (; at < end; at++) {
        const byte = bytes[at]!
        if (byte > 127) break
        text += String.fromCharCode(byte)
      }
      if (at === end) return text
    }
    const text = bytes.utf8Slice(pointer, pointer + length)
    // Broken UTF-8 shows as U+FFFD, but so does U+FFFD itself.
    if (text.includes('\ufffd') && !isUtf8(bytes.subarray(pointer, pointer + length))) return undefined
    return text
  }

  #pushAscii(L: State, text: string, length: number): boolean {
    const { bytes } = this.#engine
    const pointer = this.#scratch
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i)
      if (code > 127) return false
      bytes[pointer + i] = code
    }
    this.#api.lua_pushlstring(L, pointer, length)
    return true
  }

  #remember(L: State, index: number, pointer: Pointer, text: string): void {
    const api = this.#api
    const at = api.lua_absindex(L, index)
    if (this.#anchor === 0n || this.#keys.size >= MOST_KEYS) {
      this.#keys.clear()
      if (this.#anchor !== 0n) api.luaL_unref(L, LUA.REGISTRYINDEX, Number(this.#anchor))
      this.#anchor = 0n
      api.lua_createtable(L, 0, 64)
      this.#anchor = BigInt(api.luaL_ref(L, LUA.REGISTRYINDEX))
    }
    api.lua_rawgeti(L, LUA.REGISTRYINDEX, this.#anchor)
    api.lua_pushvalue(L, at)
    api.lua_pushboolean(L, 1)
    api.lua_rawset(L, -3)
    api.lua_settop(L, -2)
    this.#keys.set(pointer, text)
  }
}
