/** Opens a Lua state: its libraries without what is dangerous, and the tables everything else is anchored in. */
import { type Engine, LUA, type State } from './engine.ts'
import type { Memory } from './memory.ts'
import type { Strings } from './strings.ts'

export interface OpenState {
  readonly main: State
  /** Registry reference and address of the metatable that marks arrays. */
  readonly arrayMark: bigint
  readonly arrayMarkPointer: number
  /** Registry reference of the metatable of error tables. */
  readonly errorMark: bigint
  /** Registry reference of the ring that keeps error values. */
  readonly errorRing: bigint
}

export function openState(engine: Engine, memory: Memory, strings: Strings): OpenState {
  const { api } = engine
  const main = api.lua_newstate(memory.allocator, memory.counters)
  if (main === 0) throw new Error('no memory for a Lua state')
  memory.attach(main)
  const open = (name: string, library: unknown, global = 1) => {
    api.luaL_requiref(main, engine.cString(name), engine.addWasmFunction(library), global)
    api.lua_settop(main, -2)
  }
  open('_G', api.luaopen_base)
  open('coroutine', api.luaopen_coroutine)
  open('table', api.luaopen_table)
  open('string', api.luaopen_string)
  open('math', api.luaopen_math)
  open('utf8', api.luaopen_utf8)
  open('debug', api.luaopen_debug)
  keepOnly(engine, strings, main, 'debug', ['traceback', 'getinfo'])
  addPackage(engine, strings, main)

  const table = () => {
    api.lua_createtable(main, 0, 0)
    return BigInt(api.luaL_ref(main, LUA.REGISTRYINDEX))
  }
  const arrayMark = table()
  api.lua_rawgeti(main, LUA.REGISTRYINDEX, arrayMark)
  const arrayMarkPointer = api.lua_topointer(main, -1)
  api.lua_settop(main, 0)
  return { main, arrayMark, arrayMarkPointer, errorMark: table(), errorRing: table() }
}

/** Pushes the global table. */
export function pushGlobals(engine: Engine, L: State): void {
  engine.api.lua_rawgeti(L, LUA.REGISTRYINDEX, LUA.RIDX_GLOBALS)
}

/** Replaces a library, everywhere it can be found, by a table with some of its functions. */
function keepOnly(engine: Engine, strings: Strings, L: State, library: string, names: readonly string[]): void {
  const { api } = engine
  pushGlobals(engine, L)
  strings.pushText(L, library)
  api.lua_rawget(L, -2)
  api.lua_createtable(L, 0, names.length)
  for (const name of names) {
    strings.pushText(L, name)
    strings.pushText(L, name)
    api.lua_rawget(L, -4)
    api.lua_rawset(L, -3)
  }
  for (const holder of ['globals', 'loaded']) {
    if (holder === 'globals') pushGlobals(engine, L)
    else pushLoaded(engine, strings, L)
    strings.pushText(L, library)
    api.lua_pushvalue(L, -3)
    api.lua_rawset(L, -3)
    api.lua_settop(L, -2)
  }
  api.lua_settop(L, 0)
}

/** `package`, with the registry's table of loaded modules; its searchers are gone. */
function addPackage(engine: Engine, strings: Strings, L: State): void {
  const { api } = engine
  pushGlobals(engine, L)
  strings.pushText(L, 'package')
  api.lua_createtable(L, 0, 3)
  strings.pushText(L, 'loaded')
  pushLoaded(engine, strings, L)
  api.lua_rawset(L, -3)
  strings.pushText(L, 'preload')
  api.lua_createtable(L, 0, 0)
  api.lua_rawset(L, -3)
  strings.pushText(L, 'config')
  strings.pushText(L, '/\n;\n?\n!\n-\n')
  api.lua_rawset(L, -3)
  api.lua_rawset(L, -3)
  api.lua_settop(L, 0)
}

/** LUA_LOADED_TABLE in lauxlib.h. */
function pushLoaded(engine: Engine, strings: Strings, L: State): void {
  strings.pushText(L, '_LOADED')
  engine.api.lua_rawget(L, LUA.REGISTRYINDEX)
}
