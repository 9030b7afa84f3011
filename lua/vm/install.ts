/** Makes a described module a global table of a VM, and lets `require` find it. */
import type { Binder } from './bind.ts'
import { compile } from './compile.ts'
import type { Dispatcher } from './dispatcher.ts'
import { type Engine, LUA, type State } from './engine.ts'
import { type Errors, OWN_CHUNKS } from './errors.ts'
import { getGlobal, setGlobal } from './globals.ts'
import type { Handles } from './handles.ts'
import type { HandleSpec, LuaModule } from './module.ts'
import type { Writer } from './push.ts'
import type { Strings } from './strings.ts'

export interface InstallParts {
  readonly engine: Engine
  readonly main: State
  readonly strings: Strings
  readonly writer: Writer
  readonly errors: Errors
  readonly dispatcher: Dispatcher
  readonly binder: Binder
  readonly handles: Handles
}

export function installModule(parts: InstallParts, module: LuaModule): void {
  const { engine, main: L, strings, writer, dispatcher, binder } = parts
  const { api } = engine
  for (const [type, spec] of Object.entries(module.handles ?? {})) installHandle(parts, type, spec)
  api.lua_createtable(L, 0, Object.keys(module.functions).length)
  for (const [key, spec] of Object.entries(module.functions)) {
    if (spec.inLua) continue
    const name = `${module.name}.${key}`
    strings.pushText(L, key)
    dispatcher.push(L, name, binder.function(name, spec))
    api.lua_rawset(L, -3)
  }
  for (const [key, { value }] of Object.entries(module.constants ?? {})) {
    strings.pushText(L, key)
    writer.push(L, value)
    api.lua_rawset(L, -3)
  }
  if (module.lua !== undefined) runLua(parts, module.name, module.lua)
  api.lua_pushvalue(L, -1)
  setGlobal(engine, strings, L, module.name)
  setLoaded(parts, module.name)
}

/** Runs the module's own Lua with its table, which is on top of the stack and stays there. */
function runLua({ engine, main: L, strings, errors }: InstallParts, name: string, source: string): void {
  const { api } = engine
  compile(engine, strings, errors, L, source, `${OWN_CHUNKS}${name}`)
  api.lua_pushvalue(L, -2)
  if (api.lua_pcallk(L, 1, 0, 0, 0, 0) !== LUA.OK) throw errors.read(L, -1, 2, '')
}

/** Metatable of a handle type: methods, a text form, nothing a script could get at. */
function installHandle(parts: InstallParts, type: string, spec: HandleSpec): void {
  const { engine, main: L, strings, dispatcher, binder, handles } = parts
  const { api } = engine
  api.lua_createtable(L, 0, 4) // the metatable, which stays on the stack until the end
  api.lua_pushvalue(L, -1)
  api.lua_createtable(L, 0, 1) // the known handles, with weak values
  api.lua_createtable(L, 0, 1)
  setText(parts, '__mode', 'v')
  api.lua_setmetatable(L, -2)
  const number = handles.define(L, type)
  strings.pushText(L, '__index')
  api.lua_createtable(L, 0, Object.keys(spec.methods).length)
  for (const [key, method] of Object.entries(spec.methods)) {
    const name = `${type}:${key}`
    strings.pushText(L, key)
    dispatcher.push(
      L,
      name,
      binder.method(name, method, (state) => handles.idOf(state, 1, number)),
    )
    api.lua_rawset(L, -3)
  }
  api.lua_rawset(L, -3)
  strings.pushText(L, '__tostring')
  dispatcher.push(L, `${type}:__tostring`, (state) => {
    strings.pushText(state, `${type}: ${handles.idOf(state, 1, number)}`)
    return 1
  })
  api.lua_rawset(L, -3)
  setText(parts, '__name', type)
  setText(parts, '__metatable', `handle of ${type}`)
  api.lua_settop(L, -2)
}

function setText({ engine, main: L, strings }: InstallParts, key: string, value: string): void {
  strings.pushText(L, key)
  strings.pushText(L, value)
  engine.api.lua_rawset(L, -3)
}

/** Pops the module table and puts it into `package.loaded`. */
function setLoaded({ engine, main: L, strings }: InstallParts, name: string): void {
  const { api } = engine
  const module = api.lua_gettop(L)
  getGlobal(engine, strings, L, 'package.loaded')
  strings.pushText(L, name)
  api.lua_pushvalue(L, module)
  api.lua_rawset(L, -3)
  api.lua_settop(L, module - 1)
}
