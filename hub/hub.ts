import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Logger } from 'pino'
import { type HubStatus, STOPPED_WITH_AGENTS } from '../protocol/messages/hub.ts'
import type { ExitStatus, Signal } from '../protocol/messages/ptyhost.ts'
import { type HubPaths, userDirectory } from '../protocol/paths.ts'
import { type SocketServer, serve } from '../protocol/server.ts'
import { botsterVersion } from '../protocol/version.ts'
import { noteSignal, recordExit, recordStop } from './agents/follow.ts'
import { findInterruptedWorktrees } from './agents/interrupted-worktrees.ts'
import { PortBlocks } from './agents/port-blocks.ts'
import { type ReconcileOptions, reconcile } from './agents/reconcile.ts'
import { Clients } from './clients.ts'
import { serveClient } from './connections.ts'
import { ReportedErrors } from './errors.ts'
import { HistoryKeeper } from './history/keeper.ts'
import { IdleWatch } from './idle.ts'
import { luaBackend } from './mcp/lua-backend.ts'
import { McpSurface } from './mcp/surface.ts'
import { type PtyhostChange, PtyhostLink } from './ptyhost-link.ts'
import { Records } from './records/records.ts'
import { RepositoryTrust, type TrustStatus } from './trust.ts'
import type { HubContext, HubLua } from './types.ts'
import { Worktrees } from './worktrees/worktrees.ts'

/** How long writing down what terminals show may hold up the end. */
const FLUSH_TIMEOUT_MS = 1000
/** Signals kept for Lua while it boots; a session that says more in that time is not worth the memory. */
const MAX_EARLY_SIGNALS = 1000
/** How long those who say nothing may keep the hub from ending. */
const CLOSE_TIMEOUT_MS = 1500
/** Before an exit that could not be written is written again. */
const RECORD_RETRY_MS = 2000
/** How long the ptyhost may take to end its sessions on the way out: its own grace, and some for a busy machine. */
const STOP_TIMEOUT_MS = 8000

export interface HubOptions {
  readonly paths: HubPaths
  /** Real path of the main worktree, or of the directory outside git. */
  readonly root: string
  readonly isRepository: boolean
  readonly worktreeBase: string
  /** Take nothing of the repository's `.botster`, even if it is trusted. @default false */
  readonly ignoresRepositoryLayers?: boolean
  /** The repository's name, when the user gave one. */
  readonly repo?: string
  readonly log: Logger
  /** The environment of agents whose client never said its own. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Milliseconds without clients, agents and sessions after which the hub ends by itself; 0 for never. */
  readonly idleExitMs: number
  readonly bootLua: (context: HubContext) => Promise<HubLua>
  /** argv of the ptyhost, instead of the one beside this file. */
  readonly ptyhostArgv?: readonly string[]
}

/** Puts a hub together and serves it; see {@link Hub}. Whoever calls holds the lock. @throws Error when a part fails. */
export async function openHub(options: HubOptions): Promise<Hub> {
  const { paths, log, root, isRepository, repo } = options
  const errors = new ReportedErrors()
  const onError = (error: unknown) => {
    log.error({ error }, 'something went wrong')
    errors.report('hub', error)
  }
  const records = Records.open(paths.database)
  using opened = new DisposableStack()
  opened.use(records)
  const portBlocks = opened.use(openPortBlocks(paths))
  const clients = new Clients({ env: definedOnly(options.env), cwd: root }, onError)
  const worktrees = new Worktrees({ root, isRepository, base: options.worktreeBase, repo, log })
  const trust = await openTrust(options)
  const mcp = new McpSurface({ directory: paths.directory, onError })
  const lastPid = Number(records.fact('ptyhost')) || undefined
  const ptyhost = await PtyhostLink.open({ paths, log, onError, argv: options.ptyhostArgv, lastPid })
  const hub = new Hub({ ...options, errors, records, portBlocks, mcp, clients, worktrees, trust, ptyhost, onError })
  try {
    await hub.start(options.bootLua)
  } catch (error) {
    await ptyhost[Symbol.asyncDispose]()
    throw error
  }
  opened.move() // the hub's own from here on
  return hub
}

type HubParts = HubOptions &
  Pick<HubContext, 'errors' | 'records' | 'portBlocks' | 'mcp' | 'clients' | 'worktrees' | 'trust' | 'ptyhost'> & {
    onError: (error: unknown) => void
  }

/** The composition root: everything a hub has, and how its parts hear of each other. */
export class Hub implements HubContext {
  readonly id: string
  readonly root: string
  readonly paths: HubPaths
  readonly log: Logger
  readonly errors: ReportedErrors
  readonly records: Records
  readonly portBlocks: PortBlocks
  readonly mcp: McpSurface
  readonly history: HistoryKeeper
  readonly ptyhost: PtyhostLink
  readonly clients: Clients
  readonly worktrees: Worktrees
  readonly trust: RepositoryTrust
  readonly #idle: IdleWatch
  readonly #ended = Promise.withResolvers<void>()
  readonly #onError: (error: unknown) => void
  #server: SocketServer | undefined
  #lua: HubLua | undefined
  #earlySignals: Signal[] = []
  #ptyhostLostAt: number | undefined
  #isEnding = false

  /** For {@link openHub}. */
  constructor(parts: HubParts) {
    this.id = parts.paths.id
    this.root = parts.root
    this.paths = parts.paths
    this.log = parts.log
    this.errors = parts.errors
    this.records = parts.records
    this.portBlocks = parts.portBlocks
    this.mcp = parts.mcp
    this.ptyhost = parts.ptyhost
    this.history = new HistoryKeeper({
      directory: parts.paths.directory,
      ptyhost: parts.ptyhost,
      maxBytes: Number(parts.env.BOTSTER_SAVED_HISTORY_BYTES) || undefined,
      onError: (error) => parts.log.warn({ error }, 'a screen could not be kept'),
    })
    this.clients = parts.clients
    this.worktrees = parts.worktrees
    this.trust = parts.trust
    this.#onError = parts.onError
    this.#idle = new IdleWatch({
      afterMs: parts.idleExitMs,
      isBusy: () => this.clients.count > 0 || this.records.agents().length > 0 || this.ptyhost.sessions.size > 0,
      onIdle: () => this.quit(),
    })
  }

  /** Resolves once the hub has ended. */
  get ended(): Promise<void> {
    return this.#ended.promise
  }

  /** For {@link openHub}: adopts what runs, boots Lua, serves clients. */
  async start(bootLua: (context: HubContext) => Promise<HubLua>): Promise<void> {
    this.ptyhost.onSignal((signal) => this.#hear(signal))
    this.ptyhost.onLost(() => {
      this.#ptyhostLostAt = Date.now()
    })
    this.ptyhost.onChanged((change) => this.#ptyhostChanged(change))
    const heldUntil = Number(this.records.fact('signalled_at')) || undefined
    const { ended } = this.#reconcile({ interrupted: true, heldUntil })
    await findInterruptedWorktrees(this.records, this.worktrees)
    this.portBlocks.reconcile(blocksOf(this.records))
    this.history.prune(new Set(this.records.agents().map(({ id }) => id)))
    const listening = this.#attempt(() => this.#offerMcp())
    const lua = await bootLua(this)
    this.#lua = lua
    await listening
    this.clients.onConnected((client) => {
      this.#idle.touch()
      lua.clientConnected(client)
    })
    this.clients.onDisconnected((client, reason) => {
      this.#idle.touch()
      lua.clientDisconnected(client, reason)
    })
    this.clients.onMessage(({ id }, data) => lua.clientMessage(id, data))
    this.errors.onReport((error) => this.clients.announce({ type: 'errorReported', error }))
    this.#tellEnded(ended)
    for (const signal of this.#earlySignals.splice(0)) lua.signal(signal)
    const served = { context: this, lua, status: () => this.status() }
    this.#server = await serve(this.paths.hubSocket, (socket) => serveClient(socket, served))
    this.records.removeFact('signalled_at') // not before: a hub that dies while it starts leaves it to the next
    this.#idle.touch() // nor this: starting may take long
    this.log.info({ id: this.id, root: this.root, ptyhost: this.ptyhost.pid }, 'the hub serves')
  }

  status(): HubStatus {
    const { ptyhost } = this
    const running = [...ptyhost.sessions.values()].filter(({ exit }) => exit === undefined)
    return {
      hub: {
        pid: process.pid,
        version: botsterVersion(),
        uptime: process.uptime(),
        id: this.id,
        root: this.root,
      },
      ptyhost: ptyhost.pid === undefined ? null : { pid: ptyhost.pid, sessions: running.length },
      // Whoever asks with the command line is there for a moment and no client anybody would count.
      clients: this.clients.list().filter(({ role }) => role !== 'cli').length,
      agents: this.#lua?.agentCount() ?? 0,
      repositoryConfig: repositoryConfig(this.trust.status),
      errors: this.errors.list(),
    }
  }

  /**
   * Ends the hub in order, once the present turn is over (so that whoever asked gets its answer).
   * @param options.signalled a signal told it to: perhaps one that everything on this machine gets
   */
  quit({ agents = false, signalled = false }: { readonly agents?: boolean; readonly signalled?: boolean } = {}): void {
    if (this.#isEnding) return
    this.#isEnding = true
    this.log.info({ agents, signalled }, 'the hub is ending')
    setImmediate(() => this.#end(agents).then(this.#ended.resolve, this.#ended.reject))
    if (signalled) void this.#attempt(async () => noteSignal(this.records))
  }

  async #end(agents: boolean): Promise<void> {
    this.#idle[Symbol.dispose]()
    // Nobody is let in from here on: a hub that starts now waits for the lock instead of leaving things to this one.
    const closed = this.#attempt(async () => this.#server?.[Symbol.asyncDispose]())
    await this.#attempt(async () => this.#lua?.shutdown())
    await this.#attempt(() => Promise.race([this.history.flush(), wait(FLUSH_TIMEOUT_MS)]))
    this.history[Symbol.dispose]()
    let areStopped = false
    if (agents) {
      await this.#attempt(async () => {
        await this.#stopAgents()
        areStopped = true
      })
    }
    this.clients.closeAll(areStopped ? STOPPED_WITH_AGENTS : 'the hub is ending, its agents live on')
    await Promise.race([closed, wait(CLOSE_TIMEOUT_MS)])
    await this.#attempt(() => this.mcp[Symbol.asyncDispose]())
    await this.#attempt(async () => this.#lua?.[Symbol.asyncDispose]())
    await this.ptyhost[Symbol.asyncDispose]()
    this.portBlocks[Symbol.dispose]()
    this.records[Symbol.dispose]()
  }

  /** Without it the hub is whole: agents that want it are told by their client that nobody answers. */
  async #offerMcp(): Promise<void> {
    const before = Number(this.records.fact('mcp_port')) || undefined
    const port = await this.mcp.listen(before, (token) =>
      luaBackend(
        async (name, args) => {
          const outcome = await this.#lua?.command('mcp', name, args)
          if (outcome === undefined) throw new Error('the hub is starting: try again in a moment')
          if (!outcome.ok) throw new Error(outcome.failure.message)
          return outcome.value
        },
        token,
        (listener) => this.mcp.onListChanged(listener),
      ),
    )
    this.records.setFact('mcp_port', String(port))
  }

  async #stopAgents(): Promise<void> {
    // At worst the next hub takes them for lost.
    await this.#attempt(async () => recordStop(this.records))
    const timeout = AbortSignal.timeout(STOP_TIMEOUT_MS)
    const late = new Promise<never>((_, reject) => {
      timeout.addEventListener('abort', () => reject(new Error('the ptyhost does not end')), { once: true })
    })
    await Promise.race([this.ptyhost.shutdown({ force: true }), late])
  }

  /** On the way out, one part that fails must not keep the others from ending. */
  async #attempt(step: () => Promise<unknown>): Promise<void> {
    try {
      await step()
    } catch (error) {
      this.#onError(error)
    }
  }

  #hear(signal: Signal): void {
    if (signal.kind === 'exit' && !this.#record(signal)) return
    if (signal.kind === 'activity') this.history.noteActivity(signal.session, signal.busy)
    if (this.#lua !== undefined) this.#lua.signal(signal)
    else if (this.#earlySignals.length < MAX_EARLY_SIGNALS) this.#earlySignals.push(signal)
  }

  /** What cannot be written now is heard again: nobody tells it twice. */
  #record(exit: Extract<Signal, { kind: 'exit' }>): boolean {
    try {
      recordExit(this.records, exit.session, exit)
      return true
    } catch (error) {
      this.#onError(error)
      const isStillSo = () => !this.#isEnding && this.ptyhost.sessions.get(exit.session)?.exit !== undefined
      setTimeout(() => isStillSo() && this.#hear(exit), RECORD_RETRY_MS).unref()
      return false
    }
  }

  #ptyhostChanged(change: PtyhostChange): void {
    const heldUntil = change.replaced ? this.#ptyhostLostAt : undefined
    const { ended, lost: recorded } = this.#reconcile({ interrupted: false, heldUntil })
    const lost = [...new Set([...change.lost, ...recorded])]
    if (change.replaced) this.clients.announce({ type: 'ptyhostChanged', reason: change.reason })
    if (lost.length > 0) {
      const what = lost.length === 1 ? 'one session is' : `${lost.length} sessions are`
      this.errors.report('ptyhost', `the ptyhost ended (${change.reason}): ${what} lost, worktrees are untouched`)
    }
    this.#lua?.ptyhostChanged({ ...change, lost })
    this.#tellEnded(ended)
  }

  #reconcile(options: ReconcileOptions) {
    this.records.setFact('ptyhost', String(this.ptyhost.pid))
    const reconciled = reconcile(this.records, this.ptyhost.sessions, options)
    this.log.info(reconciled, 'records and ptyhost agree')
    return reconciled
  }

  /** Sessions that ended while nobody listened: Lua hears of each as if it had just happened. */
  #tellEnded(ended: readonly { readonly session: string; readonly exit: ExitStatus }[]): void {
    for (const { session, exit } of ended) this.#lua?.signal({ kind: 'exit', session, ...exit })
  }
}

/** One file for all hubs of the configuration directory. */
function openPortBlocks({ id, directory }: HubPaths): PortBlocks {
  return new PortBlocks({ path: join(directory, '../../ports.db'), hubId: id })
}

function blocksOf(records: Records): Map<string, number> {
  const blocks = records.agents().map(({ id, portBase }) => [id, portBase] as const)
  return new Map(blocks.filter((block): block is [string, number] => block[1] !== null))
}

/** Nothing of a hub that looks at its repository for the first time uses the copies that a hub before it made. */
async function openTrust({ root, paths, ignoresRepositoryLayers }: HubOptions): Promise<RepositoryTrust> {
  const trust = await RepositoryTrust.open({
    root,
    directory: paths.directory,
    userDirectory: userDirectory(),
    ignored: ignoresRepositoryLayers,
  })
  await trust.prune()
  return trust
}

function repositoryConfig({ path, state, grade, files, problem }: TrustStatus): HubStatus['repositoryConfig'] {
  return { path, state, grade, files, problem }
}

function definedOnly(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined))
}
