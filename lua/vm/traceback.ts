/** The stack of a thread that is very deep, for error messages. */
import type { Engine, Pointer, State } from './engine.ts'

/** Levels beyond which a stack is deep: the library's own traceback finds its way to the far end again for every line. */
export const DEEP = 200
/** Innermost levels of a deep stack that are shown: they tell what calls itself. */
export const SHOWN = 12
/** Offsets in `lua_Debug` (lua.h) with 4-byte pointers. */
const RECORD = { name: 4, nameWhat: 8, what: 12, currentLine: 24, lineDefined: 28, shortSource: 44, size: 128 } as const

export class DeepTraceback {
  readonly #engine: Engine
  readonly #record: Pointer
  readonly #what: Pointer

  constructor(engine: Engine) {
    this.#engine = engine
    this.#record = engine.api.malloc(RECORD.size)
    this.#what = engine.cString('Sln')
  }

  /** The lines of `luaL_traceback` as far as they tell something; undefined for a stack that is not deep. */
  of(L: State, level: number): string | undefined {
    const { api } = this.#engine
    if (api.lua_getstack(L, level + DEEP, this.#record) === 0) return undefined
    const lines: string[] = []
    for (let i = level; i < level + SHOWN && api.lua_getstack(L, i, this.#record) !== 0; i++) {
      api.lua_getinfo(L, this.#what, this.#record)
      lines.push(`\t${this.#line()}\n`)
    }
    return `${lines.join('')}\t...\t(more than ${DEEP} levels)`
  }

  #line(): string {
    const { words } = this.#engine
    const at = (offset: number) => words[(this.#record + offset) >> 2]!
    const source = this.#text(this.#record + RECORD.shortSource)
    const line = at(RECORD.currentLine) | 0
    const nameWhat = this.#text(at(RECORD.nameWhat))
    const what = this.#text(at(RECORD.what))
    const place = line > 0 ? `${source}:${line}:` : `${source}:`
    if (nameWhat !== '') return `${place} in ${nameWhat} '${this.#text(at(RECORD.name))}'`
    if (what === 'main') return `${place} in main chunk`
    return what === 'C' ? `${place} in ?` : `${place} in function <${source}:${at(RECORD.lineDefined) | 0}>`
  }

  #text(start: Pointer): string {
    const { bytes } = this.#engine
    return start === 0 ? '' : bytes.utf8Slice(start, bytes.indexOf(0, start))
  }
}
