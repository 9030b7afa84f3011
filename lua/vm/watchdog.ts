/**
 * Stops what runs longer than its budget. An instruction-count hook looks at the clock; past the deadline it throws a
 * JavaScript object through the Lua frames, which no pcall, xpcall or error handler on the way can catch. The thread it
 * ran on is left in the middle of something and must be dropped.
 */
import { type Engine, LUA, type Pointer, type State } from './engine.ts'

/** Lua instructions between two looks at the clock: about 10 µs of work. */
const INSTRUCTIONS = 1000

/** Thrown through Lua. Never an Error: making a stack trace of it costs more than all the rest. */
export class Kill {
  readonly traceback: string

  constructor(traceback: string) {
    this.traceback = traceback
  }
}

export class Watchdog {
  /** When what runs now must be over, in the time of `performance.now()`. */
  deadline = Number.POSITIVE_INFINITY
  readonly #engine: Engine
  readonly #hook: Pointer
  readonly #traceback: (L: State) => string

  /** `onLook` runs whenever the clock is looked at. */
  constructor(engine: Engine, traceback: (L: State) => string, onLook: () => void) {
    this.#engine = engine
    this.#traceback = traceback
    this.#hook = engine.addFunction('vii', (L) => {
      onLook()
      if (performance.now() > this.deadline) throw new Kill(this.#describe(L!))
    })
  }

  /** Watches a thread; those it makes later inherit that. */
  watch(L: State): void {
    this.#engine.api.lua_sethook(L, this.#hook, LUA.MASKCOUNT, INSTRUCTIONS)
  }

  /** For work in C or JavaScript that executes no instructions: throws when the deadline has passed. */
  check(L?: State): void {
    if (performance.now() > this.deadline) throw new Kill(L === undefined ? '' : this.#describe(L))
  }

  #describe(L: State): string {
    // The traceback allocates and may meet the memory limit; what is being stopped goes on stopping.
    const stack = this.#engine.api.stackSave()
    try {
      return this.#traceback(L)
    } catch {
      this.#engine.api.stackRestore(stack)
      return ''
    }
  }
}
