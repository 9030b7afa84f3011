/** One coroutine of the scheduler: what `run`, `call` and `spawn` start. */
import type { State } from './engine.ts'
import type { GiveWay, LuaErrorKind, LuaValue } from './types.ts'

export interface TaskParts {
  readonly owner: string
  readonly budgetMs: number
  readonly giveWay: GiveWay | undefined
  readonly thread: Thread
  readonly onWait: (() => void) | undefined
  readonly done: (values: LuaValue[]) => void
  readonly failed: (error: unknown) => void
  /** Ends a task that waits. */
  readonly stop: (task: Task, kind: LuaErrorKind, reason: string) => void
}

/** A Lua thread, kept alive by a reference in the registry. */
export interface Thread {
  readonly L: State
  readonly ref: bigint
}

export class Task {
  /** Changes while a script acts for another owner. */
  owner: string
  /** Under whose name it is cancelled. */
  readonly startedBy: string
  readonly parts: TaskParts
  state: 'running' | 'waiting' | 'over' = 'running'
  /** The primitive it waits for, and a number that no longer fits once it has stopped waiting. */
  waitingFor = ''
  wait = 0
  /** When it is to be paused, in the time of `performance.now()`, and whether it just was. */
  pauseAt = Number.POSITIVE_INFINITY
  isPaused = false
  /** Set when it was cancelled while running: it stops at its next wait. */
  cancelled: { kind: LuaErrorKind; reason: string } | undefined
  /** Undoes the deadline timer and the signal's listener. */
  unlisten: (() => void) | undefined
  #controller: AbortController | undefined

  constructor(parts: TaskParts) {
    this.parts = parts
    this.owner = parts.owner
    this.startedBy = parts.owner
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.state === 'over') this.#controller.abort()
    return this.#controller.signal
  }

  /** Stops it: now if it waits, at its next wait if it runs. */
  cancel(kind: LuaErrorKind, reason: string): void {
    if (this.state === 'over') return
    if (this.state === 'running') this.cancelled ??= { kind, reason }
    else this.parts.stop(this, kind, reason)
  }

  /** Marks it over and tells primitives that still work for it. */
  end(): void {
    this.state = 'over'
    this.wait++
    this.unlisten?.()
    this.#controller?.abort()
  }
}
