/** Lua values as JavaScript values. Tables are copied by walking them with the C API. */
import { type Engine, LUA, type LuaApi, type Pointer, type State } from './engine.ts'
import type { Functions, HeldFunction } from './functions.ts'
import type { Handles } from './handles.ts'
import type { Strings } from './strings.ts'
import type { LuaTable, LuaValue } from './types.ts'

/** Tables within tables: more is a mistake, or a structure that contains itself in a way we cannot see. */
export const MOST_DEPTH = 100
/** Holes that a marked array may have for each value it holds, before it is taken for a map with numbers as keys. */
const MOST_HOLES = 16
/**
 * Values that cross in one table. Few tables that contain each other twice are many when they are copied: thirty levels
 * of two are a billion, more than any process has memory for.
 */
const MOST_VALUES = 4_000_000

/** A value that cannot cross between Lua and JavaScript; the message names the path to it. */
export class ConversionError extends Error {
  override name = 'ConversionError'
}

/** Whether functions inside tables may cross, and whose they become. */
export interface ReadPolicy {
  readonly functions: 'refuse' | 'hold'
  readonly owner: string
}

type Key = string | number

export class Reader {
  readonly #api: LuaApi
  readonly #strings: Strings
  readonly #functions: Functions
  readonly #handles: Handles
  /** Keys from the value being read down to where the walk is; tables on that way. */
  readonly #path: Key[] = []
  readonly #ancestors: Pointer[] = []
  #policy: ReadPolicy = { functions: 'refuse', owner: '' }
  /** Functions taken during the current walk, let go of if it fails. */
  #taken: HeldFunction[] = []
  /** Values read during the current walk. */
  #count = 0
  /** Address of the metatable that marks arrays. */
  readonly #arrayMark: Pointer

  constructor(engine: Engine, strings: Strings, functions: Functions, handles: Handles, arrayMark: Pointer) {
    this.#api = engine.api
    this.#strings = strings
    this.#functions = functions
    this.#handles = handles
    this.#arrayMark = arrayMark
  }

  /** The value at `index`. A function is held for the policy's owner. Throws ConversionError. */
  value(L: State, index: number, policy: ReadPolicy): LuaValue {
    const api = this.#api
    switch (api.lua_type(L, index)) {
      case LUA.TNONE:
      case LUA.TNIL:
        return undefined
      case LUA.TBOOLEAN:
        return api.lua_toboolean(L, index) !== 0
      case LUA.TNUMBER:
        return this.number(L, index)
      case LUA.TSTRING:
        return this.#strings.either(L, index)
      case LUA.TFUNCTION:
        return this.#functions.hold(L, index, policy.owner)
      case LUA.TTABLE:
        return this.table(L, index, policy)
      case LUA.TUSERDATA:
        return this.#handles.read(L, index)
      case LUA.TLIGHTUSERDATA:
        if (api.lua_touserdata(L, index) === 0) return null
        throw new ConversionError('a light userdata cannot leave Lua')
      default:
        throw new ConversionError('a coroutine cannot leave Lua')
    }
  }

  /** The number at `index`: exact, so integers beyond 2^53 come as bigint. */
  number(L: State, index: number): number | bigint {
    const api = this.#api
    const value = api.lua_tonumberx(L, index, 0)
    if (Number.isSafeInteger(value) || api.lua_isinteger(L, index) === 0) return value
    return api.lua_tointegerx(L, index, 0)
  }

  /** A copy of the table at `index`: an array when its keys are 1…n or it is marked as one, else an object. */
  table(L: State, index: number, policy: ReadPolicy): LuaTable | LuaValue[] {
    const outer = {
      policy: this.#policy,
      taken: this.#taken,
      count: this.#count,
      depth: this.#path.length,
      tables: this.#ancestors.length,
    }
    this.#policy = policy
    this.#taken = []
    this.#count = 0
    const top = this.#api.lua_gettop(L)
    try {
      return this.#copy(L, this.#api.lua_absindex(L, index), 0)
    } catch (error) {
      for (const held of this.#taken) held[Symbol.dispose]()
      if (!(error instanceof ConversionError)) throw error
      const path = pathOf(this.#path.slice(outer.depth))
      this.#api.lua_settop(L, top)
      throw new ConversionError(path === '' ? error.message : `${error.message} (at ${path})`)
    } finally {
      this.#policy = outer.policy
      this.#taken = outer.taken
      this.#count = outer.count
      this.#path.length = outer.depth
      this.#ancestors.length = outer.tables
    }
  }

  #copy(L: State, index: number, depth: number): LuaTable | LuaValue[] {
    const api = this.#api
    const pointer = api.lua_topointer(L, index)
    if (this.#ancestors.includes(pointer)) throw new ConversionError('a table that contains itself cannot leave Lua')
    if (depth >= MOST_DEPTH) throw new ConversionError(`tables nested more than ${MOST_DEPTH} deep cannot leave Lua`)
    if (api.lua_checkstack(L, 6) === 0) throw new ConversionError('no room on the Lua stack')
    this.#ancestors.push(pointer)
    const marked = this.isMarkedArray(L, index)
    api.lua_pushnil(L)
    let copy: LuaTable | LuaValue[]
    if (api.lua_next(L, index) === 0) copy = marked ? [] : {}
    else if (marked || api.lua_type(L, -2) === LUA.TNUMBER) copy = this.#list(L, index, depth, marked)
    else copy = this.#fields(L, index, depth)
    this.#ancestors.pop()
    return copy
  }

  /** The rest of a table whose first pair, with a numeric key, is on the stack. */
  #list(L: State, index: number, depth: number, marked: boolean): LuaValue[] {
    const api = this.#api
    const list: LuaValue[] = []
    let count = 0
    let outOfOrder: Map<number, LuaValue> | undefined
    do {
      if (api.lua_type(L, -2) !== LUA.TNUMBER) this.#refuseKey(L, 'a table with both positions and names')
      const key = api.lua_tonumberx(L, -2, 0)
      if (!Number.isInteger(key) || key < 1) this.#refuseKey(L, 'a table with numbers other than 1…n as keys')
      this.#path.push(key)
      const value = this.#element(L, depth)
      this.#path.pop()
      count++
      if (key === list.length + 1) list.push(value)
      else {
        outOfOrder ??= new Map()
        outOfOrder.set(key, value)
      }
      api.lua_settop(L, -2)
    } while (api.lua_next(L, index) !== 0)
    if (outOfOrder !== undefined) this.#place(list, outOfOrder, count, marked)
    return list
  }

  /** Puts what came out of order into its place. Only a marked array may have holes, which become null. */
  #place(list: LuaValue[], outOfOrder: Map<number, LuaValue>, count: number, marked: boolean): void {
    const highest = Math.max(...[...outOfOrder.keys()].slice(0, 1), ...outOfOrder.keys())
    const hasHoles = highest > count
    if (hasHoles && (!marked || highest > count * MOST_HOLES)) {
      let missing = list.length + 1
      while (outOfOrder.has(missing)) missing++
      throw new ConversionError(`a list with holes cannot leave Lua: it has ${highest} but not ${missing}`)
    }
    for (let key = list.length + 1; key <= highest; key++) list.push(outOfOrder.has(key) ? outOfOrder.get(key) : null)
  }

  /** The rest of a table whose first pair, with a key that is no number, is on the stack. */
  #fields(L: State, index: number, depth: number): LuaTable {
    const api = this.#api
    const fields: LuaTable = {}
    do {
      const type = api.lua_type(L, -2)
      if (type !== LUA.TSTRING) {
        this.#refuseKey(
          L,
          type === LUA.TNUMBER ? 'a table with both positions and names' : 'a table with keys other than strings',
        )
      }
      const key = this.#strings.key(L, -2)
      if (key === undefined) throw new ConversionError('a table with a key that is not valid UTF-8 cannot leave Lua')
      this.#path.push(key)
      const value = this.#element(L, depth)
      this.#path.pop()
      if (key === '__proto__')
        Object.defineProperty(fields, key, { value, enumerable: true, writable: true, configurable: true })
      else fields[key] = value
      api.lua_settop(L, -2)
    } while (api.lua_next(L, index) !== 0)
    return fields
  }

  /** The value on top of the stack, inside a table. */
  #element(L: State, depth: number): LuaValue {
    const api = this.#api
    if (++this.#count > MOST_VALUES)
      throw new ConversionError(`more than ${MOST_VALUES} values cannot leave Lua at once`)
    const type = api.lua_type(L, -1)
    switch (type) {
      case LUA.TSTRING:
        return this.#strings.either(L, -1)
      case LUA.TTABLE:
        return this.#copy(L, api.lua_gettop(L), depth + 1)
      case LUA.TFUNCTION: {
        if (this.#policy.functions === 'refuse')
          throw new ConversionError('a function inside a table cannot leave Lua here')
        const held = this.#functions.hold(L, -1, this.#policy.owner)
        this.#taken.push(held)
        return held
      }
      default:
        return this.value(L, -1, this.#policy)
    }
  }

  /** Whether the table at `index` carries the mark of an array. */
  isMarkedArray(L: State, index: number): boolean {
    if (this.#api.lua_getmetatable(L, index) === 0) return false
    const marked = this.#api.lua_topointer(L, -1) === this.#arrayMark
    this.#api.lua_settop(L, -2)
    return marked
  }

  #refuseKey(L: State, what: string): never {
    const type = this.#api.lua_type(L, -2)
    const key = type === LUA.TNUMBER || type === LUA.TSTRING ? ` (key ${this.#describeKey(L, type)})` : ''
    throw new ConversionError(`${what} cannot leave Lua${key}`)
  }

  #describeKey(L: State, type: number): string {
    return type === LUA.TNUMBER ? String(this.number(L, -2)) : `'${this.#strings.display(L, -2)}'`
  }
}

/** `items[3].name`, with Lua's positions. */
export function pathOf(keys: readonly Key[]): string {
  let path = ''
  for (const key of keys) {
    if (typeof key === 'number') path += `[${key}]`
    else if (!/^[A-Za-z_]\w*$/.test(key)) path += `[${JSON.stringify(key)}]`
    else path += path === '' ? key : `.${key}`
  }
  return path
}
