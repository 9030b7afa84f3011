/** Calls a Lua function now, also from within a primitive that Lua called. */
import { type Engine, LUA, type State } from './engine.ts'
import type { Errors } from './errors.ts'
import type { Frames } from './frames.ts'
import type { Memory } from './memory.ts'
import { ConversionError } from './read.ts'
import type { Threads } from './threads.ts'
import { Kill } from './watchdog.ts'

export interface CallSyncParts {
  readonly engine: Engine
  readonly memory: Memory
  readonly threads: Threads
  readonly errors: Errors
  readonly frames: Frames
}

export interface CallSyncRequest<T> {
  readonly owner: string
  readonly budgetMs: number | undefined
  /** Pushes the function and its arguments; returns how many arguments. */
  readonly push: (L: State) => number
  /** Gets the results, which stand from index 2 to the top. */
  readonly read: (L: State) => T
  /** The stack of the last error, as the message handler saw it. */
  readonly traceback: () => string
}

/** Throws LuaError. */
export function callSync<T>(
  { engine, memory, threads, errors, frames }: CallSyncParts,
  request: CallSyncRequest<T>,
): T {
  const entered = frames.enter(request.owner)
  const { thread } = entered
  const { L } = thread
  let fate: 'give' | 'drop' | 'discard' = 'drop'
  try {
    frames.limit(request.budgetMs)
    const count = request.push(L)
    memory.impose()
    const code = engine.api.lua_pcallk(L, count, LUA.MULTRET, 1, 0, 0)
    memory.lift()
    if (code !== LUA.OK) {
      const failure = errors.read(L, -1, code, request.traceback())
      fate = 'give'
      throw failure
    }
    const result = request.read(L)
    fate = 'give'
    return result
  } catch (thrown) {
    if (thrown instanceof ConversionError) fate = 'give'
    else if (thrown instanceof Kill) fate = 'discard'
    throw frames.failure(thrown, entered)
  } finally {
    frames.leave(entered)
    if (fate === 'give') threads.give(thread)
    else if (fate === 'drop') threads.drop(thread)
    else frames.discard(thread, true)
  }
}
