/**
 * Somebody at a terminal who types Lua: globals that last from line to line, results as text, everything that was
 * registered gone when they leave. It runs in a VM that goes on with its own work meanwhile.
 */
import type { LuaCompletions, LuaOutcome, LuaRun } from '../../protocol/messages/lua.ts'
import {
  LuaError,
  type LuaErrorReport,
  type LuaFunction,
  type LuaModule,
  type LuaReference,
  type LuaValue,
  type LuaVmApi,
} from '../vm/index.ts'
import type { Outbox } from './outbox.ts'
import { CONSOLE } from './runtime.ts'
import { withTraceback } from './traceback.ts'

/** Milliseconds after which a script lets everybody else have a turn: a frame of a screen is three times as long. */
const SLICE = 5
/**
 * Milliseconds that it may take where it cannot be paused: in the code of others, which counts on that nothing changes
 * under its hands, and in C (table.sort, string.gsub). Ten times what a handler may, for somebody waits for it and can
 * stop it, but an end, for the hub answers nobody meanwhile.
 */
const MOST_UNPAUSED = 2000
/** Milliseconds that finding completions may take. */
const COMPLETION_BUDGET = 100
/** Bytes of a line that is completed. */
const MOST_COMPLETED = 4096

export interface ConsoleOptions {
  readonly vm: LuaVmApi
  /** Under whose name it runs: no other may use it. */
  readonly owner: string
  /** Where what it prints goes. */
  readonly outbox: Outbox
  /** The VM's modules, for the methods of their handles. */
  readonly modules: readonly LuaModule[]
  /** Removes what the owner registered. @default what the VM knows of */
  readonly release?: (owner: string) => void
}

export class LuaConsole implements Disposable {
  readonly owner: string
  readonly #vm: LuaVmApi
  readonly #outbox: Outbox
  readonly #globals: LuaReference
  readonly #run: LuaFunction
  readonly #complete: LuaFunction
  readonly #release: (owner: string) => void
  #running: AbortController | undefined

  constructor({ vm, owner, outbox, modules, release }: ConsoleOptions) {
    this.owner = owner
    this.#vm = vm
    this.#outbox = outbox
    this.#release = release ?? ((name) => vm.releaseOwner(name))
    this.#globals = vm.newGlobals(owner)
    using chunk = vm.load(CONSOLE, { chunkName: 'botster/vm/console', owner })
    const [run, complete] = vm.callSync(chunk, [this.#globals, methodsOf(modules)])
    this.#run = run as LuaFunction
    this.#complete = complete as LuaFunction
  }

  /** Runs some Lua; what it prints is in the outbox by then. One at a time. Never rejects. */
  async run(request: LuaRun): Promise<LuaOutcome> {
    if (this.#running !== undefined) return failed('busy', 'the last one still runs')
    const running = new AbortController()
    this.#running = running
    try {
      return await this.#attempt(request, running.signal)
    } catch (error) {
      return outcomeOf(error)
    } finally {
      await this.#outbox.delivered()
      this.#running = undefined
    }
  }

  /** Stops what runs: now if it waits, else at its next pause. */
  cancel(): void {
    this.#running?.abort()
  }

  /** What the end of a line may be completed to. */
  complete(text: string): LuaCompletions {
    try {
      const [word, candidates] = this.#vm.callSync(this.#complete, [text.slice(-MOST_COMPLETED)], {
        budgetMs: COMPLETION_BUDGET,
      })
      return { word: word as string, candidates: Array.isArray(candidates) ? (candidates as string[]) : [] }
    } catch {
      return { word: '', candidates: [] } // the line breaks off inside a character, or the globals are huge
    }
  }

  /** For the VM's `print`. */
  print(text: string, bytes?: Uint8Array): void {
    if (bytes === undefined) this.#outbox.add('output', `${text}\n`)
    else this.#outbox.add('output', Buffer.concat([bytes, NEWLINE]))
  }

  /** For `io.stdout` and `io.stderr`. */
  write(stream: 'stdout' | 'stderr', bytes: Uint8Array): void {
    this.#outbox.add(stream === 'stdout' ? 'output' : 'error', bytes)
  }

  /** For the VM's `onError`: a timer's or handler's error that nobody awaits. */
  report(report: LuaErrorReport): void {
    this.#outbox.add('error', `${withTraceback(report)}\n`)
  }

  /** Cancels what runs and removes all that was registered. */
  [Symbol.dispose](): void {
    if (!this.#vm.closed) this.#release(this.owner)
  }

  async #attempt(request: LuaRun, signal: AbortSignal): Promise<LuaOutcome> {
    const { chunkName, args = [], show, timeoutMs } = request
    this.#setArguments(request)
    const chunk = this.#compile(request)
    if (!isFunction(chunk)) return chunk
    using held = chunk
    const [text] = await this.#vm.call(this.#run, [show, held, ...args], {
      owner: this.owner,
      budgetMs: MOST_UNPAUSED,
      deadlineMs: timeoutMs,
      signal,
      giveWay: { everyMs: SLICE, chunkName, until: () => this.#outbox.room() },
    })
    return { kind: 'done', text: text as string | Uint8Array | undefined }
  }

  /** An expression, if it is to be shown and is one; else a chunk. */
  #compile({ source, chunkName, show }: LuaRun): LuaFunction | LuaOutcome {
    const load = (text: string | Uint8Array) =>
      this.#vm.load(text, { chunkName, owner: this.owner, globals: this.#globals })
    let breaksOff = false
    if (show !== 'nothing') {
      try {
        return load(Buffer.concat([RETURN, Buffer.from(source as Uint8Array)]))
      } catch (error) {
        breaksOff = endsTooSoon(error)
      }
    }
    try {
      return load(source)
    } catch (error) {
      if (!breaksOff && !endsTooSoon(error)) throw error
      return { kind: 'incomplete', message: (error as Error).message }
    }
  }

  #setArguments({ chunkName, args = [], cwd = '' }: LuaRun): void {
    using set = this.#vm.load('arg = { [0] = ..., cwd = select(2, ...), select(3, ...) }', {
      chunkName: 'botster/vm/arguments',
      owner: this.owner,
      globals: this.#globals,
    })
    this.#vm.callSync(set, [chunkName, cwd, ...args])
  }
}

const NEWLINE = Buffer.from('\n')
/** Beside a variable to be closed nothing is a tail call, whose place in the code would be lost to errors. */
const RETURN = Buffer.from('local __console <close> = nil return ')

function outcomeOf(error: unknown): LuaOutcome {
  if (!(error instanceof LuaError)) return failed('internal', error instanceof Error ? error.message : String(error))
  const code = exitCode(error)
  if (code !== undefined) return { kind: 'exited', code }
  const { kind, message } = error
  // Lua calls a function after the variable it is in.
  const traceback = error.traceback.replaceAll("in local 'main_chunk'", 'in main chunk')
  if (kind === 'watchdog') {
    return failed(
      kind,
      `${message}\nIt could not be paused there: inside code that is not the script’s own.`,
      traceback,
    )
  }
  if (kind === 'deadline') return failed(kind, `stopped: ${message}`, traceback)
  if (kind === 'cancelled') return failed(kind, 'stopped', traceback)
  return failed(kind, message, traceback)
}

function endsTooSoon(error: unknown): boolean {
  if (!(error instanceof LuaError)) throw error
  return error.kind === 'syntax' && error.message.endsWith('<eof>')
}

function exitCode({ kind, value }: LuaError): number | undefined {
  if (kind !== 'exit') return undefined
  const code = typeof value === 'object' && value !== null && 'code' in value ? value.code : 0
  return typeof code === 'number' ? code : 0
}

function failed(reason: string, message: string, traceback = ''): LuaOutcome {
  return { kind: 'failed', reason, message, traceback }
}

function isFunction(value: LuaFunction | LuaOutcome): value is LuaFunction {
  return !('kind' in value)
}

/** Handle type → its methods. */
function methodsOf(modules: readonly LuaModule[]): LuaValue {
  const handles = modules.flatMap((module) => Object.entries(module.handles ?? {}))
  return Object.fromEntries(handles.map(([type, { methods }]) => [type, Object.keys(methods)]))
}
