/** JavaScript values as Lua values. */
import { type Engine, LUA, type LuaApi, type State } from './engine.ts'
import { type Functions, Held } from './functions.ts'
import { LuaHandle } from './handle.ts'
import type { Handles } from './handles.ts'
import { LUA_NULL } from './null.ts'
import { ConversionError, MOST_DEPTH, pathOf } from './read.ts'
import type { Strings } from './strings.ts'
import type { LuaTable, LuaValue } from './types.ts'

/** Small integers as the C API wants them, since making a BigInt costs as much as the call. */
const SMALL = Array.from({ length: 1025 }, (_, i) => BigInt(i))
const LEAST_INTEGER = -(2n ** 63n)
const GREATEST_INTEGER = 2n ** 63n - 1n

/** An integer as `lua_Integer`. */
export function integer(value: number): bigint {
  return SMALL[value] ?? BigInt(value)
}

export class Writer {
  readonly #api: LuaApi
  readonly #strings: Strings
  readonly #functions: Functions
  readonly #handles: Handles
  /** Registry reference of the metatable that marks arrays. */
  readonly #arrayMark: bigint
  readonly #path: (string | number)[] = []

  constructor(engine: Engine, strings: Strings, functions: Functions, handles: Handles, arrayMark: bigint) {
    this.#api = engine.api
    this.#strings = strings
    this.#functions = functions
    this.#handles = handles
    this.#arrayMark = arrayMark
  }

  /** Pushes one value. Throws ConversionError, with the stack as it was. The caller has made room for one slot. */
  push(L: State, value: LuaValue): void {
    const api = this.#api
    switch (typeof value) {
      case 'string':
        this.#strings.pushText(L, value)
        return
      case 'number':
        this.pushNumber(L, value)
        return
      case 'boolean':
        api.lua_pushboolean(L, value ? 1 : 0)
        return
      case 'undefined':
        api.lua_pushnil(L)
        return
      case 'bigint':
        if (value < LEAST_INTEGER || value > GREATEST_INTEGER) {
          throw new ConversionError(`${value} does not fit Lua's 64-bit integers`)
        }
        api.lua_pushinteger(L, value)
        return
      case 'object':
        this.#pushObject(L, value)
        return
      case 'symbol':
        if (value === LUA_NULL) {
          api.lua_pushlightuserdata(L, 0)
          return
        }
        throw new ConversionError('a JavaScript symbol cannot enter Lua')
      case 'function':
        throw new ConversionError('a JavaScript function cannot enter Lua')
    }
  }

  /** Whole numbers that JavaScript holds exactly become integers, all others (and −0) floats. */
  pushNumber(L: State, value: number): void {
    if (Number.isSafeInteger(value) && (value !== 0 || Object.is(value, 0)))
      this.#api.lua_pushinteger(L, integer(value))
    else this.#api.lua_pushnumber(L, value)
  }

  /** Marks the table on top of the stack as an array, also when it is empty. */
  markArray(L: State): void {
    this.#api.lua_rawgeti(L, LUA.REGISTRYINDEX, this.#arrayMark)
    this.#api.lua_setmetatable(L, -2)
  }

  #pushObject(L: State, value: object | null): void {
    if (value === null) this.#api.lua_pushnil(L)
    else if (value instanceof Uint8Array) this.#strings.pushBytes(L, value)
    else if (value instanceof Held) this.#pushFunction(L, value)
    else if (value instanceof LuaHandle) this.#handles.push(L, value)
    else this.#pushTable(L, value as LuaTable | LuaValue[])
  }

  #pushFunction(L: State, held: Held): void {
    if (held.released) throw new ConversionError('a function that was released cannot enter Lua')
    if (!held.belongsTo(this.#functions))
      throw new ConversionError('a function of another Lua VM cannot enter this one')
    this.#functions.push(L, held)
  }

  #pushTable(L: State, value: LuaTable | LuaValue[]): void {
    const depth = this.#path.length
    const top = this.#api.lua_gettop(L)
    try {
      this.#copy(L, value)
    } catch (error) {
      const path = pathOf(this.#path.slice(depth))
      this.#path.length = depth
      if (!(error instanceof ConversionError)) throw error
      this.#api.lua_settop(L, top)
      // Only the outermost call knows the whole path.
      throw depth > 0 || path === '' ? error : new ConversionError(`${error.message} (at ${path})`)
    }
  }

  #copy(L: State, value: LuaTable | LuaValue[]): void {
    if (this.#path.length >= MOST_DEPTH)
      throw new ConversionError(`values nested more than ${MOST_DEPTH} deep cannot enter Lua`)
    if (this.#api.lua_checkstack(L, 6) === 0) throw new ConversionError('no room on the Lua stack')
    if (Array.isArray(value)) this.#copyList(L, value)
    else this.#copyFields(L, value)
  }

  #copyList(L: State, list: LuaValue[]): void {
    const api = this.#api
    const { length } = list
    api.lua_createtable(L, length, 0)
    if (length === 0) this.markArray(L)
    for (let i = 0; i < length; i++) {
      this.#path.push(i + 1)
      this.#pushElement(L, list[i])
      this.#path.pop()
      api.lua_rawseti(L, -2, integer(i + 1))
    }
  }

  #copyFields(L: State, fields: LuaTable): void {
    const prototype = Object.getPrototypeOf(fields)
    if (prototype !== Object.prototype && prototype !== null) {
      throw new ConversionError(`a JavaScript ${fields.constructor?.name ?? 'object'} cannot enter Lua`)
    }
    const keys = Object.keys(fields)
    this.#api.lua_createtable(L, 0, keys.length)
    for (const key of keys) {
      const value = fields[key]
      if (value === undefined || value === null) continue
      this.#strings.pushKey(L, key)
      this.#path.push(key)
      this.#pushElement(L, value)
      this.#path.pop()
      this.#api.lua_rawset(L, -3)
    }
  }

  #pushElement(L: State, value: LuaValue): void {
    if (typeof value !== 'object' || value === null) this.push(L, value)
    else if (Array.isArray(value)) this.#copy(L, value)
    else if (value instanceof Uint8Array || value instanceof Held || value instanceof LuaHandle)
      this.#pushObject(L, value)
    else this.#copy(L, value as LuaTable)
  }
}
