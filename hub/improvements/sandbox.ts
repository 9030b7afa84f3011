/** The hub's side of the thread that improvements run in: starts it, speaks to it, and ends it when it does not answer. */
import { Worker } from 'node:worker_threads'
import type { LogLevel } from '../../lua/modules/index.ts'
import { LuaError, type LuaValue } from '../../lua/vm/index.ts'
import { MOST_IMPROVEMENTS, MOST_PENDING } from './limits.ts'
import type { FromSandbox, SandboxError, SandboxPlace, ToSandbox } from './messages.ts'

/** How often the thread is asked whether it is there, and how often it may fail to answer: its own budgets are shorter. */
const PING_MS = 2000
const MOST_SILENCE = 3
/** The same while it starts, which takes long on a busy machine. */
const MOST_SILENCE_AT_START = 15
/** Megabytes of the thread's JavaScript. Its Lua has limits of its own. */
const RESOURCE_LIMITS = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 32, stackSizeMb: 4 }

/** What the hub does for one improvement. */
export interface ImprovementHost {
  readonly name: string
  /** Answers a question. Rejects with an error whose message the improvement gets. */
  ask(op: string, args: LuaValue[]): Promise<LuaValue[]>
  log(level: LogLevel, message: string): void
  report(error: LuaError): void
}

/** Why improvements ended by themselves. */
export interface SandboxEnd {
  readonly message: string
  /** The one whose doing it was, if that is known. */
  readonly culprit: number | undefined
  /** All that have ended. */
  readonly ids: readonly number[]
}

export interface SandboxOptions {
  readonly place: Omit<SandboxPlace, 'running'>
  /** Script of the thread. */
  readonly workerPath: string
  readonly onEnd: (end: SandboxEnd) => void
  /** @default 2000 */
  readonly pingMs?: number
}

interface Loaded {
  readonly host: ImprovementHost
  readonly loading: PromiseWithResolvers<void>
  readonly calls: Map<number, PromiseWithResolvers<LuaValue[]>>
}

export class Sandbox implements Disposable {
  readonly #options: SandboxOptions
  readonly #running = new SharedArrayBuffer(4)
  readonly #loaded = new Map<number, Loaded>()
  #worker: Worker | undefined
  #pings: NodeJS.Timeout | undefined
  #silence = 0
  #hasStarted = false
  #lastId = 0
  #lastCall = 0

  constructor(options: SandboxOptions) {
    this.#options = options
  }

  /** Reserves a number for an improvement, which `load` runs. @throws LuaError when there are too many */
  add(host: ImprovementHost): number {
    if (this.#loaded.size >= MOST_IMPROVEMENTS) {
      throw new LuaError({
        kind: 'too_many',
        message: `there are ${MOST_IMPROVEMENTS} improvements already, and may be no more`,
      })
    }
    const id = ++this.#lastId
    const loading = Promise.withResolvers<void>()
    loading.promise.catch(() => undefined)
    this.#loaded.set(id, { host, loading, calls: new Map() })
    return id
  }

  /** Runs its file. Rejects with LuaError. */
  async load(id: number, path: string, source: Uint8Array): Promise<void> {
    const loaded = this.#loaded.get(id)
    if (loaded === undefined) return
    this.#post({ type: 'load', id, name: loaded.host.name, path, source })
    await loaded.loading.promise
  }

  /** Calls a function that an improvement registered. Rejects with LuaError, also when too many calls of it wait. */
  async call(id: number, fn: number, args: LuaValue[]): Promise<LuaValue[]> {
    const loaded = this.#loaded.get(id)
    if (loaded === undefined) throw new LuaError({ kind: 'cancelled', message: 'the improvement was unloaded' })
    const { calls, host } = loaded
    if (calls.size >= MOST_PENDING) {
      throw new LuaError({ kind: 'busy', message: `${host.name}: ${MOST_PENDING} calls of it wait already` })
    }
    const call = ++this.#lastCall
    const waiting = Promise.withResolvers<LuaValue[]>()
    calls.set(call, waiting)
    this.#post({ type: 'call', id, call, fn, args })
    return await waiting.promise
  }

  /** Ends an improvement. Whoever waits for it gets an error. */
  unload(id: number): void {
    if (!this.#forget(id, 'it was unloaded')) return
    this.#worker?.postMessage({ type: 'unload', id } satisfies ToSandbox)
    if (this.#loaded.size === 0) this.#stop()
  }

  [Symbol.dispose](): void {
    for (const id of [...this.#loaded.keys()]) this.unload(id)
    this.#stop()
  }

  #post(message: ToSandbox): void {
    this.#worker ??= this.#start()
    this.#worker.postMessage(message)
  }

  #start(): Worker {
    const { place, workerPath, pingMs = PING_MS } = this.#options
    const worker = new Worker(workerPath, {
      workerData: { ...place, running: this.#running } satisfies SandboxPlace,
      env: {},
      stdin: false,
      stdout: true,
      stderr: true,
      resourceLimits: RESOURCE_LIMITS,
    })
    worker.stdout.resume()
    worker.stderr.resume()
    worker.unref()
    worker.on('message', (message: FromSandbox) => this.#hear(message))
    worker.on('error', (error) => this.#died(worker, error.message))
    worker.on('exit', () => this.#died(worker, 'its thread ended'))
    this.#silence = 0
    this.#hasStarted = false
    this.#pings = setInterval(() => this.#ping(worker), pingMs).unref()
    return worker
  }

  #ping(worker: Worker): void {
    if (this.#silence >= (this.#hasStarted ? MOST_SILENCE : MOST_SILENCE_AT_START)) {
      worker.terminate().catch(() => undefined)
      return this.#died(worker, 'it did not give way')
    }
    this.#silence++
    worker.postMessage({ type: 'ping' } satisfies ToSandbox)
  }

  #stop(): void {
    clearInterval(this.#pings)
    const worker = this.#worker
    this.#worker = undefined
    worker?.terminate().catch(() => undefined)
  }

  #died(worker: Worker, reason: string): void {
    if (worker !== this.#worker) return
    const running = Atomics.exchange(new Int32Array(this.#running), 0, 0)
    const culprit = this.#loaded.has(running) ? running : undefined
    this.#stop()
    const ids = [...this.#loaded.keys()]
    this.#options.onEnd({ message: `the sandbox was ended: ${reason}`, culprit, ids })
    for (const id of ids) this.#forget(id, `the sandbox was ended: ${reason}`)
  }

  #forget(id: number, reason: string): boolean {
    const loaded = this.#loaded.get(id)
    if (loaded === undefined) return false
    this.#loaded.delete(id)
    const error = new LuaError({ kind: 'cancelled', message: `${loaded.host.name}: ${reason}` })
    loaded.loading.reject(error)
    for (const { reject } of loaded.calls.values()) reject(error)
    return true
  }

  #hear(message: FromSandbox): void {
    this.#hasStarted = true
    if (message.type === 'pong') {
      this.#silence = 0
      return
    }
    const { id } = message
    const loaded = this.#loaded.get(id)
    if (loaded === undefined) return
    switch (message.type) {
      case 'loaded':
        if (message.error === undefined) loaded.loading.resolve()
        else loaded.loading.reject(luaError(message.error))
        return
      case 'returned':
        take(loaded, message.call)?.resolve(message.values)
        return
      case 'failed':
        take(loaded, message.call)?.reject(luaError(message.error))
        return
      case 'ask':
        this.#answer(loaded, message).catch(() => undefined)
        return
      case 'log':
        return loaded.host.log(message.level, message.message)
      case 'report':
        return loaded.host.report(luaError(message.error))
      case 'overdrawn':
        this.#options.onEnd({ message: message.message, culprit: id, ids: [id] })
        this.unload(id)
        return
      default:
        message satisfies never
    }
  }

  async #answer({ host }: Loaded, { id, ask, op, args }: Extract<FromSandbox, { type: 'ask' }>): Promise<void> {
    const answer = (message: ToSandbox) => {
      if (this.#loaded.has(id)) this.#post(message)
    }
    try {
      answer({ type: 'reply', id, ask, values: await host.ask(op, args) })
    } catch (error) {
      answer({ type: 'refusal', id, ask, message: (error as Error).message })
    }
  }
}

function take({ calls }: Loaded, call: number): PromiseWithResolvers<LuaValue[]> | undefined {
  const waiting = calls.get(call)
  calls.delete(call)
  return waiting
}

function luaError({ kind, message, traceback }: SandboxError): LuaError {
  return new LuaError({ kind, message, traceback })
}
