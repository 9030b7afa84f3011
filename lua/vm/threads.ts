/** Lua threads to run on, kept for reuse: making one costs as much as two calls. User code never runs on the main thread. */
import { type Engine, LUA, type State } from './engine.ts'
import type { Thread } from './task.ts'

/** Idle threads kept. More than this many coroutines at once are simply made. */
const MOST_IDLE = 64

export class Threads {
  readonly #engine: Engine
  readonly #main: State
  /** Registry reference of the message handler that stands at index 1 of every thread. */
  readonly #handler: bigint
  readonly #idle: Thread[] = []

  constructor(engine: Engine, main: State, handler: bigint) {
    this.#engine = engine
    this.#main = main
    this.#handler = handler
  }

  /** A thread with nothing but the message handler on its stack. */
  take(): Thread {
    const idle = this.#idle.pop()
    if (idle !== undefined) return idle
    const { api } = this.#engine
    const L = api.lua_newthread(this.#main)
    const ref = BigInt(api.luaL_ref(this.#main, LUA.REGISTRYINDEX))
    api.lua_rawgeti(L, LUA.REGISTRYINDEX, this.#handler)
    return { L, ref }
  }

  /** Takes back a thread on which nothing runs and that no error has stopped. */
  give(thread: Thread): void {
    if (this.#idle.length >= MOST_IDLE) {
      this.drop(thread)
      return
    }
    this.#engine.api.lua_settop(thread.L, 1)
    this.#idle.push(thread)
  }

  /** Lets go of a thread for good. */
  drop(thread: Thread): void {
    this.#engine.api.luaL_unref(this.#main, LUA.REGISTRYINDEX, Number(thread.ref))
  }

  /**
   * Unwinds a thread that stopped half-way, running the `__close` of its variables, and takes it back. May throw what
   * those throw through the frames (a Kill); the thread is then the caller's to drop.
   */
  reset(thread: Thread): void {
    const { api } = this.#engine
    api.lua_resetthread(thread.L)
    api.lua_settop(thread.L, 0)
    api.lua_rawgeti(thread.L, LUA.REGISTRYINDEX, this.#handler)
    this.give(thread)
  }
}

/** Lets a thread that a hook is or was thrown out of run hooks again: its `allowhook` byte was left at 0. */
export function allowHook(engine: Engine, L: State): void {
  engine.bytes[L + ALLOW_HOOK] = 1
}

/** Offset of `allowhook` in `lua_State` (lstate.h): after the object header (6 bytes) and `status`. */
const ALLOW_HOOK = 7
