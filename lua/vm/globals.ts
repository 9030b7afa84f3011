/** Globals by dotted path, without metamethods: setting up must not run scripts. */
import { type Engine, LUA, type State } from './engine.ts'
import { pushGlobals } from './state.ts'
import type { Strings } from './strings.ts'

/** Pushes the global, nil if it or a table on the way does not exist. */
export function getGlobal(engine: Engine, strings: Strings, L: State, name: string): void {
  const { api } = engine
  pushGlobals(engine, L)
  for (const key of name.split('.')) {
    if (api.lua_type(L, -1) !== LUA.TTABLE) {
      api.lua_pushnil(L)
      return
    }
    strings.pushText(L, key)
    api.lua_rawget(L, -2)
  }
}

/** Pushes a new table of globals that falls back on the common ones. */
export function pushNewGlobals(engine: Engine, strings: Strings, L: State): void {
  const { api } = engine
  api.lua_createtable(L, 0, 8)
  api.lua_createtable(L, 0, 1)
  strings.pushText(L, '__index')
  pushGlobals(engine, L)
  api.lua_rawset(L, -3)
  api.lua_setmetatable(L, -2)
}

/** Pops the value and sets the global to it, making the tables on the way. */
export function setGlobal(engine: Engine, strings: Strings, L: State, name: string): void {
  const { api } = engine
  const value = api.lua_gettop(L)
  const keys = name.split('.')
  const last = keys.pop()!
  pushGlobals(engine, L)
  for (const key of keys) {
    strings.pushText(L, key)
    const type = api.lua_rawget(L, -2)
    if (type === LUA.TTABLE) continue
    if (type !== LUA.TNIL) throw new Error(`cannot set the global '${name}': '${key}' is not a table`)
    api.lua_settop(L, -2)
    api.lua_createtable(L, 0, 4)
    strings.pushText(L, key)
    api.lua_pushvalue(L, -2)
    api.lua_rawset(L, -4)
  }
  strings.pushText(L, last)
  api.lua_pushvalue(L, value)
  api.lua_rawset(L, -3)
  api.lua_settop(L, value - 1)
}
