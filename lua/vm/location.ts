/** Where a thread is, found out without allocating: for the moment in which there is nothing left to allocate. */
import type { Engine, Pointer, State } from './engine.ts'

/** Offsets in `lua_Debug` (lua.h) with 4-byte pointers. */
const DEBUG_RECORD = { currentLine: 24, lineDefined: 28, shortSource: 44, size: 128 } as const
/** Frames looked at: library functions may stand above the script. */
const MOST_LEVELS = 10

export class Locations {
  readonly #engine: Engine
  readonly #record: Pointer
  readonly #definition: Pointer
  readonly #current: Pointer

  constructor(engine: Engine) {
    this.#engine = engine
    this.#record = engine.api.malloc(DEBUG_RECORD.size)
    this.#definition = engine.cString('>S')
    this.#current = engine.cString('Sl')
  }

  /** "file:line" that L is at, or "" outside of scripts; files for which `skip` answers true are passed over. */
  current(L: State, skip: (file: string) => boolean): string {
    const { api } = this.#engine
    for (let level = 0; level < MOST_LEVELS && api.lua_getstack(L, level, this.#record) !== 0; level++) {
      api.lua_getinfo(L, this.#current, this.#record)
      const line = this.#line(DEBUG_RECORD.currentLine)
      if (line > 0 && !skip(this.#file())) return `${this.#file()}:${line}`
    }
    return ''
  }

  /** The file of what L runs now. */
  running(L: State): string {
    if (this.#engine.api.lua_getstack(L, 0, this.#record) === 0) return ''
    this.#engine.api.lua_getinfo(L, this.#current, this.#record)
    return this.#file()
  }

  /** "file:line" where the function on top of the stack was defined; pops it. */
  definition(L: State): string {
    this.#engine.api.lua_getinfo(L, this.#definition, this.#record)
    return `${this.#file()}:${this.#line(DEBUG_RECORD.lineDefined)}`
  }

  #line(offset: number): number {
    return this.#engine.words[(this.#record + offset) >> 2]! | 0
  }

  #file(): string {
    const { bytes } = this.#engine
    const start = this.#record + DEBUG_RECORD.shortSource
    return bytes.utf8Slice(start, bytes.indexOf(0, start))
  }
}
