/** Runs Lua functions: now (`callSync`), or in tasks that may wait (`start`). Each entry into Lua is a frame. */
import { type Engine, LONGJMP, LUA, type Pointer, type State } from './engine.ts'
import { LuaError } from './error.ts'
import type { Errors } from './errors.ts'
import type { Functions, HeldFunction } from './functions.ts'
import type { Memory } from './memory.ts'
import type { Owners } from './owners.ts'
import type { Writer } from './push.ts'
import { ConversionError, type Reader, type ReadPolicy } from './read.ts'
import { Task, type Thread } from './task.ts'
import type { Threads } from './threads.ts'
import type { LuaErrorKind, LuaValue } from './types.ts'
import { Kill, type Watchdog } from './watchdog.ts'

/** Lua called by JavaScript called by Lua…: each costs native stack, which ends near 350. */
const MOST_NESTED = 150
/** Milliseconds that the `__close` of what is cancelled or was stopped may take. */
const CLOSE_BUDGET = 50
/** Tasks resumed in one turn of the event loop before the others get theirs. */
const RESUMES_PER_TURN = 200

/** One entry into Lua that has not returned. */
interface Frame {
  /** Of a slice, the task's owner counts. */
  owner: string
  /** The task whose slice it is; without one, nothing in it can wait. */
  readonly task: Task | undefined
  readonly depth: number
}

export interface StartOptions {
  readonly owner: string
  readonly budgetMs?: number
  readonly deadlineMs?: number
  readonly signal?: AbortSignal
}

interface Outcome {
  readonly ok: boolean
  readonly value: unknown
}

export class Runner {
  readonly #engine: Engine
  readonly #memory: Memory
  readonly #threads: Threads
  readonly #functions: Functions
  readonly #reader: Reader
  readonly #writer: Writer
  readonly #errors: Errors
  readonly #owners: Owners
  readonly #watchdog: Watchdog
  readonly #count: Pointer
  /** Light userdata that tells a primitive's yield from a script's. */
  readonly token: Pointer
  readonly #continuation: Pointer
  #frame: Frame | undefined
  #ownerOverride: string | undefined
  #resumes = 0
  /** The Lua thread that called into JavaScript last. */
  L: State = 0
  /** Stack of the last error, as the message handler saw it. */
  traceback = ''

  constructor(parts: {
    engine: Engine
    memory: Memory
    threads: Threads
    functions: Functions
    reader: Reader
    writer: Writer
    errors: Errors
    owners: Owners
    watchdog: Watchdog
  }) {
    const { api } = parts.engine
    this.#engine = parts.engine
    this.#memory = parts.memory
    this.#threads = parts.threads
    this.#functions = parts.functions
    this.#reader = parts.reader
    this.#writer = parts.writer
    this.#errors = parts.errors
    this.#owners = parts.owners
    this.#watchdog = parts.watchdog
    this.#count = api.malloc(4)
    this.token = api.malloc(4)
    this.#continuation = parts.engine.addFunction('iiii', (L) => this.#continue(L!))
  }

  /** Whether Lua runs now, so that the state must not be freed. */
  get isRunning(): boolean {
    return this.#frame !== undefined
  }

  get owner(): string {
    return this.#ownerOverride ?? this.#frame?.task?.owner ?? this.#frame?.owner ?? ''
  }

  get task(): Task | undefined {
    return this.#frame?.task
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

  /** Calls `push`ed function with its arguments; `read` gets its results from index 2 on. Throws LuaError. */
  callSync<T>(push: (L: State) => number, options: { owner: string; budgetMs?: number }, read: (L: State) => T): T {
    const entered = this.#enter(options.owner, undefined)
    const { thread } = entered
    const { L } = thread
    let fate: 'give' | 'drop' | 'discard' = 'drop'
    try {
      this.#limit(options.budgetMs)
      const count = push(L)
      this.#memory.impose()
      const code = this.#engine.api.lua_pcallk(L, count, LUA.MULTRET, 1, 0, 0)
      this.#memory.lift()
      const failure = code === LUA.OK ? undefined : this.#errors.read(L, -1, code, this.traceback)
      const result = failure === undefined ? read(L) : undefined
      fate = 'give'
      if (failure !== undefined) throw failure
      return result as T
    } catch (thrown) {
      if (thrown instanceof ConversionError) fate = 'give'
      else if (thrown instanceof Kill) fate = 'discard'
      throw this.#failure(thrown, entered)
    } finally {
      this.#leave(entered)
      if (fate === 'give') this.#threads.give(thread)
      else if (fate === 'drop') this.#threads.drop(thread)
      else this.#discard(thread, true)
    }
  }

  /** Starts a task at once; it runs until its first wait before this returns. */
  start(fn: HeldFunction, args: readonly LuaValue[], options: StartOptions): Promise<LuaValue[]> {
    if (options.signal?.aborted)
      return Promise.reject(this.#errors.make('cancelled', 'it was cancelled before it began', ''))
    return new Promise((done, failed) => {
      const thread = this.#threads.take()
      const stop = (task: Task, kind: LuaErrorKind, reason: string) => this.#stop(task, kind, reason)
      const budgetMs = options.budgetMs ?? Number.POSITIVE_INFINITY
      const task = new Task({ owner: options.owner, budgetMs, thread, done, failed, stop })
      this.#owners.of(task.startedBy).tasks.add(task)
      listen(task, options)
      const lifted = this.#memory.isLifted
      this.#memory.lift()
      try {
        this.#functions.push(thread.L, fn)
        this.pushAll(thread.L, args)
      } catch (error) {
        this.#threads.give(thread)
        this.#end(task)
        failed(asLuaError(error, this.#errors))
        return
      } finally {
        this.#memory.restore(lifted)
      }
      this.#slice(task, args.length)
    })
  }

  /**
   * Makes the calling primitive wait: to be called last, from a dispatcher binding, since it throws. The primitive
   * returns to Lua with what the promise settles to.
   */
  wait(L: State, promise: Promise<unknown>, op: string, pushResult: (L: State, value: unknown) => number): number {
    const task = this.#frame!.task!
    const wait = ++task.wait
    task.waitingFor = op
    const settle = (outcome: Outcome) => this.#settle(task, wait, L, outcome, pushResult)
    promise.then(
      (value) => settle({ ok: true, value }),
      (error: unknown) => settle({ ok: false, value: error }),
    )
    const { api } = this.#engine
    api.lua_settop(L, 0)
    api.lua_pushlightuserdata(L, this.token)
    return api.lua_yieldk(L, 1, 0, this.#continuation)
  }

  /** Why the code that calls from L cannot wait, or undefined if it can. */
  cannotWait(L: State): string | undefined {
    if (this.#frame?.task === undefined) return 'this code must finish at once and cannot wait'
    if (this.#engine.api.lua_isyieldable(L) !== 0) return undefined
    return 'Lua cannot wait inside table.sort, string.gsub, a metamethod called from C or a module reader'
  }

  /** Forgets the wait just begun, since whoever resumed the coroutine cannot wait. Returns the primitive's name. */
  abandonWait(): string {
    const task = this.#frame?.task
    if (task === undefined) return ''
    task.wait++
    return task.waitingFor
  }

  pushAll(L: State, args: readonly LuaValue[]): void {
    if (args.length > 10 && this.#engine.api.lua_checkstack(L, args.length + 5) === 0)
      throw new ConversionError('too many arguments')
    const top = this.#engine.api.lua_gettop(L)
    for (let i = 0; i < args.length; i++) {
      try {
        this.#writer.push(L, args[i])
      } catch (error) {
        this.#engine.api.lua_settop(L, top)
        throw error instanceof ConversionError ? new ConversionError(`argument ${i + 1}: ${error.message}`) : error
      }
    }
  }

  /** The values of L from `first` to its top. */
  readAll(L: State, first: number, policy: ReadPolicy): LuaValue[] {
    const top = this.#engine.api.lua_gettop(L)
    const values: LuaValue[] = []
    try {
      for (let i = first; i <= top; i++) values.push(this.#reader.value(L, i, policy))
    } catch (error) {
      for (const value of values) disposeFunction(value)
      throw error instanceof ConversionError
        ? new ConversionError(`result ${values.length + 1}: ${error.message}`)
        : error
    }
    return values
  }

  #continue(L: State): number {
    this.L = L
    const { api } = this.#engine
    if (api.lua_toboolean(L, 1) !== 0) return api.lua_gettop(L) - 1
    api.lua_settop(L, 2)
    return api.lua_error(L)
  }

  #settle(
    task: Task,
    wait: number,
    at: State,
    outcome: Outcome,
    pushResult: (L: State, value: unknown) => number,
  ): void {
    if (task.state !== 'waiting' || task.wait !== wait) return
    if (++this.#resumes === 1) setImmediate(() => (this.#resumes = 0))
    else if (this.#resumes > RESUMES_PER_TURN) {
      setImmediate(() => this.#settle(task, wait, at, outcome, pushResult))
      return
    }
    const { api } = this.#engine
    const { L } = task.parts.thread
    const op = task.waitingFor
    const lifted = this.#memory.isLifted
    this.#memory.lift()
    let count: number
    const top = api.lua_gettop(L)
    try {
      if (!outcome.ok) throw outcome.value
      api.lua_pushboolean(L, 1)
      count = 1 + pushResult(L, outcome.value)
    } catch (error) {
      api.lua_settop(L, top)
      api.lua_pushboolean(L, 0)
      this.#errors.push(L, error, op, at)
      count = 2
    } finally {
      this.#memory.restore(lifted)
    }
    this.#slice(task, count)
  }

  /** Runs a task until it waits or is over. */
  #slice(task: Task, count: number): void {
    const { api } = this.#engine
    const { thread, budgetMs } = task.parts
    task.state = 'running'
    let entered: Entered
    try {
      entered = this.#enter(task.owner, task)
    } catch (error) {
      this.#fail(task, error)
      this.#threads.drop(thread)
      return
    }
    try {
      this.#limit(budgetMs)
      this.#memory.impose()
      const code = api.lua_resume(thread.L, entered.from, count, this.#count)
      this.#memory.lift()
      if (code === LUA.YIELD) this.#yielded(task, this.#engine.words[this.#count >> 2]!)
      else if (code === LUA.OK) this.#finish(task)
      else this.#raised(task, code)
    } catch (thrown) {
      this.#fail(task, this.#failure(thrown, entered))
      this.#discard(thread, thrown instanceof Kill)
    } finally {
      this.#leave(entered)
    }
  }

  #yielded(task: Task, count: number): void {
    const { api } = this.#engine
    const { L } = task.parts.thread
    const isWait =
      count > 0 && api.lua_type(L, -count) === LUA.TLIGHTUSERDATA && api.lua_touserdata(L, -count) === this.token
    if (!isWait) {
      this.#fail(
        task,
        this.#errors.make('runtime', 'attempt to yield from outside a coroutine', this.#errors.traceback(L, 0)),
      )
      this.#discard(task.parts.thread, false)
      return
    }
    api.lua_settop(L, -count - 1)
    task.state = 'waiting'
    if (task.cancelled !== undefined) this.#stop(task, task.cancelled.kind, task.cancelled.reason)
  }

  #finish(task: Task): void {
    const { thread, done } = task.parts
    let values: LuaValue[]
    try {
      values = this.readAll(thread.L, 2, { functions: 'refuse', owner: task.startedBy })
    } catch (error) {
      this.#threads.give(thread)
      this.#fail(task, error)
      return
    }
    this.#threads.give(thread)
    this.#end(task)
    done(values)
  }

  #raised(task: Task, code: number): void {
    const { thread } = task.parts
    const traceback = this.#errors.traceback(thread.L, 0)
    // The thread is dead: what looks into the error (and may call its __tostring) needs another.
    const other = this.#threads.take()
    this.#engine.api.lua_xmove(thread.L, other.L, 1)
    try {
      this.#fail(task, this.#errors.read(other.L, -1, code, traceback))
    } finally {
      this.#threads.give(other)
    }
    this.#discard(thread, false)
  }

  /** Ends a task that waits. */
  #stop(task: Task, kind: LuaErrorKind, reason: string): void {
    const { thread } = task.parts
    const message = task.waitingFor === '' ? reason : `${reason} while it waited for ${task.waitingFor}`
    this.#fail(task, this.#errors.make(kind, message, this.#errors.traceback(thread.L, 0)))
    this.#discard(thread, false)
  }

  #fail(task: Task, error: unknown): void {
    this.#end(task)
    task.parts.failed(asLuaError(error, this.#errors))
  }

  #end(task: Task): void {
    if (task.state === 'over') return
    task.end()
    this.#owners.forget(task.startedBy, 'tasks', task)
  }

  /** Unwinds a thread that will not go on; its `__close` handlers get a moment, and cannot wait. */
  #discard(thread: Thread, killed: boolean): void {
    const outer = { frame: this.#frame, deadline: this.#watchdog.deadline, L: this.L, lifted: this.#memory.isLifted }
    const stack = this.#engine.api.stackSave()
    this.#frame = {
      owner: outer.frame?.task?.owner ?? outer.frame?.owner ?? '',
      task: undefined,
      depth: outer.frame?.depth ?? 0,
    }
    this.#watchdog.deadline = performance.now() + CLOSE_BUDGET
    this.#memory.lift()
    try {
      if (killed) this.#threads.allowHook(thread)
      this.#threads.reset(thread)
    } catch {
      this.#engine.api.stackRestore(stack)
      this.#threads.drop(thread)
    } finally {
      this.#frame = outer.frame
      this.#watchdog.deadline = outer.deadline
      this.L = outer.L
      this.#memory.restore(outer.lifted)
    }
  }

  #enter(owner: string, task: Task | undefined): Entered {
    const depth = (this.#frame?.depth ?? 0) + 1
    if (depth > MOST_NESTED) {
      throw this.#errors.make(
        'runtime',
        `stack overflow: Lua and primitives call each other more than ${MOST_NESTED} deep`,
        '',
      )
    }
    const entered: Entered = {
      thread: task?.parts.thread ?? this.#threads.take(),
      frame: this.#frame,
      from: this.#frame === undefined ? 0 : this.L,
      L: this.L,
      deadline: this.#watchdog.deadline,
      lifted: this.#memory.isLifted,
      stack: this.#engine.api.stackSave(),
      override: this.#ownerOverride,
    }
    this.#ownerOverride = undefined
    this.#frame = { owner, task, depth }
    this.#memory.lift()
    return entered
  }

  #leave(entered: Entered): void {
    this.#frame = entered.frame
    this.L = entered.L
    this.#watchdog.deadline = entered.deadline
    this.#memory.restore(entered.lifted)
    this.#ownerOverride = entered.override
  }

  #limit(budgetMs: number | undefined): void {
    if (budgetMs === undefined || budgetMs === Number.POSITIVE_INFINITY) return
    this.#watchdog.deadline = Math.min(this.#watchdog.deadline, performance.now() + budgetMs)
  }

  /** What left Lua other than by returning, as a LuaError. */
  #failure(thrown: unknown, entered: Entered): unknown {
    if (thrown instanceof LuaError) return thrown
    this.#engine.api.stackRestore(entered.stack)
    if (thrown instanceof Kill)
      return this.#errors.make('watchdog', 'stopped: it ran longer than it may', thrown.traceback)
    if (thrown === LONGJMP) return this.#errors.make('memory', 'not enough memory', '')
    return asLuaError(thrown, this.#errors)
  }
}

/** What to put back when an entry into Lua is left. */
interface Entered {
  readonly thread: Thread
  readonly frame: Frame | undefined
  readonly from: State
  readonly L: State
  readonly deadline: number
  readonly lifted: boolean
  readonly stack: Pointer
  readonly override: string | undefined
}

function listen(task: Task, options: StartOptions): void {
  const { deadlineMs, signal } = options
  if (deadlineMs === undefined && signal === undefined) return
  const onAbort = () => task.cancel('cancelled', 'it was cancelled')
  const timer =
    deadlineMs === undefined
      ? undefined
      : setTimeout(() => task.cancel('deadline', `it was not done within ${deadlineMs} ms`), deadlineMs)
  signal?.addEventListener('abort', onAbort, { once: true })
  task.unlisten = () => {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
  }
}

function asLuaError(error: unknown, errors: Errors): LuaError {
  if (error instanceof LuaError) return error
  if (error instanceof ConversionError) return errors.make('conversion', error.message, '')
  if (error instanceof RangeError) return errors.make('runtime', `stack overflow (${error.message})`, '', error)
  return errors.make('runtime', error instanceof Error ? error.message : String(error), '', error)
}

function disposeFunction(value: LuaValue): void {
  if (value !== null && typeof value === 'object' && Symbol.dispose in value) (value as Disposable)[Symbol.dispose]()
}
