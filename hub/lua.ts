import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import {
  createEvents,
  type Events,
  jsonModule,
  type LogSink,
  logModule,
  machineModules,
  networkModules,
  ownersModule,
  taskModule,
  timerModule,
} from '../lua/modules/index.ts'
import { LuaError, type LuaErrorReport, type LuaTable, type LuaValue } from '../lua/vm/index.ts'
import { LuaVm } from '../lua/vm/vm.ts'
import type { Signal } from '../protocol/messages/ptyhost.ts'
import type { ClientInfo } from './clients.ts'
import { Consoles } from './consoles.ts'
import { hubMachine } from './lua-machine.ts'
import { luaRoots } from './lua-roots.ts'
import { HUB_OWNER } from './modules/callbacks.ts'
import { snakeCase } from './modules/convert.ts'
import { type HubPrimitives, hubPrimitives } from './modules/index.ts'
import { locatedMessage, moduleOf } from './modules/lua-errors.ts'
import { ModuleFiles } from './modules/module-files.ts'
import { type Outcome, refusal, success } from './outcome.ts'
import type { PtyhostChange } from './ptyhost-link.ts'
import { ReportRate } from './report-rate.ts'
import type { HubContext, HubLua, Message } from './types.ts'

/** How long the hub waits for its Lua to boot before it serves: a plugin that waits for a server must not hold it up. */
const BOOT_PATIENCE_MS = 3000
/** How long a command waits for a boot that takes longer than that (a busy machine) to reach whoever registers it. */
const HANDLER_PATIENCE_MS = 15_000

export interface HubLuaOptions {
  /** Where modules are looked for, first to last. @default the user's, then the shipped ones */
  readonly roots?: readonly string[]
}

/**
 * Makes the hub's Lua VM and boots it with lua/hub/init.lua. Errors in scripts are reported through `context.errors`.
 * @throws Error when the installation has no Lua, or the boot file itself does not compile.
 */
export async function bootHubLua(context: HubContext, options: HubLuaOptions = {}): Promise<HubLua> {
  const files = new ModuleFiles(options.roots ?? luaRoots(), () => {
    const { root } = context.trust.status
    return root && join(root, 'lua')
  })
  const events = createEvents()
  const primitives = hubPrimitives(() => context, files, events.emit)
  const consoles = new Consoles()
  const rate = new ReportRate()
  const machine = hubMachine(context)
  const output: typeof machine.output = (stream, bytes, owner) => {
    if (!consoles.write(owner, stream, bytes)) machine.output(stream, bytes, owner)
  }
  const modules = [
    logModule(logSink(context)),
    jsonModule(),
    ownersModule(),
    events.module,
    taskModule(),
    timerModule(),
    ...machineModules({ ...machine, output }),
    ...networkModules({ env: process.env }),
    ...primitives.modules,
  ]
  const vm = await LuaVm.create({
    name: 'hub',
    modules,
    resolveModule: (name) => files.resolve(name),
    isWrapper: (chunkName) => chunkName.endsWith('lua/hub/guards.lua'),
    print: (text, owner, bytes) => {
      if (!consoles.print(owner, text, bytes)) context.log.info({ owner: moduleOf(owner) }, text)
    },
    onError: (report) => {
      if (!consoles.report(report)) reportError(context, report, rate)
    },
  })
  try {
    const { finished } = await boot(vm, files)
    return new RunningLua(context, vm, primitives, events, finished, (output) => consoles.open(vm, modules, output))
  } catch (error) {
    vm.close()
    throw error
  }
}

class RunningLua implements HubLua {
  readonly #context: HubContext
  readonly #vm: LuaVm
  readonly #primitives: HubPrimitives
  readonly #events: Events
  readonly #booted: Promise<unknown>
  #isBooting = true
  readonly openConsole: HubLua['openConsole']

  constructor(
    context: HubContext,
    vm: LuaVm,
    primitives: HubPrimitives,
    events: Events,
    booted: Promise<unknown>,
    openConsole: HubLua['openConsole'],
  ) {
    this.#context = context
    this.#vm = vm
    this.#primitives = primitives
    this.#events = events
    this.#booted = booted.finally(() => {
      this.#isBooting = false
    })
    this.openConsole = openConsole
  }

  async command(clientId: string, name: string, args: Message): Promise<Outcome<unknown>> {
    try {
      const ask = () => this.#primitives.hub.ask(this.#vm, 'command', clientId, name, args as LuaTable)
      const early = await ask()
      if (early !== undefined && !(this.#isBooting && isUnknown(early))) return outcomeOf(early)
      await within(HANDLER_PATIENCE_MS, this.#booted)
      const results = await ask()
      if (results === undefined) return refusal('not_ready', 'the hub’s Lua did not boot: see `botster status`')
      return outcomeOf(results)
    } catch (error) {
      const isCancelled = error instanceof LuaError && error.kind === 'cancelled' // the hub is ending
      if (!isCancelled) this.#vm.report(HUB_OWNER, error)
      if (!(error instanceof LuaError)) return refusal('internal', `${name} failed: ${String(error)}`)
      return refusal(error.kind, `${name} failed: ${locatedMessage(error)}`)
    }
  }

  clientConnected(client: ClientInfo): void {
    this.#callbacks(client.role).start(this.#vm, 'connected', client.id)
  }

  clientDisconnected(client: ClientInfo, reason: string): void {
    const callbacks = this.#callbacks(client.role)
    // Not before what it said: whoever is told of that later would keep a client that is gone.
    callbacks.afterEarly('message', () => callbacks.start(this.#vm, 'disconnected', client.id, reason))
  }

  clientMessage(clientId: string, data: Message): void {
    const client = this.#context.clients.get(clientId)
    if (client === undefined) return
    const args: LuaValue[] = client.role === 'tui' ? [data as LuaTable, clientId] : [clientId, data as LuaTable]
    this.#callbacks(client.role).startOnceTaken(this.#vm, 'message', ...args)
  }

  signal(signal: Signal): void {
    this.#primitives.hub.startOnceTaken(this.#vm, 'signal', snakeCase(signal))
  }

  ptyhostChanged(change: PtyhostChange): void {
    this.#primitives.hub.start(this.#vm, 'ptyhost_changed', snakeCase(change))
  }

  agentCount(): number {
    return this.#context.records.agents().length
  }

  async shutdown(): Promise<void> {
    this.#events.emit('shutdown', {})
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#vm.close()
  }

  #callbacks(role: ClientInfo['role']) {
    return role === 'tui' ? this.#primitives.tui : this.#primitives.socket
  }
}

/** Boots, and gives up waiting after a while. `finished` settles when the boot really ends, if it ever does. */
async function boot(vm: LuaVm, files: ModuleFiles): Promise<{ finished: Promise<unknown> }> {
  const init = files.resolve('hub.init')
  if (init === undefined) throw new Error(`no lua/hub/init.lua in ${files.roots.join(' or ')}: reinstall botster`)
  const finished = vm.run(init.source, { chunkName: init.path, owner: HUB_OWNER }).then(
    () => undefined,
    (error: unknown) => ({ error }),
  )
  const outcome = await within(BOOT_PATIENCE_MS, finished)
  if (outcome !== undefined) throw outcome.error
  return { finished }
}

/** What the promise yields, or undefined when it takes longer than `ms`. */
async function within<T>(ms: number, promise: Promise<T>): Promise<T | undefined> {
  using abort = abortOnDispose()
  return await Promise.race([promise, delay(ms, undefined, { signal: abort.signal }).catch(() => undefined)])
}

/** Whether nobody has registered the command: during the boot, not yet. */
function isUnknown([, , err]: LuaValue[]): boolean {
  return isTable(err) && err.kind === 'unknown_command'
}

/** `value`, or `nil, message, err` of a command. */
function outcomeOf([value, message, err]: LuaValue[]): Outcome<unknown> {
  if (value !== undefined || message === undefined) return success(value)
  const { kind, ...details } = isTable(err) ? err : {}
  return refusal(typeof kind === 'string' ? kind : 'failed', String(message), details)
}

function isTable(value: LuaValue): value is LuaTable {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}

function reportError({ errors, log }: HubContext, report: LuaErrorReport, rate: ReportRate): void {
  const owner = moduleOf(report.owner)
  const next = rate.next(owner)
  if (next === 'dropped') return
  const more = next === 'last' ? ' (it fails again and again: for some seconds no more of it is shown)' : ''
  const message = locatedMessage(report) + more
  log.error({ owner, kind: report.kind, file: report.file, line: report.line, traceback: report.traceback }, message)
  errors.report(owner, { message, traceback: report.traceback })
}

function abortOnDispose() {
  const controller = new AbortController()
  return { signal: controller.signal, [Symbol.dispose]: () => controller.abort() }
}

function logSink({ log }: HubContext): LogSink {
  return (level, message, owner) => log[level]({ owner: moduleOf(owner) }, message)
}
