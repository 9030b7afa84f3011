/**
 * How deep calls may nest. Lua itself ends recursion after 200,000 levels, but then frees all of them at one go, for a
 * quarter of a second in which no watchdog comes by and nothing else runs.
 */
import type { Engine, Pointer, State } from './engine.ts'
import type { Errors } from './errors.ts'
import type { Strings } from './strings.ts'
import { allowHook } from './threads.ts'

/** Levels of calls within one coroutine. With what comes between two looks it stays below 65,536, where `nci` wraps. */
const MOST_LEVELS = 50_000
/** Where `lua_State` (lstate.h) has `nci`, 16 bits: the call records of a thread, in use or kept for reuse. */
const CALL_RECORDS = { offset: 8, mask: 0xffff }
/** Bytes of `lua_Debug`, generously. */
const RECORD_BYTES = 128

export class Depth {
  readonly #engine: Engine
  readonly #strings: Strings
  readonly #errors: Errors
  readonly #record: Pointer

  constructor(parts: { engine: Engine; strings: Strings; errors: Errors }) {
    this.#engine = parts.engine
    this.#strings = parts.strings
    this.#errors = parts.errors
    this.#record = parts.engine.api.malloc(RECORD_BYTES)
  }

  /** Raises an error on L, as Lua itself would later, when its calls nest too deep. It throws: for a hook. */
  check(L: State): void {
    const { api, words } = this.#engine
    if ((words[(L + CALL_RECORDS.offset) >> 2]! & CALL_RECORDS.mask) < MOST_LEVELS) return
    if (api.lua_getstack(L, MOST_LEVELS, this.#record) === 0) return
    api.lua_checkstack(L, 20)
    this.#strings.pushText(L, `${this.#errors.where(L, 0)}stack overflow`)
    allowHook(this.#engine, L) // for what runs while this error unwinds the thread, and after it
    api.lua_error(L)
  }
}
