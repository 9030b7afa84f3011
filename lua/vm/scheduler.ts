/** Runs tasks: coroutines that may wait for primitives. A wait is a yield of a private token. */
import { type Engine, LUA, type Pointer, type State } from './engine.ts'
import { type Errors, shortName } from './errors.ts'
import type { Frames } from './frames.ts'
import type { Functions, HeldFunction } from './functions.ts'
import type { Locations } from './location.ts'
import type { Memory } from './memory.ts'
import type { Owners } from './owners.ts'
import { Task } from './task.ts'
import type { Threads } from './threads.ts'
import type { Transfer } from './transfer.ts'
import type { GiveWay, LuaErrorKind, LuaValue } from './types.ts'
import { Kill } from './watchdog.ts'

/** Tasks resumed in one turn of the event loop before the others get theirs, and milliseconds they may run in it. */
const RESUMES_PER_TURN = 200
const MS_PER_TURN = 10

export interface StartOptions {
  readonly owner: string
  readonly budgetMs?: number
  readonly deadlineMs?: number
  readonly signal?: AbortSignal
  readonly giveWay?: GiveWay
  readonly onWait?: () => void
}

export interface SchedulerParts {
  readonly engine: Engine
  readonly memory: Memory
  readonly threads: Threads
  readonly functions: Functions
  readonly transfer: Transfer
  readonly errors: Errors
  readonly owners: Owners
  readonly frames: Frames
  readonly locations: Locations
}

/** What a wait ended with. */
interface Settled {
  readonly task: Task
  /** Tells a wait that was abandoned from the current one. */
  readonly wait: number
  /** The thread that waits: the task's, or of a script's own coroutine in it. */
  readonly at: State
  readonly ok: boolean
  readonly value: unknown
  readonly pushResult: PushResult
}

/** Pushes what a primitive resolved to; returns how many values. */
export type PushResult = (L: State, value: unknown) => number

export class Scheduler {
  readonly #parts: SchedulerParts
  /** Light userdata that tells a primitive's yield from a script's. */
  readonly token: Pointer
  readonly #count: Pointer
  readonly #continuation: Pointer
  #resumes = 0
  #turnEnds = 0

  constructor(parts: SchedulerParts) {
    this.#parts = parts
    const { engine } = parts
    this.#count = engine.api.malloc(4)
    this.token = engine.api.malloc(4)
    this.#continuation = engine.addFunction('iiii', (L) => this.#continue(L as State))
  }

  /** Starts a task at once; it runs until its first wait before this returns. */
  start(fn: HeldFunction, args: readonly LuaValue[], options: StartOptions): Promise<LuaValue[]> {
    const { memory, threads, functions, transfer, errors, owners, frames } = this.#parts
    if (options.signal?.aborted) return Promise.reject(errors.make('cancelled', 'it was cancelled before it began', ''))
    return new Promise((done, failed) => {
      const lifted = memory.isLifted
      memory.lift()
      const thread = threads.take()
      try {
        functions.push(thread.L, fn)
        transfer.push(thread.L, args)
      } catch (error) {
        threads.give(thread)
        failed(frames.asLuaError(error))
        return
      } finally {
        memory.restore(lifted)
      }
      const budgetMs = options.budgetMs ?? Number.POSITIVE_INFINITY
      const stop = (task: Task, kind: LuaErrorKind, reason: string) => this.#stop(task, kind, reason)
      const { owner, giveWay, onWait } = options
      const task = new Task({ owner, budgetMs, giveWay, onWait, thread, done, failed, stop })
      owners.of(task.startedBy).tasks.add(task)
      listen(task, options)
      this.#slice(task, args.length)
    })
  }

  /** Why the code that calls from L cannot wait, or undefined if it can. */
  cannotWait(L: State): string | undefined {
    if (this.#parts.frames.task === undefined) return 'this code must finish at once and cannot wait'
    if (this.#parts.engine.api.lua_isyieldable(L) !== 0) return undefined
    return 'Lua cannot wait inside table.sort, string.gsub, a metamethod called from C or a module reader'
  }

  /**
   * Makes the calling primitive wait: to be called last, from a dispatcher binding, since it throws. The primitive
   * returns to Lua with what the promise settles to.
   */
  wait(L: State, promise: Promise<unknown>, op: string, pushResult: PushResult): number {
    const task = this.#parts.frames.task!
    const wait = ++task.wait
    task.waitingFor = op
    promise.then(
      (value) => this.#settle({ task, wait, at: L, ok: true, value, pushResult }),
      (value: unknown) => this.#settle({ task, wait, at: L, ok: false, value, pushResult }),
    )
    const { api } = this.#parts.engine
    api.lua_settop(L, 0)
    api.lua_pushlightuserdata(L, this.token)
    return api.lua_yieldk(L, 1, 0, this.#continuation)
  }

  /** From the count hook, as its last act: pauses the coroutine that runs on L if it is time to, and it may be. */
  giveWay(L: State): void {
    const { engine, frames, locations } = this.#parts
    const { task } = frames
    if (task === undefined || performance.now() < task.pauseAt || engine.api.lua_isyieldable(L) === 0) return
    if (locations.running(L) !== shortName(task.parts.giveWay!.chunkName)) return
    task.isPaused = true
    engine.api.lua_yieldk(L, 0, 0, 0) // in a hook, it takes effect when the hook returns
  }

  /** Whether the coroutine that just yielded nothing was paused. */
  get isPaused(): boolean {
    return this.#parts.frames.task?.isPaused === true
  }

  /** Forgets the wait just begun, since whoever resumed the coroutine cannot wait. Returns the primitive's name. */
  abandonWait(): string {
    const { task } = this.#parts.frames
    if (task === undefined) return ''
    task.isPaused = false
    task.wait++
    return task.waitingFor
  }

  /** Runs on the waiting thread when it is resumed with (ok, values… or error): returns or raises from the primitive. */
  #continue(L: State): number {
    this.#parts.frames.L = L
    const { api } = this.#parts.engine
    if (api.lua_toboolean(L, 1) !== 0) return api.lua_gettop(L) - 1
    api.lua_settop(L, 2)
    return api.lua_error(L)
  }

  #settle(settled: Settled): void {
    const { task, wait } = settled
    if (task.state !== 'waiting' || task.wait !== wait) return
    if (++this.#resumes === 1) {
      this.#turnEnds = performance.now() + MS_PER_TURN
      setImmediate(() => {
        this.#resumes = 0
      })
    } else if (this.#resumes > RESUMES_PER_TURN || performance.now() > this.#turnEnds) {
      setImmediate(() => this.#settle(settled))
      return
    }
    this.#slice(task, this.#pushOutcome(settled))
  }

  #pushOutcome({ task, at, ok, value, pushResult }: Settled): number {
    const { engine, memory, errors } = this.#parts
    const { api } = engine
    const { L } = task.parts.thread
    const lifted = memory.isLifted
    const top = api.lua_gettop(L)
    memory.lift()
    try {
      if (!ok) throw value
      api.lua_pushboolean(L, 1)
      return 1 + pushResult(L, value)
    } catch (error) {
      api.lua_settop(L, top)
      api.lua_pushboolean(L, 0)
      errors.push(L, error, task.waitingFor, at)
      return 2
    } finally {
      memory.restore(lifted)
    }
  }

  /** Runs a task until it waits or is over. */
  #slice(task: Task, count: number): void {
    const { engine, memory, threads, frames } = this.#parts
    const { thread, budgetMs, giveWay } = task.parts
    task.state = 'running'
    if (giveWay !== undefined) task.pauseAt = performance.now() + giveWay.everyMs
    let entered: ReturnType<Frames['enter']>
    try {
      entered = frames.enter(task.owner, task)
    } catch (error) {
      this.#fail(task, error)
      threads.drop(thread)
      return
    }
    try {
      frames.limit(budgetMs)
      memory.impose()
      const code = engine.api.lua_resume(thread.L, entered.from, count, this.#count)
      memory.lift()
      if (code === LUA.YIELD) this.#yielded(task, engine.words[this.#count >> 2]!)
      else if (code === LUA.OK) this.#finish(task)
      else this.#raised(task, code)
    } catch (thrown) {
      this.#fail(task, frames.failure(thrown, entered))
      frames.discard(thread, thrown instanceof Kill)
    } finally {
      frames.leave(entered)
    }
  }

  #yielded(task: Task, count: number): void {
    const { engine, errors, frames } = this.#parts
    const { api } = engine
    const { L } = task.parts.thread
    task.parts.onWait?.()
    if (task.isPaused) {
      api.lua_settop(L, -count - 1)
      this.#pause(task)
      return
    }
    const isWait =
      count > 0 && api.lua_type(L, -count) === LUA.TLIGHTUSERDATA && api.lua_touserdata(L, -count) === this.token
    if (!isWait) {
      this.#fail(task, errors.make('runtime', 'attempt to yield from outside a coroutine', errors.traceback(L, 0)))
      frames.discard(task.parts.thread, false)
      return
    }
    api.lua_settop(L, -count - 1)
    task.state = 'waiting'
    if (task.cancelled !== undefined) this.#stop(task, task.cancelled.kind, task.cancelled.reason)
  }

  #pause(task: Task): void {
    task.isPaused = false
    task.state = 'waiting'
    task.waitingFor = ''
    if (task.cancelled !== undefined) {
      this.#stop(task, task.cancelled.kind, task.cancelled.reason)
      return
    }
    const wait = ++task.wait
    const goOn = () => {
      if (task.state === 'waiting' && task.wait === wait) this.#slice(task, 0)
    }
    const until = task.parts.giveWay?.until
    if (until === undefined) setImmediate(goOn)
    else until().then(goOn, goOn)
  }

  #finish(task: Task): void {
    const { threads, transfer } = this.#parts
    const { thread, done } = task.parts
    let values: LuaValue[]
    try {
      values = transfer.read(thread.L, 2, { functions: 'refuse', owner: task.startedBy })
    } catch (error) {
      threads.give(thread)
      this.#fail(task, error)
      return
    }
    threads.give(thread)
    this.#end(task)
    done(values)
  }

  #raised(task: Task, code: number): void {
    const { engine, threads, errors, frames } = this.#parts
    const { thread } = task.parts
    const traceback = errors.traceback(thread.L, 0)
    // The thread is dead: what looks into the error (and may call its __tostring) needs another.
    const other = threads.take()
    engine.api.lua_xmove(thread.L, other.L, 1)
    try {
      this.#fail(task, errors.read(other.L, -1, code, traceback))
      threads.give(other)
    } catch (thrown) {
      // Its __tostring was stopped half-way.
      threads.drop(other)
      throw thrown
    }
    frames.discard(thread, false)
  }

  /** Ends a task that waits. */
  #stop(task: Task, kind: LuaErrorKind, reason: string): void {
    const { errors, frames } = this.#parts
    const { thread } = task.parts
    const message = task.waitingFor === '' ? reason : `${reason} while it waited for ${task.waitingFor}`
    this.#fail(task, errors.make(kind, message, errors.traceback(thread.L, 0)))
    frames.discard(thread, false)
  }

  #fail(task: Task, error: unknown): void {
    this.#end(task)
    task.parts.failed(this.#parts.frames.asLuaError(error))
  }

  #end(task: Task): void {
    if (task.state === 'over') return
    task.end()
    this.#parts.owners.forget(task.startedBy, 'tasks', task)
  }
}

function listen(task: Task, { deadlineMs, signal }: StartOptions): void {
  if (deadlineMs === undefined && signal === undefined) return
  const onAbort = () => task.cancel('cancelled', 'it was cancelled')
  const onDeadline = () => task.cancel('deadline', `it was not done within ${deadlineMs} ms`)
  const timer = deadlineMs === undefined ? undefined : setTimeout(onDeadline, deadlineMs)
  signal?.addEventListener('abort', onAbort, { once: true })
  task.unlisten = () => {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
  }
}
