/** Errors on both sides of the border: thrown JavaScript values as Lua errors, Lua errors as LuaError. */
import { type Engine, LUA, type State } from './engine.ts'
import { LuaError, type LuaFailure } from './error.ts'
import type { Writer } from './push.ts'
import { ConversionError, type Reader } from './read.ts'
import type { Strings } from './strings.ts'
import { DeepTraceback } from './traceback.ts'
import type { LuaErrorKind, LuaTable, LuaValue } from './types.ts'

/** Errors on their way through JavaScript whose Lua value is kept, so that it arrives as the same value. */
const KEPT = 64

const OUT_OF_MEMORY = 'not enough memory'
/** Long chunk names remembered. */
const MOST_CHUNKS = 1000

/** What the VM's own Lua is called, which no traceback need show. */
export const OWN_CHUNKS = 'botster/vm/'
const OWN_FRAMES = /^(\t\[C\]: in [^\n]*\n)?\tbotster\/vm\/[^\n]*\n?/gm

/** A line of a traceback; the group is the file it names. */
const FRAME = /^\t([^\n]+?):\d+: in [^\n]*\n?/gm
/** Frames that may stand between a script and a primitive: parts of the VM, and wrappers upon each other. */
const MOST_WRAPPERS = 8

export function isOwnChunk(name: string): boolean {
  return name.startsWith(OWN_CHUNKS)
}

/** A wrong argument to a primitive. */
export class ArgumentError extends Error {
  override name = 'ArgumentError'
}

export class Errors {
  readonly #engine: Engine
  readonly #strings: Strings
  readonly #reader: Reader
  readonly #writer: Writer
  /** Registry references: the metatable of error tables, and the ring of kept values. */
  readonly #metatable: bigint
  readonly #ring: bigint
  readonly #deep: DeepTraceback
  readonly #kept = new WeakMap<LuaError, number>()
  readonly #isWrapper: (chunkName: string) => boolean
  #count = 0
  /** Short names of chunks as Lua shows them → full names. */
  readonly #chunks = new Map<string, string>()

  /** Both references are to tables in the registry. */
  constructor(parts: {
    engine: Engine
    strings: Strings
    reader: Reader
    writer: Writer
    metatable: bigint
    ring: bigint
    /** Whether a chunk only stands between scripts and primitives. */
    isWrapper?: (chunkName: string) => boolean
  }) {
    this.#engine = parts.engine
    this.#strings = parts.strings
    this.#reader = parts.reader
    this.#writer = parts.writer
    this.#metatable = parts.metatable
    this.#ring = parts.ring
    this.#isWrapper = parts.isWrapper ?? (() => false)
    this.#deep = new DeepTraceback(parts.engine)
  }

  /** Remembers a chunk name that Lua will shorten in messages, so that `LuaError.file` is whole. */
  nameChunk(name: string): void {
    const short = shortName(name)
    if (short === name) return
    if (this.#chunks.size >= MOST_CHUNKS) this.#chunks.clear()
    this.#chunks.set(short, name)
  }

  /** Pushes the Lua error for something a primitive threw; `at` is the thread that called it. */
  push(L: State, thrown: unknown, op: string, at: State = L): void {
    if (thrown instanceof LuaError) {
      if (this.#pushKept(L, thrown)) return
      this.#pushTable(
        L,
        { kind: thrown.kind, message: thrown.message, op: thrown.op ?? op, traceback: thrown.traceback },
        thrown.value,
      )
      return
    }
    const { kind, message } = describe(thrown)
    this.#pushTable(L, { kind, message: this.where(at, 1) + message, op, traceback: this.traceback(at, 1) })
  }

  /** Pushes `nil, message, err` and returns 3. */
  pushFailure(L: State, failure: LuaFailure, op: string): number {
    const { api } = this.#engine
    api.lua_pushnil(L)
    this.#strings.pushText(L, failure.message)
    this.#pushTable(L, { kind: 'failure', message: failure.message, op }, { ...failure.fields })
    return 3
  }

  /** Where memory ran out last, which no message handler gets to see: "file:line". */
  outOfMemoryAt = ''

  /** The LuaError for the error value at `index`, where pcall, resume or load left it. */
  read(L: State, index: number, code: number, traceback: string): LuaError {
    const { api } = this.#engine
    const type = api.lua_type(L, index)
    if (code === LUA.ERRMEM) {
      const stack = this.outOfMemoryAt === '' ? '' : `  ${this.outOfMemoryAt}: in ?`
      return this.#make({ kind: 'memory', message: OUT_OF_MEMORY, traceback: traceback || stack })
    }
    if (type === LUA.TSTRING || type === LUA.TNUMBER) {
      const message = this.#strings.display(L, index)
      // The buffers of string functions raise theirs as an ordinary error.
      const kind = code === LUA.ERRSYNTAX ? 'syntax' : message === OUT_OF_MEMORY ? 'memory' : 'runtime'
      return this.#make({ kind, message, traceback, value: message })
    }
    const error = this.#readStructured(L, index, type, traceback)
    this.#keep(L, index, error)
    return error
  }

  /** An error that did not come from a Lua value. */
  make(kind: LuaErrorKind, message: string, traceback: string, cause?: unknown): LuaError {
    return this.#make({ kind, message, traceback, cause })
  }

  /** The Lua stack of L from `level` on, without its heading. */
  traceback(L: State, level: number): string {
    const { api } = this.#engine
    if (api.lua_checkstack(L, 10) === 0) return ''
    return this.#stack(L, level)
      .replace(/^stack traceback:\n?/, '')
      .replace(OWN_FRAMES, '')
      .replace(FRAME, (line, name: string) => (this.#isWrapper(name) ? '' : line))
      .replace(/^\t/gm, '  ')
      .trimEnd()
  }

  #stack(L: State, level: number): string {
    const deep = this.#deep.of(L, level)
    if (deep !== undefined) return deep
    const { api } = this.#engine
    api.luaL_traceback(L, L, 0, level)
    const text = this.#strings.display(L, -1)
    api.lua_settop(L, -2)
    return text
  }

  /** "file:line: " of the function at `level`, or of the script that called it if it is part of the VM. */
  where(L: State, level: number): string {
    const { api } = this.#engine
    for (let at = level; at < level + MOST_WRAPPERS; at++) {
      api.luaL_where(L, at)
      const text = this.#strings.display(L, -1)
      api.lua_settop(L, -2)
      if (!isOwnChunk(text) && !this.#isWrapper(text.replace(/:\d+: $/, ''))) return text
    }
    return ''
  }

  #make(fields: {
    kind: LuaErrorKind
    message: string
    traceback: string
    op?: string
    value?: LuaValue
    cause?: unknown
  }): LuaError {
    return new LuaError({ ...fields, ...this.#position(fields.message, fields.traceback) })
  }

  /** File and line from the message, else from the first Lua frame of the traceback. */
  #position(message: string, traceback: string): { file?: string; line?: number } {
    const found = /^([^\n]+?):(\d+): /.exec(message) ?? /^ *(?!\[C\])([^\n]+?):(\d+): in /m.exec(traceback)
    if (!found) return {}
    return { file: this.#chunks.get(found[1]!) ?? found[1], line: Number(found[2]) }
  }

  #readStructured(L: State, index: number, type: number, traceback: string): LuaError {
    const value = this.#copyOf(L, index)
    if (type === LUA.TTABLE && value !== null && typeof value === 'object' && !Array.isArray(value)) {
      const { kind, message, op } = value as LuaTable
      if (typeof message === 'string') {
        return this.#make({
          kind: typeof kind === 'string' ? kind : 'runtime',
          message,
          // The place it was raised at, which the stack of whoever let it through no longer shows.
          traceback:
            typeof (value as LuaTable).traceback === 'string' ? ((value as LuaTable).traceback as string) : traceback,
          op: typeof op === 'string' ? op : undefined,
          value,
        })
      }
    }
    return this.#make({ kind: 'runtime', message: this.#display(L, index, value), traceback, value })
  }

  /** What `tostring` says if the value defines it, else its contents: never an address. */
  #display(L: State, index: number, value: LuaValue): string {
    const { api } = this.#engine
    const at = api.lua_absindex(L, index)
    if (api.lua_type(L, at) === LUA.TTABLE && api.lua_getmetatable(L, at) !== 0) {
      this.#strings.pushText(L, '__tostring')
      const isFunction = api.lua_rawget(L, -2) === LUA.TFUNCTION
      if (isFunction) {
        api.lua_pushvalue(L, at)
        const failed = api.lua_pcallk(L, 1, 1, 0, 0, 0) !== LUA.OK
        const text = !failed && api.lua_type(L, -1) === LUA.TSTRING ? this.#strings.display(L, -1) : undefined
        api.lua_settop(L, -3)
        if (text !== undefined) return text
      } else api.lua_settop(L, -3)
    }
    if (value === undefined)
      return api.lua_type(L, at) === LUA.TNIL ? 'nil was raised as an error' : 'a value without a message was raised'
    return `raised ${JSON.stringify(value, (_, v: unknown) => (typeof v === 'bigint' ? String(v) : v))}`
  }

  #copyOf(L: State, index: number): LuaValue {
    if (this.#engine.api.lua_type(L, index) === LUA.TFUNCTION) return undefined
    try {
      return this.#reader.value(L, index, { functions: 'refuse', owner: '' })
    } catch (error) {
      if (!(error instanceof ConversionError)) throw error
      return this.#messageField(L, index)
    }
  }

  /** What can be copied of an error table that as a whole cannot. */
  #messageField(L: State, index: number): LuaValue {
    const { api } = this.#engine
    const at = api.lua_absindex(L, index)
    if (api.lua_type(L, at) !== LUA.TTABLE) return undefined
    const copy: LuaTable = {}
    for (const field of ['kind', 'message', 'op', 'traceback']) {
      this.#strings.pushText(L, field)
      if (api.lua_rawget(L, at) === LUA.TSTRING) copy[field] = this.#strings.display(L, -1)
      api.lua_settop(L, -2)
    }
    return copy.message === undefined ? undefined : copy
  }

  #keep(L: State, index: number, error: LuaError): void {
    const { api } = this.#engine
    const at = api.lua_absindex(L, index)
    api.lua_rawgeti(L, LUA.REGISTRYINDEX, this.#ring)
    api.lua_pushvalue(L, at)
    api.lua_rawseti(L, -2, BigInt((this.#count % KEPT) + 1))
    api.lua_settop(L, -2)
    this.#kept.set(error, this.#count++)
  }

  #pushKept(L: State, error: LuaError): boolean {
    const number = this.#kept.get(error)
    if (number === undefined || number < this.#count - KEPT) return false
    const { api } = this.#engine
    api.lua_rawgeti(L, LUA.REGISTRYINDEX, this.#ring)
    api.lua_rawgeti(L, -1, BigInt((number % KEPT) + 1))
    api.lua_rotate(L, -2, 1)
    api.lua_settop(L, -2)
    return true
  }

  #pushTable(L: State, fields: LuaTable, more?: LuaValue): void {
    const extra =
      more !== null && typeof more === 'object' && Object.getPrototypeOf(more) === Object.prototype
        ? (more as LuaTable)
        : {}
    this.#writer.push(L, { ...fields, ...extra })
    this.#engine.api.lua_rawgeti(L, LUA.REGISTRYINDEX, this.#metatable)
    this.#engine.api.lua_setmetatable(L, -2)
  }
}

function describe(thrown: unknown): { kind: string; message: string } {
  if (thrown instanceof ArgumentError) return { kind: 'argument', message: thrown.message }
  if (thrown instanceof ConversionError) return { kind: 'conversion', message: thrown.message }
  if (thrown instanceof RangeError && /call stack/.test(thrown.message))
    return { kind: 'runtime', message: 'stack overflow' }
  if (thrown instanceof Error) return { kind: 'error', message: thrown.message }
  return { kind: 'error', message: String(thrown) }
}

/** How Lua shows a chunk called "@name" (LUA_IDSIZE 60): whole, or its end after dots. */
export function shortName(name: string): string {
  const bytes = Buffer.from(name)
  return bytes.length <= 59 ? name : `...${bytes.subarray(bytes.length - 56).toString()}`
}
