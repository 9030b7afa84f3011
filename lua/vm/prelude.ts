/** Runs the Lua part of the VM, with the few JavaScript functions it stands on. */
import { compile } from './compile.ts'
import type { Dispatcher } from './dispatcher.ts'
import { type Engine, LUA, type State } from './engine.ts'
import { type Errors, OWN_CHUNKS } from './errors.ts'
import { scanBinding, substituteBinding } from './pattern-host.ts'
import { BASICS } from './prelude/basics.ts'
import { COROUTINE } from './prelude/coroutine.ts'
import { GUARDS } from './prelude/guards.ts'
import { PATTERNS } from './prelude/patterns.ts'
import type { Writer } from './push.ts'
import type { Scheduler } from './scheduler.ts'
import type { Strings } from './strings.ts'
import type { ModuleResolver } from './types.ts'
import type { Watchdog } from './watchdog.ts'

export interface PreludeParts {
  readonly engine: Engine
  readonly main: State
  readonly strings: Strings
  readonly writer: Writer
  readonly dispatcher: Dispatcher
  readonly scheduler: Scheduler
  readonly errors: Errors
  readonly watchdog: Watchdog
  readonly errorMark: bigint
  readonly print: (text: string, bytes?: Uint8Array) => void
  readonly resolveModule: ModuleResolver | undefined
}

export function installPrelude(parts: PreludeParts): void {
  const { engine, main: L, strings, errors, scheduler, watchdog } = parts
  const { api } = engine
  api.lua_createtable(L, 0, 8)
  const host = api.lua_gettop(L)
  const add = (name: string, binding: (L: State) => number, shownAs = name) => {
    strings.pushText(L, name)
    parts.dispatcher.push(L, shownAs, binding)
    api.lua_rawset(L, host)
  }
  strings.pushText(L, 'token')
  api.lua_pushlightuserdata(L, scheduler.token)
  api.lua_rawset(L, host)
  add('abandon', (state) => {
    const waited = scheduler.abandonWait()
    strings.pushText(state, `'${waited}' waits, and Lua cannot wait where this coroutine was resumed`)
    return 1
  })
  add('was_paused', (state) => {
    api.lua_pushboolean(state, scheduler.isPaused ? 1 : 0)
    return 1
  })
  add('check', (state) => {
    watchdog.checkBeforeLongWork(state)
    return 0
  })
  add('print', (state) => {
    const printed = strings.either(state, 1)
    if (typeof printed === 'string') parts.print(printed)
    else parts.print(strings.display(state, 1), printed)
    return 0
  })
  add('load_module', (state) => loadModule(parts, state), 'require')
  add('scan', scanBinding(parts), 'string.find')
  add('substitute', substituteBinding(parts), 'string.gsub')
  for (const [name, source] of Object.entries({
    coroutine: COROUTINE,
    basics: BASICS,
    guards: GUARDS,
    patterns: PATTERNS,
  })) {
    compile(engine, strings, errors, L, source, `${OWN_CHUNKS}${name}`)
    api.lua_pushvalue(L, host)
    if (api.lua_pcallk(L, 1, 0, 0, 0, 0) !== LUA.OK) throw errors.read(L, -1, 2, '')
  }
  setErrorMetatable(parts, host)
  api.lua_settop(L, 0)
}

/** `load_module(name)` → compiled chunk, path. Raises when there is none, or it does not compile. */
function loadModule({ engine, strings, errors, resolveModule }: PreludeParts, L: State): number {
  const name = strings.display(L, 1)
  const found = resolveModule?.(name)
  if (found === undefined) throw new Error(`module '${name}' not found`)
  compile(engine, strings, errors, L, found.source, found.path)
  strings.pushText(L, found.path)
  return 2
}

/** The metatable of error tables: they read as their message. */
function setErrorMetatable({ engine, main: L, strings, errorMark }: PreludeParts, host: number): void {
  const { api } = engine
  api.lua_rawgeti(L, LUA.REGISTRYINDEX, errorMark)
  for (const [field, source] of [
    ['__tostring', 'error_tostring'],
    ['__concat', 'error_concat'],
  ] as const) {
    strings.pushText(L, field)
    strings.pushText(L, source)
    api.lua_rawget(L, host)
    api.lua_rawset(L, -3)
  }
  strings.pushText(L, '__name')
  strings.pushText(L, 'error')
  api.lua_rawset(L, -3)
}
