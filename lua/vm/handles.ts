/** Handles in Lua: a userdata of eight bytes (type, id), the only kind of full userdata that exists here. */
import { type Engine, LUA, type Pointer, type State } from './engine.ts'
import { LuaHandle } from './handle.ts'
import { ConversionError } from './read.ts'

interface HandleType {
  readonly name: string
  readonly metatable: bigint
  /** Registry reference of a table id → userdata with weak values: the same handle is the same Lua value. */
  readonly known: bigint
}

export class Handles {
  readonly #engine: Engine
  readonly #types: HandleType[] = []
  readonly #byName = new Map<string, number>()

  constructor(engine: Engine) {
    this.#engine = engine
  }

  /**
   * Adds a handle type. Pops from L: its metatable (below) and a weak-valued table (on top). Returns the type's number,
   * which `idOf` wants.
   */
  define(L: State, name: string): number {
    const { api } = this.#engine
    if (this.#byName.has(name)) throw new Error(`the handle type '${name}' is described twice`)
    const known = BigInt(api.luaL_ref(L, LUA.REGISTRYINDEX))
    const metatable = BigInt(api.luaL_ref(L, LUA.REGISTRYINDEX))
    const index = this.#types.push({ name, metatable, known }) - 1
    this.#byName.set(name, index)
    return index
  }

  push(L: State, handle: LuaHandle): void {
    const { api } = this.#engine
    const index = this.#byName.get(handle.type)
    if (index === undefined)
      throw new ConversionError(`no module of this VM describes handles of type '${handle.type}'`)
    if (!Number.isInteger(handle.id) || handle.id <= 0 || handle.id >= 2 ** 31) {
      throw new ConversionError(`a handle's id must be a positive 31-bit integer, not ${handle.id}`)
    }
    const type = this.#types[index]!
    api.lua_rawgeti(L, LUA.REGISTRYINDEX, type.known)
    if (api.lua_rawgeti(L, -1, BigInt(handle.id)) !== LUA.TUSERDATA) {
      api.lua_settop(L, -2)
      const pointer: Pointer = api.lua_newuserdatauv(L, 8, 0)
      this.#engine.words[pointer >> 2] = index
      this.#engine.words[(pointer >> 2) + 1] = handle.id
      api.lua_rawgeti(L, LUA.REGISTRYINDEX, type.metatable)
      api.lua_setmetatable(L, -2)
      api.lua_pushvalue(L, -1)
      api.lua_rawseti(L, -3, BigInt(handle.id))
    }
    api.lua_rotate(L, -2, 1)
    api.lua_settop(L, -2)
  }

  /** The handle at `index`, which is a full userdata. */
  read(L: State, index: number): LuaHandle {
    const { words, api } = this.#engine
    const pointer = api.lua_touserdata(L, index)
    return new LuaHandle(this.#types[words[pointer >> 2]!]!.name, words[(pointer >> 2) + 1]!)
  }

  /** The id of the handle at `index` if it is one of the given type, else 0. */
  idOf(L: State, index: number, type: number): number {
    const { words, api } = this.#engine
    if (api.lua_type(L, index) !== LUA.TUSERDATA) return 0
    const pointer = api.lua_touserdata(L, index)
    return words[pointer >> 2] === type ? words[(pointer >> 2) + 1]! : 0
  }
}
