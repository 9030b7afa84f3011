/** The Lua VM: what the hub and the TUI each have one of. */
import { callSync } from './call-sync.ts'
import { compile } from './compile.ts'
import { Engine } from './engine.ts'
import { LuaError } from './error.ts'
import type { HeldFunction } from './functions.ts'
import { getGlobal, pushNewGlobals, setGlobal } from './globals.ts'
import { makeParts, type VmParts } from './parts.ts'
import type {
  CallOptions,
  CallSyncOptions,
  LoadOptions,
  LuaFunction,
  LuaReference,
  LuaValue,
  LuaVmApi,
  LuaVmOptions,
  RunOptions,
} from './types.ts'

export class LuaVm implements LuaVmApi {
  readonly name: string
  readonly #options: LuaVmOptions
  readonly #parts: VmParts
  readonly #closing = new AbortController()
  #freed = false

  static async create(options: LuaVmOptions): Promise<LuaVm> {
    return new LuaVm(options, Engine.create(options.engine))
  }

  private constructor(options: LuaVmOptions, engine: Engine) {
    this.name = options.name
    this.#options = options
    this.#parts = makeParts(this, options, engine, this.#closing.signal)
  }

  get currentOwner(): string {
    return this.#parts.frames.owner
  }

  get memoryUsed(): number {
    return this.#parts.memory.used
  }

  get closed(): boolean {
    return this.#closing.signal.aborted
  }

  load(source: string | Uint8Array, options: LoadOptions): LuaFunction {
    this.#checkOpen()
    return this.#prepared(() => {
      const { api } = this.#parts.engine
      compile(this.#parts.engine, this.#parts.strings, this.#parts.errors, this.#parts.main, source, options.chunkName)
      if (options.globals !== undefined) {
        this.#parts.functions.push(this.#parts.main, this.#parts.functions.ours(options.globals))
        api.lua_setupvalue(this.#parts.main, -2, 1) // a chunk's first upvalue is _ENV
      }
      const held = this.#parts.functions.hold(this.#parts.main, -1, options.owner)
      api.lua_settop(this.#parts.main, -2)
      return held
    })
  }

  async run(source: string | Uint8Array, options: RunOptions): Promise<LuaValue[]> {
    using chunk = this.load(source, options)
    return await this.call(chunk, options.args ?? [], options)
  }

  runSync(source: string | Uint8Array, options: RunOptions): LuaValue[] {
    using chunk = this.load(source, options)
    return this.callSync(chunk, options.args ?? [], options)
  }

  async call(fn: LuaFunction, args: readonly LuaValue[], options: CallOptions = {}): Promise<LuaValue[]> {
    const held = this.#held(fn)
    const caller = options.inherit ? this.#parts.frames.task?.parts : undefined
    const inherited = caller && { budgetMs: caller.budgetMs, giveWay: caller.giveWay }
    return await this.#parts.scheduler.start(held, args, {
      ...options,
      ...inherited,
      owner: options.owner ?? held.owner,
    })
  }

  callSync(fn: LuaFunction, args: readonly LuaValue[], options: CallSyncOptions = {}): LuaValue[] {
    const held = this.#held(fn)
    const owner = options.owner ?? held.owner
    const policy = { functions: options.functions ?? ('refuse' as const), owner }
    this.#parts.lastError.traceback = ''
    return callSync(this.#parts, {
      owner,
      budgetMs: options.budgetMs,
      push: (L) => {
        this.#parts.functions.push(L, held)
        this.#parts.transfer.push(L, args)
        return args.length
      },
      read: (L) => this.#parts.transfer.read(L, 2, policy),
      traceback: () => this.#parts.lastError.traceback,
    })
  }

  spawn(fn: LuaFunction, args: readonly LuaValue[], options: CallOptions = {}): void {
    const owner = options.owner ?? fn.owner
    this.call(fn, args, options).catch((error: unknown) => {
      if (error instanceof LuaError && error.kind === 'cancelled') return
      this.report(owner, error)
    })
  }

  getGlobal(name: string): LuaValue {
    this.#checkOpen()
    return this.#prepared(() => {
      try {
        getGlobal(this.#parts.engine, this.#parts.strings, this.#parts.main, name)
        return this.#parts.reader.value(this.#parts.main, -1, { functions: 'refuse', owner: this.name })
      } finally {
        this.#parts.engine.api.lua_settop(this.#parts.main, 0)
      }
    })
  }

  setGlobal(name: string, value: LuaValue): void {
    this.#checkOpen()
    this.#prepared(() => {
      try {
        this.#parts.writer.push(this.#parts.main, value)
        setGlobal(this.#parts.engine, this.#parts.strings, this.#parts.main, name)
      } finally {
        this.#parts.engine.api.lua_settop(this.#parts.main, 0)
      }
    })
  }

  newGlobals(owner: string): LuaReference {
    this.#checkOpen()
    return this.#prepared(() => {
      pushNewGlobals(this.#parts.engine, this.#parts.strings, this.#parts.main)
      const held = this.#parts.functions.holdReference(this.#parts.main, -1, owner)
      this.#parts.engine.api.lua_settop(this.#parts.main, -2)
      return held
    })
  }

  releaseOwner(owner: string): void {
    this.#parts.owners.release(owner, (error) => this.report(owner, error))
  }

  countOf(owner: string): { readonly registrations: number; readonly coroutines: number } {
    return this.#parts.owners.count(owner)
  }

  addDisposal(owner: string, dispose: () => void): () => void {
    if (this.closed) {
      dispose()
      return () => undefined
    }
    // Its own function each time: the same `dispose` may be registered twice.
    const entry = () => dispose()
    const { disposals } = this.#parts.owners.of(owner)
    const most = this.#options.mostRegistrations
    if (most !== undefined && disposals.size >= most)
      throw new Error(`${owner} has ${most} of these, and may have no more`)
    disposals.add(entry)
    return () => this.#parts.owners.forget(owner, 'disposals', entry)
  }

  withOwner<T>(owner: string, body: () => T): T {
    return this.#parts.frames.withOwner(owner, body)
  }

  report(owner: string, error: unknown): void {
    const failed =
      error instanceof LuaError ? error : new LuaError({ kind: 'runtime', message: String(error), cause: error })
    this.#options.onError(failed.toReport(owner))
  }

  close(): void {
    if (this.closed) return
    this.#closing.abort()
    for (const owner of this.#parts.owners.names()) this.releaseOwner(owner)
    for (const module of this.#options.modules) module.dispose?.()
    // Lua frames may be on the stack: the state goes once they have returned.
    if (this.#parts.frames.isRunning) queueMicrotask(() => this.#free())
    else this.#free()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  #free(): void {
    if (this.#freed) return
    this.#freed = true
    // What was made while the last frames returned.
    for (const owner of this.#parts.owners.names()) this.releaseOwner(owner)
    this.#parts.engine.api.lua_close(this.#parts.main)
  }

  /** Prepares something on the main thread, where running out of memory would be fatal. */
  #prepared<T>(body: () => T): T {
    const lifted = this.#parts.memory.isLifted
    this.#parts.memory.lift()
    try {
      return body()
    } finally {
      this.#parts.memory.restore(lifted)
    }
  }

  #held(fn: LuaFunction): HeldFunction {
    this.#checkOpen()
    return this.#parts.functions.ours(fn) as HeldFunction
  }

  #checkOpen(): void {
    if (this.closed) throw new LuaError({ kind: 'cancelled', message: `the Lua VM '${this.name}' is closed` })
  }
}
