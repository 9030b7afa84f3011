/** The shapes that cross between Lua and JavaScript, and what a VM is asked to do. No code lives here. */
import type { LuaError } from './error.ts'
import type { LuaHandle } from './handle.ts'
import type { LuaModule } from './module.ts'
import type { LUA_NULL } from './null.ts'

/**
 * What a Lua value is in JavaScript, and the other way round. Everything but functions and handles is copied.
 *
 * | Lua                                   | JavaScript                                                      |
 * |---------------------------------------|-----------------------------------------------------------------|
 * | nil                                   | `undefined` (a field that is `undefined` or `null` is absent)   |
 * | the null marker (`json.null`)         | `null` when read; pushed by `LUA_NULL`, while `null` becomes nil |
 * | integer                               | `number`, beyond ±(2^53 − 1) `bigint`                           |
 * | float                                 | `number`; a whole `number` is pushed as an integer, −0 as float |
 * | string                                | `string` when valid UTF-8, else `Uint8Array`                    |
 * | table with keys 1…n, or marked array  | array                                                           |
 * | other table (also the empty one)      | object without prototype surprises; keys are strings            |
 * | function                              | {@link LuaFunction}                                             |
 * | handle of a primitive                 | {@link LuaHandle}                                               |
 *
 * Cycles, functions inside tables (unless allowed), mixed or other keys, and depth over 100 are errors naming the path.
 */
export type LuaValue =
  | null
  | undefined
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | LuaValue[]
  | LuaTable
  | LuaFunction
  | LuaHandle
  | LuaReference
  | typeof LUA_NULL

/** A copied table whose keys are strings. */
export interface LuaTable {
  [key: string]: LuaValue
}

/**
 * A Lua function that JavaScript holds. Whoever receives one disposes of it; releasing its owner does so too.
 * Calling it after that throws a LuaError of kind 'released'.
 */
export interface LuaFunction extends Disposable {
  /** Whose it is: a module or plugin name. Calls run as this owner unless told otherwise. */
  readonly owner: string
  /** Where it was defined: "file:line". */
  readonly source: string
  /** The same number for the same Lua function for as long as somebody holds it. */
  readonly id: number
  /** True once disposed of, or once its owner was released. */
  readonly released: boolean
}

/**
 * A Lua table (or userdata, or coroutine) that JavaScript holds without looking into it, to give it back to Lua as the
 * same value. Primitives get one for an argument of type 'reference'. Whoever receives one disposes of it.
 */
export interface LuaReference extends Disposable {
  readonly owner: string
  readonly id: number
  readonly released: boolean
}

/** Why Lua failed. `runtime` is an ordinary error; the rest say what stopped it. */
export type LuaErrorKind =
  | 'runtime' // error(), or an operation Lua refuses
  | 'syntax' // did not compile
  | 'watchdog' // ran longer than its budget
  | 'memory' // the VM's memory limit
  | 'cancelled' // its owner was released, its signal aborted, or the VM closed
  | 'deadline' // `deadlineMs` passed, waiting included
  | 'argument' // a wrong argument to a primitive
  | 'conversion' // a value that cannot cross between Lua and JavaScript
  | 'released' // a LuaFunction called after its disposal
  | (string & {}) // the `kind` of a structured error that a script or primitive raised

/** An error that nobody awaits: of a callback, a background coroutine, a timer. */
export interface LuaErrorReport {
  readonly owner: string
  readonly kind: LuaErrorKind
  readonly message: string
  readonly traceback: string
  /** Where it was raised, as far as known. */
  readonly file?: string
  readonly line?: number
}

/** Finds the source of a module for `require`. Path is shown in errors and passed to the chunk as second argument. */
export type ModuleResolver = (name: string) => ResolvedModule | undefined

export interface ResolvedModule {
  readonly source: string | Uint8Array
  readonly path: string
}

export interface Meter {
  entered(): void
  left(): void
}

export interface LuaVmOptions {
  /** "hub" or "tui"; shown in errors. */
  readonly name: string
  /** Bytes that all Lua values together may take. @default 256 MiB */
  readonly memoryLimit?: number
  /** What `compileEngine` gave: several VMs can share it. @default compiled anew */
  readonly engine?: WebAssembly.Module
  /** Primitives, each a global table of its name. */
  readonly modules: readonly LuaModule[]
  /** Where `require` looks. Without it only built-in modules can be required. */
  readonly resolveModule?: ModuleResolver
  /** Names `os.getenv` may see. @default a copy of process.env */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Receives each `print` as one string without the newline; `bytes` too, if it is not valid UTF-8. @default dropped */
  readonly print?: (text: string, owner: string, bytes?: Uint8Array) => void
  /** Timers, hooks and the like that one owner may have at a time. @default no limit */
  readonly mostRegistrations?: number
  /** Told when Lua begins to run and when it has given way, for whoever keeps accounts. Must not throw. */
  readonly meter?: Meter
  /** Whether a chunk only stands between scripts and primitives: no error names a place in it. @default none does */
  readonly isWrapper?: (chunkName: string) => boolean
  /** Receives errors nobody awaits. Must not throw. */
  readonly onError: (report: LuaErrorReport) => void
}

export interface LoadOptions {
  /** Shown in errors: a path ("lua/ui/layout.lua"); its last 59 characters if longer. */
  readonly chunkName: string
  /** Whose code it is: a module or plugin name. */
  readonly owner: string
  /** The chunk's globals, from `newGlobals`. @default the VM's */
  readonly globals?: LuaReference
}

/**
 * Lets a coroutine that may run for long be paused, so that everything else gets its turn. It is paused only inside the
 * functions of one chunk, and only where they could have waited by themselves: no other code finds that something
 * changed between two of its lines that call nothing.
 */
export interface GiveWay {
  /** Milliseconds of running after which it is paused. */
  readonly everyMs: number
  /** Name of the chunk that may be paused. */
  readonly chunkName: string
  /** Asked at each pause what to wait for. @default one turn of the event loop */
  readonly until?: () => Promise<void>
}

export interface RunOptions extends LoadOptions {
  /** Milliseconds Lua may run without giving way (waiting does not count). @default no limit */
  readonly budgetMs?: number
  /** Passed to the chunk as `...`. */
  readonly args?: readonly LuaValue[]
  /** Milliseconds from now, waiting included, after which it is cancelled. @default no limit */
  readonly deadlineMs?: number
  /** Cancels it: it stops at its next wait, or at once if it waits. */
  readonly signal?: AbortSignal
  /** Lets it be paused; each time it gets its budget anew. @default never */
  readonly giveWay?: GiveWay
}

export interface CallOptions {
  /** Milliseconds Lua may run without giving way (waiting does not count). @default no limit */
  readonly budgetMs?: number
  /** Milliseconds from now, waiting included, after which it is cancelled. @default no limit */
  readonly deadlineMs?: number
  readonly signal?: AbortSignal
  /** Called whenever it waits or is paused: others may run then. */
  readonly onWait?: () => void
  /** Whose coroutine it is. @default the function's owner */
  readonly owner?: string
  /** Takes the budget and the pauses of the coroutine that runs now, if one does: for what it starts in its stead. */
  readonly inherit?: boolean
  /** Lets it be paused; each time it gets its budget anew. @default never */
  readonly giveWay?: GiveWay
}

export interface CallSyncOptions {
  /** Milliseconds Lua may run. @default no limit; inside another budgeted call never more than what that has left */
  readonly budgetMs?: number
  /** Whose call it is. @default the function's owner */
  readonly owner?: string
  /** How functions inside returned tables cross: refused, or as LuaFunction (caller disposes). @default 'refuse' */
  readonly functions?: 'refuse' | 'hold'
}

/** A Lua 5.4 state with the primitives it was given. Made with `LuaVm.create` (lua/vm/vm.ts). */
export interface LuaVmApi extends Disposable {
  readonly name: string
  /** Compiles. Throws LuaError of kind 'syntax' with file and line. */
  load(source: string | Uint8Array, options: LoadOptions): LuaFunction
  /** Compiles and runs in a coroutine; primitives may wait. Rejects with LuaError. */
  run(source: string | Uint8Array, options: RunOptions): Promise<LuaValue[]>
  /** Compiles and runs now; a primitive that would wait raises. Throws LuaError. */
  runSync(source: string | Uint8Array, options: RunOptions): LuaValue[]
  /** Calls in a coroutine; primitives may wait. Rejects with LuaError. */
  call(fn: LuaFunction, args: readonly LuaValue[], options?: CallOptions): Promise<LuaValue[]>
  /** Calls now, also from within a primitive; a primitive that would wait raises. Throws LuaError. */
  callSync(fn: LuaFunction, args: readonly LuaValue[], options?: CallSyncOptions): LuaValue[]
  /** Starts `fn` in a coroutine of its own; its error goes to `onError`. For callbacks nobody awaits. */
  spawn(fn: LuaFunction, args: readonly LuaValue[], options?: CallOptions): void
  /** Reads a global by dotted path; a function comes as LuaFunction (caller disposes). */
  getGlobal(name: string): LuaValue
  /** Sets a global by dotted path, making the tables on the way. */
  setGlobal(name: string, value: LuaValue): void
  /** A table of globals for `load`: what it lacks is the VM's, what is set stays in it. The caller disposes. */
  newGlobals(owner: string): LuaReference
  /** Cancels the owner's coroutines, runs its disposals (newest first), lets go of its functions. */
  releaseOwner(owner: string): void
  /** How many registrations and coroutines an owner has. */
  countOf(owner: string): { readonly registrations: number; readonly coroutines: number }
  /**
   * Runs `dispose` when the owner is released. Returns a function that forgets it without running it. Throws Error when
   * the owner has as many registrations as it may (`mostRegistrations`).
   */
  addDisposal(owner: string, dispose: () => void): () => void
  /** Runs `body` with `owner` as the current owner. */
  withOwner<T>(owner: string, body: () => T): T
  /** Owner of what runs now; "" when no Lua runs. */
  readonly currentOwner: string
  /** Hands an error to `onError` as the given owner's. */
  report(owner: string, error: unknown): void
  /** Bytes that Lua values take now. */
  readonly memoryUsed: number
  readonly closed: boolean
  /** Cancels everything, runs every disposal, frees the state. Safe to call twice and from within a primitive. */
  close(): void
}

export type { LuaError, LuaHandle, LuaModule }
