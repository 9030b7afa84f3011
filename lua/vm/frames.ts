/**
 * Entries into Lua. Each call and each slice of a task is a frame: it has an owner, a budget that is never more than what
 * the frame around it has left, and a limit on how deep Lua and JavaScript may call each other.
 */
import { type Engine, LONGJMP, type Pointer, type State } from './engine.ts'
import { LuaError } from './error.ts'
import type { Errors } from './errors.ts'
import type { Memory } from './memory.ts'
import { ConversionError } from './read.ts'
import type { Task, Thread } from './task.ts'
import { allowHook, type Threads } from './threads.ts'
import type { Meter } from './types.ts'
import { Kill, type Limits, type Watchdog } from './watchdog.ts'

/** Lua called by JavaScript called by Lua…: each costs native stack, which ends near 350. */
const MOST_NESTED = 150
/** Milliseconds that the `__close` of what is cancelled or was stopped may take. */
const CLOSE_BUDGET = 50

/** One entry into Lua that has not returned. */
interface Frame {
  /** Of a slice, the task's owner counts. */
  owner: string
  /** The task whose slice it is; without one, nothing in it can wait. */
  readonly task: Task | undefined
  readonly depth: number
  /** The thread it runs on. */
  readonly L: State
}

/** What to put back when an entry into Lua is left. */
export interface Entered {
  readonly thread: Thread
  /** The thread that called into JavaScript before, for lua_resume. */
  readonly from: State
  readonly frame: Frame | undefined
  readonly L: State
  readonly limits: Limits
  readonly memoryLifted: boolean
  readonly stack: Pointer
  readonly ownerOverride: string | undefined
}

export interface FrameParts {
  readonly engine: Engine
  readonly memory: Memory
  readonly threads: Threads
  readonly errors: Errors
  readonly watchdog: Watchdog
  readonly meter: Meter | undefined
}

export class Frames {
  readonly #parts: FrameParts
  #frame: Frame | undefined
  #ownerOverride: string | undefined
  /** The Lua thread that called into JavaScript last. */
  L: State = 0

  constructor(parts: FrameParts) {
    this.#parts = parts
  }

  /** Whether Lua runs now, so that the state must not be freed. */
  get isRunning(): boolean {
    return this.#frame !== undefined
  }

  /** Whose code runs now; "" when none does. */
  get owner(): string {
    return this.#ownerOverride ?? this.#frame?.task?.owner ?? this.#frame?.owner ?? ''
  }

  /** The task whose slice runs now, if what runs now may wait. */
  get task(): Task | undefined {
    return this.#frame?.task
  }

  /** The thread that the current frame runs on; 0 when no Lua runs. */
  get thread(): State {
    return this.#frame?.L ?? 0
  }

  /** Changes the owner of what runs now, waits included, until changed back. Returns the owner it had. */
  changeOwner(owner: string): string {
    const before = this.owner
    if (this.#frame?.task !== undefined) this.#frame.task.owner = owner
    else if (this.#frame !== undefined) this.#frame.owner = owner
    return before
  }

  withOwner<T>(owner: string, body: () => T): T {
    const outer = this.#ownerOverride
    this.#ownerOverride = owner
    try {
      return body()
    } finally {
      this.#ownerOverride = outer
    }
  }

  /** Enters Lua, on the task's thread or a fresh one; memory is not limited until `impose`. Throws LuaError when too deep. */
  enter(owner: string, task?: Task): Entered {
    const { engine, memory, threads, errors, watchdog } = this.#parts
    const depth = (this.#frame?.depth ?? 0) + 1
    if (depth > MOST_NESTED) {
      throw errors.make(
        'runtime',
        `stack overflow: Lua and primitives call each other more than ${MOST_NESTED} deep`,
        '',
      )
    }
    const entered: Entered = {
      thread: task?.parts.thread ?? threads.take(),
      from: this.#frame === undefined ? 0 : this.L,
      frame: this.#frame,
      L: this.L,
      limits: watchdog.limits,
      memoryLifted: memory.isLifted,
      stack: engine.api.stackSave(),
      ownerOverride: this.#ownerOverride,
    }
    this.#ownerOverride = undefined
    if (this.#frame === undefined) this.#parts.meter?.entered()
    this.#frame = { owner, task, depth, L: entered.thread.L }
    memory.lift()
    return entered
  }

  leave(entered: Entered): void {
    this.#frame = entered.frame
    this.L = entered.L
    this.#parts.watchdog.limits = entered.limits
    this.#parts.memory.restore(entered.memoryLifted)
    this.#ownerOverride = entered.ownerOverride
    if (entered.frame === undefined) this.#parts.meter?.left()
  }

  /** Gives the current frame so many milliseconds from now. */
  limit(budgetMs: number | undefined): void {
    if (budgetMs === undefined || budgetMs === Number.POSITIVE_INFINITY) return
    this.#parts.watchdog.limit(budgetMs)
  }

  /** What left Lua other than by returning, as a LuaError. */
  failure(thrown: unknown, entered: Entered): LuaError {
    const { engine, errors } = this.#parts
    if (thrown instanceof LuaError) return thrown
    engine.api.stackRestore(entered.stack)
    if (thrown instanceof Kill) return errors.make('watchdog', `stopped: ${thrown.reason}`, thrown.traceback)
    if (thrown === LONGJMP) return errors.make('memory', 'not enough memory', '')
    return this.asLuaError(thrown)
  }

  asLuaError(error: unknown): LuaError {
    const { errors } = this.#parts
    if (error instanceof LuaError) return error
    if (error instanceof ConversionError) return errors.make('conversion', error.message, '')
    if (error instanceof RangeError) return errors.make('runtime', `stack overflow (${error.message})`, '', error)
    return errors.make('runtime', error instanceof Error ? error.message : String(error), '', error)
  }

  /** Unwinds a thread that will not go on; its `__close` handlers get a moment, and cannot wait. */
  discard(thread: Thread, wasKilled: boolean): void {
    const { engine, memory, threads, watchdog } = this.#parts
    const outer = { frame: this.#frame, limits: watchdog.limits, L: this.L, lifted: memory.isLifted }
    const stack = engine.api.stackSave()
    this.#frame = { owner: this.owner, task: undefined, depth: outer.frame?.depth ?? 0, L: thread.L }
    watchdog.limits = watchdog.fresh(CLOSE_BUDGET)
    memory.lift()
    try {
      if (wasKilled) allowHook(engine, thread.L)
      threads.reset(thread)
    } catch {
      engine.api.stackRestore(stack)
      threads.drop(thread)
    } finally {
      this.#frame = outer.frame
      watchdog.limits = outer.limits
      this.L = outer.L
      memory.restore(outer.lifted)
    }
  }
}
