/** The Lua VM: what the hub and the TUI each have one of. */
import { Binder } from './bind.ts'
import { type CallSyncParts, callSync } from './call-sync.ts'
import { compile } from './compile.ts'
import { Depth } from './depth.ts'
import { Dispatcher } from './dispatcher.ts'
import { Engine, LUA, type State } from './engine.ts'
import { LuaError } from './error.ts'
import { Errors, isOwnChunk } from './errors.ts'
import { Frames } from './frames.ts'
import { Functions, type HeldFunction } from './functions.ts'
import { getGlobal, pushNewGlobals, setGlobal } from './globals.ts'
import { Handles } from './handles.ts'
import { installModule } from './install.ts'
import { Locations } from './location.ts'
import { Memory } from './memory.ts'
import { osModule } from './os.ts'
import { Owners } from './owners.ts'
import { installPrelude } from './prelude.ts'
import { Writer } from './push.ts'
import { Reader } from './read.ts'
import { Scheduler } from './scheduler.ts'
import { openState } from './state.ts'
import { Strings } from './strings.ts'
import { Threads } from './threads.ts'
import { Transfer } from './transfer.ts'
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
import { Watchdog } from './watchdog.ts'

const DEFAULT_MEMORY = 256 << 20

export class LuaVm implements LuaVmApi {
  readonly name: string
  readonly #options: LuaVmOptions
  readonly #engine: Engine
  readonly #main: State
  readonly #memory: Memory
  readonly #strings: Strings
  readonly #reader: Reader
  readonly #writer: Writer
  readonly #errors: Errors
  readonly #functions: Functions
  readonly #owners = new Owners()
  readonly #threads: Threads
  readonly #frames: Frames
  readonly #calls: CallSyncParts
  readonly #transfer: Transfer
  readonly #scheduler: Scheduler
  /** The stack of the last error, as the message handler saw it. */
  #traceback = ''
  readonly #closing = new AbortController()
  #freed = false

  static async create(options: LuaVmOptions): Promise<LuaVm> {
    return new LuaVm(options, Engine.create(options.engine))
  }

  private constructor(options: LuaVmOptions, engine: Engine) {
    this.name = options.name
    this.#options = options
    this.#engine = engine
    const locations = new Locations(engine)
    const onBurst = () => {
      this.#memory.relieve()
      watchdog.checkBeforeLongWork(undefined, where) // a traceback would need memory
    }
    const where = () => locations.current(this.#frames.thread, isOwnChunk)
    const onRefused = () => {
      this.#errors.outOfMemoryAt = where()
    }
    this.#memory = new Memory(engine, options.memoryLimit ?? DEFAULT_MEMORY, onBurst, onRefused)
    this.#strings = new Strings(engine)
    const state = openState(engine, this.#memory, this.#strings)
    const { main } = state
    this.#main = main
    this.#functions = new Functions(engine, main, this.#owners, locations)
    const handles = new Handles(engine)
    this.#reader = new Reader(engine, this.#strings, this.#functions, handles, state.arrayMarkPointer)
    this.#writer = new Writer(engine, this.#strings, this.#functions, handles, state.arrayMark)
    this.#errors = new Errors({
      engine,
      strings: this.#strings,
      reader: this.#reader,
      writer: this.#writer,
      metatable: state.errorMark,
      ring: state.errorRing,
    })
    const dispatcher = new Dispatcher(engine, {
      frames: () => this.#frames,
      errors: () => this.#errors,
      called: (L) => watchdog.called(L),
    })
    const depth = new Depth({ engine, strings: this.#strings, errors: this.#errors })
    const watchdog = new Watchdog(
      engine,
      (L) => this.#errors.traceback(L, 0),
      (L) => {
        depth.check(L)
        this.#memory.relieve()
        this.#scheduler.giveWay(L)
      },
    )
    watchdog.watch(main)
    this.#threads = new Threads(engine, main, this.#messageHandler(dispatcher))
    const running = { engine, memory: this.#memory, threads: this.#threads, errors: this.#errors }
    this.#frames = new Frames({ ...running, watchdog, meter: options.meter })
    this.#calls = { ...running, frames: this.#frames }
    this.#transfer = new Transfer(engine, this.#reader, this.#writer)
    this.#scheduler = new Scheduler({
      ...running,
      frames: this.#frames,
      functions: this.#functions,
      transfer: this.#transfer,
      owners: this.#owners,
      locations,
    })
    installPrelude({
      engine,
      main,
      strings: this.#strings,
      writer: this.#writer,
      dispatcher,
      scheduler: this.#scheduler,
      errors: this.#errors,
      watchdog,
      errorMark: state.errorMark,
      print: (text, bytes) => options.print?.(text, this.#frames.owner, bytes),
      resolveModule: options.resolveModule,
    })
    const binder = new Binder({
      vm: this,
      engine,
      strings: this.#strings,
      reader: this.#reader,
      writer: this.#writer,
      functions: this.#functions,
      handles,
      errors: this.#errors,
      frames: this.#frames,
      scheduler: this.#scheduler,
      owner: () => this.#frames.owner,
      closing: this.#closing.signal,
    })
    for (const module of [osModule(options.env ?? process.env), ...options.modules]) {
      installModule(
        {
          engine,
          main,
          strings: this.#strings,
          writer: this.#writer,
          errors: this.#errors,
          dispatcher,
          binder,
          handles,
        },
        module,
      )
    }
  }

  get currentOwner(): string {
    return this.#frames.owner
  }

  get memoryUsed(): number {
    return this.#memory.used
  }

  get closed(): boolean {
    return this.#closing.signal.aborted
  }

  load(source: string | Uint8Array, options: LoadOptions): LuaFunction {
    this.#checkOpen()
    return this.#prepared(() => {
      const { api } = this.#engine
      compile(this.#engine, this.#strings, this.#errors, this.#main, source, options.chunkName)
      if (options.globals !== undefined) {
        this.#functions.push(this.#main, this.#functions.ours(options.globals))
        api.lua_setupvalue(this.#main, -2, 1) // a chunk's first upvalue is _ENV
      }
      const held = this.#functions.hold(this.#main, -1, options.owner)
      api.lua_settop(this.#main, -2)
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
    const caller = options.inherit ? this.#frames.task?.parts : undefined
    const inherited = caller && { budgetMs: caller.budgetMs, giveWay: caller.giveWay }
    return await this.#scheduler.start(held, args, { ...options, ...inherited, owner: options.owner ?? held.owner })
  }

  callSync(fn: LuaFunction, args: readonly LuaValue[], options: CallSyncOptions = {}): LuaValue[] {
    const held = this.#held(fn)
    const owner = options.owner ?? held.owner
    const policy = { functions: options.functions ?? ('refuse' as const), owner }
    this.#traceback = ''
    return callSync(this.#calls, {
      owner,
      budgetMs: options.budgetMs,
      push: (L) => {
        this.#functions.push(L, held)
        this.#transfer.push(L, args)
        return args.length
      },
      read: (L) => this.#transfer.read(L, 2, policy),
      traceback: () => this.#traceback,
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
        getGlobal(this.#engine, this.#strings, this.#main, name)
        return this.#reader.value(this.#main, -1, { functions: 'refuse', owner: this.name })
      } finally {
        this.#engine.api.lua_settop(this.#main, 0)
      }
    })
  }

  setGlobal(name: string, value: LuaValue): void {
    this.#checkOpen()
    this.#prepared(() => {
      try {
        this.#writer.push(this.#main, value)
        setGlobal(this.#engine, this.#strings, this.#main, name)
      } finally {
        this.#engine.api.lua_settop(this.#main, 0)
      }
    })
  }

  newGlobals(owner: string): LuaReference {
    this.#checkOpen()
    return this.#prepared(() => {
      pushNewGlobals(this.#engine, this.#strings, this.#main)
      const held = this.#functions.holdReference(this.#main, -1, owner)
      this.#engine.api.lua_settop(this.#main, -2)
      return held
    })
  }

  releaseOwner(owner: string): void {
    this.#owners.release(owner, (error) => this.report(owner, error))
  }

  countOf(owner: string): { readonly registrations: number; readonly coroutines: number } {
    return this.#owners.count(owner)
  }

  addDisposal(owner: string, dispose: () => void): () => void {
    if (this.closed) {
      dispose()
      return () => undefined
    }
    // Its own function each time: the same `dispose` may be registered twice.
    const entry = () => dispose()
    const { disposals } = this.#owners.of(owner)
    const most = this.#options.mostRegistrations
    if (most !== undefined && disposals.size >= most)
      throw new Error(`${owner} has ${most} of these, and may have no more`)
    disposals.add(entry)
    return () => this.#owners.forget(owner, 'disposals', entry)
  }

  withOwner<T>(owner: string, body: () => T): T {
    return this.#frames.withOwner(owner, body)
  }

  report(owner: string, error: unknown): void {
    const failed =
      error instanceof LuaError ? error : new LuaError({ kind: 'runtime', message: String(error), cause: error })
    this.#options.onError(failed.toReport(owner))
  }

  close(): void {
    if (this.closed) return
    this.#closing.abort()
    for (const owner of this.#owners.names()) this.releaseOwner(owner)
    for (const module of this.#options.modules) module.dispose?.()
    // Lua frames may be on the stack: the state goes once they have returned.
    if (this.#frames.isRunning) queueMicrotask(() => this.#free())
    else this.#free()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  #free(): void {
    if (this.#freed) return
    this.#freed = true
    // What was made while the last frames returned.
    for (const owner of this.#owners.names()) this.releaseOwner(owner)
    this.#engine.api.lua_close(this.#main)
  }

  /** Prepares something on the main thread, where running out of memory would be fatal. */
  #prepared<T>(body: () => T): T {
    const lifted = this.#memory.isLifted
    this.#memory.lift()
    try {
      return body()
    } finally {
      this.#memory.restore(lifted)
    }
  }

  #held(fn: LuaFunction): HeldFunction {
    this.#checkOpen()
    return this.#functions.ours(fn) as HeldFunction
  }

  #checkOpen(): void {
    if (this.closed) throw new LuaError({ kind: 'cancelled', message: `the Lua VM '${this.name}' is closed` })
  }

  /** The message handler of every call: takes down the stack while it is still there. Returns its registry reference. */
  #messageHandler(dispatcher: Dispatcher): bigint {
    const { api } = this.#engine
    dispatcher.push(this.#main, 'error handler', (L) => {
      this.#traceback = this.#errors.traceback(L, 1)
      return 1
    })
    return BigInt(api.luaL_ref(this.#main, LUA.REGISTRYINDEX))
  }
}
