/** Arguments and results of calls: several values at once. */
import type { Engine, State } from './engine.ts'
import type { Writer } from './push.ts'
import { ConversionError, type Reader, type ReadPolicy } from './read.ts'
import type { LuaValue } from './types.ts'

/** Stack slots that every call has without asking (LUA_MINSTACK is 20). */
const FREE_SLOTS = 10

export class Transfer {
  readonly #engine: Engine
  readonly #reader: Reader
  readonly #writer: Writer

  constructor(engine: Engine, reader: Reader, writer: Writer) {
    this.#engine = engine
    this.#reader = reader
    this.#writer = writer
  }

  /** Pushes all values. Throws ConversionError that says which one, with the stack as it was. */
  push(L: State, values: readonly LuaValue[]): void {
    const { api } = this.#engine
    if (values.length > FREE_SLOTS && api.lua_checkstack(L, values.length + FREE_SLOTS) === 0) {
      throw new ConversionError('too many arguments')
    }
    const top = api.lua_gettop(L)
    for (let i = 0; i < values.length; i++) {
      try {
        this.#writer.push(L, values[i])
      } catch (error) {
        api.lua_settop(L, top)
        throw error instanceof ConversionError ? new ConversionError(`argument ${i + 1}: ${error.message}`) : error
      }
    }
  }

  /** The values from stack index `first` to the top. Throws ConversionError that says which one. */
  read(L: State, first: number, policy: ReadPolicy): LuaValue[] {
    const top = this.#engine.api.lua_gettop(L)
    const values: LuaValue[] = []
    try {
      for (let i = first; i <= top; i++) values.push(this.#reader.value(L, i, policy))
    } catch (error) {
      for (const value of values) disposeHeld(value)
      throw error instanceof ConversionError
        ? new ConversionError(`result ${values.length + 1}: ${error.message}`)
        : error
    }
    return values
  }
}

/** Lets go of a function or reference; other values are left alone. */
function disposeHeld(value: LuaValue): void {
  if (typeof value === 'object' && value !== null && Symbol.dispose in value) (value as Disposable)[Symbol.dispose]()
}
