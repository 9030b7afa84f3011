/**
 * The one C function behind every primitive. Giving C a function of its own for each costs 50 µs and a table slot
 * apiece; a closure over the dispatcher, with the primitive's number as upvalue, costs nothing and finds it in 10 ns.
 */
import { type Engine, LONGJMP, type Pointer, type State, upvalueIndex } from './engine.ts'
import type { Errors } from './errors.ts'
import type { Frames } from './frames.ts'
import { Kill } from './watchdog.ts'

/** Works on the caller's stack like a `lua_CFunction`: arguments from 1 on, returns how many results it left on top. */
export type Binding = (L: State) => number

/** Functions, because the dispatcher is there before what it needs. */
export interface DispatcherParts {
  readonly frames: () => Frames
  readonly errors: () => Errors
  /** Told of each call; may throw a Kill. */
  readonly called: (L: State) => void
}

const UPVALUE = upvalueIndex(1)

export class Dispatcher {
  readonly #engine: Engine
  readonly #pointer: Pointer
  readonly #bindings: Binding[] = []
  readonly #names: string[] = []

  constructor(engine: Engine, parts: DispatcherParts) {
    this.#engine = engine
    const { api } = engine
    this.#pointer = engine.addFunction('ii', (state) => {
      const L = state as State
      const index = api.lua_touserdata(L, UPVALUE)
      try {
        parts.frames().L = L
        parts.called(L)
        return this.#bindings[index]!(L)
      } catch (thrown) {
        // Lua's own errors, and what stops everything, pass.
        if (thrown === LONGJMP || thrown instanceof Kill) throw thrown
        api.lua_checkstack(L, 20)
        parts.errors().push(L, thrown, this.#names[index]!)
      }
      // Throws: outside the try, since this is where the error begins its way.
      return api.lua_error(L)
    })
  }

  /** Pushes a Lua function that runs `binding`; `name` is how errors call it. */
  push(L: State, name: string, binding: Binding): void {
    const index = this.#bindings.push(binding) - 1
    this.#names.push(name)
    this.#engine.api.lua_pushlightuserdata(L, index)
    this.#engine.api.lua_pushcclosure(L, this.#pointer, 1)
  }
}
