import { configModule } from '../../lua/modules/config/index.ts'
import { jsonModule, type LogLevel, logModule, timerModule } from '../../lua/modules/index.ts'
import { LuaError, type LuaErrorReport, type LuaValue, LuaVm, OWN_CHUNKS, sandboxed } from '../../lua/vm/index.ts'
import { locatedMessage } from '../modules/lua-errors.ts'
import { borderModules, checkSize, Receivers } from './border.ts'
import { improvementFiles } from './files.ts'
import * as limits from './limits.ts'
import type { FromSandbox, SandboxError, SandboxPlace, ToSandbox } from './messages.ts'

type LoadMessage = Extract<ToSandbox, { type: 'load' }>

export interface ImprovementParts {
  readonly message: LoadMessage
  readonly place: SandboxPlace
  /** Lua, compiled. */
  readonly engine: WebAssembly.Module
  readonly post: (message: FromSandbox) => void
  /** It has used up its time: to be disposed of. */
  readonly onOverdrawn: () => void
}

/** Libraries and functions of every VM that improvements do without. */
const REMOVED = ['debug', 'package', 'require', 'os.getenv']

/** Nobody holds what an improvement returns, and functions would not cross. */
const IGNORING_RESULTS = 'local chunk = ... chunk()'

/** One load of one improvement, in a Lua VM of its own. */
export class Improvement implements Disposable {
  readonly #parts: ImprovementParts
  readonly #receivers = new Receivers()
  readonly #asks = new Map<number, PromiseWithResolvers<LuaValue[]>>()
  readonly #questions = new limits.Allowance(limits.QUESTIONS)
  readonly #lines = new limits.Allowance(limits.LOG_LINES)
  readonly #errors = new limits.Allowance(limits.ERRORS)
  readonly #time = new limits.Allowance(limits.TIME)
  readonly #running: Int32Array
  #vm: LuaVm | undefined
  #lastAsk = 0
  #enteredAt = process.threadCpuUsage()
  #isOverdrawn = false

  constructor(parts: ImprovementParts) {
    this.#parts = parts
    this.#running = new Int32Array(parts.place.running)
  }

  /** Runs its file. Rejects with LuaError. */
  async load(): Promise<void> {
    const { name, path, source } = this.#parts.message
    const vm = await this.#makeVm()
    this.#vm = vm
    for (const global of REMOVED) vm.setGlobal(global, undefined)
    using chunk = vm.load(source, { chunkName: path, owner: name })
    await vm.run(IGNORING_RESULTS, {
      chunkName: `${OWN_CHUNKS}load`,
      owner: name,
      args: [chunk],
      budgetMs: limits.LOAD_BUDGET_MS,
      deadlineMs: limits.LOAD_DEADLINE_MS,
    })
  }

  /** Calls a function it has registered. Rejects with LuaError. */
  async call(fn: number, args: LuaValue[]): Promise<LuaValue[]> {
    const held = this.#receivers.get(fn)
    if (this.#vm === undefined || held === undefined) {
      throw new LuaError({ kind: 'released', message: 'it has taken this function back' })
    }
    const values = await this.#vm.call(held, args, { budgetMs: limits.CALL_BUDGET_MS })
    checkSize(values)
    return values
  }

  /** What the hub answered to a question. */
  answer(ask: number, outcome: { readonly values: LuaValue[] } | { readonly message: string }): void {
    const waiting = this.#asks.get(ask)
    this.#asks.delete(ask)
    if ('values' in outcome) waiting?.resolve(outcome.values)
    else waiting?.reject(new Error(outcome.message))
  }

  [Symbol.dispose](): void {
    this.#vm?.close()
    for (const { reject } of this.#asks.values()) reject(new Error('the improvement was unloaded'))
    this.#asks.clear()
  }

  #makeVm(): Promise<LuaVm> {
    const { message, place, engine } = this.#parts
    const primitives = [
      logModule((level, text) => this.#log(level, text)),
      jsonModule(),
      timerModule(),
      configModule({ directory: place.configDirectory, luaPath: place.luaPath, env: {} }),
    ]
    return LuaVm.create({
      name: message.name,
      engine,
      memoryLimit: limits.MEMORY_BYTES,
      env: {},
      modules: [
        ...sandboxed(primitives),
        improvementFiles(place.directory),
        ...borderModules((op, args) => this.#ask(op, args), this.#receivers),
      ],
      mostRegistrations: limits.MOST_REGISTRATIONS,
      meter: { entered: () => this.#entered(), left: () => this.#left() },
      print: (text) => this.#log('info', text),
      onError: (report) => this.#report(report),
    })
  }

  #ask(op: string, args: LuaValue[]): Promise<LuaValue[]> {
    if (this.#asks.size >= limits.MOST_PENDING) throw new Error(`${op}: ${limits.MOST_PENDING} others wait already`)
    if (!this.#questions.take(1))
      throw new Error(`${op}: asked too often, at most ${limits.QUESTIONS.perSecond} times a second`)
    checkSize(args)
    const ask = ++this.#lastAsk
    const waiting = Promise.withResolvers<LuaValue[]>()
    this.#asks.set(ask, waiting)
    this.#parts.post({ type: 'ask', id: this.#parts.message.id, ask, op, args })
    return waiting.promise
  }

  #log(level: LogLevel, text: string): void {
    if (!this.#lines.take(1)) return
    this.#parts.post({ type: 'log', id: this.#parts.message.id, level, message: text.slice(0, limits.MOST_LOG_TEXT) })
  }

  #report(report: LuaErrorReport): void {
    if (!this.#errors.take(1)) return
    this.#parts.post({ type: 'report', id: this.#parts.message.id, error: sandboxError(report) })
  }

  #entered(): void {
    this.#enteredAt = process.threadCpuUsage()
    Atomics.store(this.#running, 0, this.#parts.message.id)
  }

  #left(): void {
    Atomics.store(this.#running, 0, 0)
    const { user, system } = process.threadCpuUsage(this.#enteredAt)
    if (this.#isOverdrawn || this.#time.take((user + system) / 1000)) return
    this.#isOverdrawn = true
    this.#parts.onOverdrawn()
  }
}

/** An error as it crosses: text only. */
export function sandboxError(error: unknown): SandboxError {
  const { message, kind, traceback } = error as Partial<LuaErrorReport>
  const text = message === undefined ? String(error) : locatedMessage(error as LuaErrorReport)
  return {
    kind: kind ?? 'runtime',
    message: text.slice(0, limits.MOST_LOG_TEXT),
    traceback: (traceback ?? '').slice(0, limits.MOST_LOG_TEXT),
  }
}
