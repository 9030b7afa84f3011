import { existsSync } from 'node:fs'
import { connect } from 'node:net'
import { isAbsolute } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { Logger } from 'pino'
import { acquireLock } from '../protocol/lock.ts'
import { type HubPaths, hubId, hubPaths, worktreeBase } from '../protocol/paths.ts'
import { noteSignal } from './agents/follow.ts'
import { findRoot, type Root } from './git/root.ts'
import { type Hub, openHub } from './hub.ts'
import { openLog } from './log.ts'
import { bootHubLua } from './lua.ts'
import { Records } from './records/records.ts'

/** How long a hub that is ending may hold the lock: its agents' grace, when it takes them along. */
const LOCK_PATIENCE_MS = 10_000
const LOCK_RETRY_MS = 20
/** What a shell says of a program that SIGTERM ended. */
const SIGTERM_EXIT_CODE = 143
/** Minutes without anything to do after which a hub ends by itself, unless BOTSTER_HUB_IDLE_MINUTES says otherwise. */
const IDLE_MINUTES = 30

/**
 * The hub's process: `node hub.js [--root DIR] [--no-repo-config]`. Exit codes: 0 ended in order, or another one serves;
 * 1 failed; 143 told to end while it started.
 */
async function main(): Promise<number> {
  const { env } = process
  const { values } = parseArgs({ options: { root: { type: 'string' }, 'no-repo-config': { type: 'boolean' } } })
  const found = await findRoot(values.root ?? (isAbsolute(env.BOTSTER_REPO ?? '') ? env.BOTSTER_REPO! : process.cwd()))
  const paths = hubPaths(env.BOTSTER_HUB_ID || hubId(found.root))
  using log = openLog({ path: paths.log, level: env.BOTSTER_LOG_LEVEL })
  ignoreTerminal()
  process.on('uncaughtException', (error) => log.error({ error }, 'uncaught while starting'))
  using lock = await waitForLock(paths, log)
  if (lock === undefined) {
    log.info('a hub is already running')
    return 0
  }
  process.once('SIGTERM', () => endWhileStarting(paths))
  const ignoresRepositoryLayers = values['no-repo-config'] ?? false
  const hub = await start(paths, found, log, ignoresRepositoryLayers).catch((error: Error) => {
    log.fatal({ error }, 'the hub could not start')
    process.stderr.write(`botster: the hub could not start: ${error.message}\n`)
    return undefined
  })
  if (hub === undefined) return 1
  await runUntilEnded(hub)
  log.info('the hub ended')
  return 0
}

async function start(paths: HubPaths, found: Root, log: Logger, ignoresRepositoryLayers: boolean): Promise<Hub> {
  const { env } = process
  const { root, isRepository } = await rememberedRoot(paths, found)
  process.chdir('/') // whoever removes the directory the hub was started in must not take its cwd away
  return openHub({
    paths,
    root,
    isRepository,
    worktreeBase: worktreeBase(env),
    ignoresRepositoryLayers,
    repo: isAbsolute(env.BOTSTER_REPO ?? '') ? undefined : env.BOTSTER_REPO,
    log,
    env,
    idleExitMs: idleMinutes(env.BOTSTER_HUB_IDLE_MINUTES) * 60_000,
    bootLua: bootHubLua,
  })
}

/**
 * The directory this hub is for. An agent has its hub's id in the environment and may restart it from anywhere: what
 * the hub was first started for wins, as long as it is there.
 */
async function rememberedRoot(paths: HubPaths, found: Root): Promise<Root> {
  using records = Records.open(paths.database)
  const remembered = records.fact('root')
  if (remembered !== undefined && remembered !== found.root && existsSync(remembered)) return findRoot(remembered)
  records.setFact('root', found.root)
  return found
}

async function runUntilEnded(hub: Hub): Promise<void> {
  process.removeAllListeners('uncaughtException')
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      hub.log.error({ error }, event)
      hub.errors.report('hub', error)
    })
  }
  process.removeAllListeners('SIGTERM')
  process.on('SIGTERM', () => hub.quit({ signalled: true }))
  await hub.ended
}

/** Nothing is held yet, and programs that end now are noted by nobody: the next hub finds out. */
function endWhileStarting(paths: HubPaths): never {
  try {
    using records = Records.open(paths.database)
    noteSignal(records)
  } finally {
    process.exit(SIGTERM_EXIT_CODE)
  }
}

/** The hub belongs to no terminal: closing one, or ctrl+c in it, is not meant for the hub. */
function ignoreTerminal(): void {
  if (process.stdin.isTTY) return // run by hand: ctrl+c is
  process.on('SIGHUP', () => {})
  process.on('SIGINT', () => {})
}

/** The lock, or undefined when another hub serves. One that holds it without serving is ending, or about to serve. */
async function waitForLock(paths: HubPaths, log: Logger): Promise<Disposable | undefined> {
  const deadline = Date.now() + LOCK_PATIENCE_MS
  for (;;) {
    const lock = acquireLock(paths.lock)
    if (lock !== undefined) return lock
    if ((await isServed(paths.hubSocket)) || Date.now() > deadline) return undefined
    log.debug('waiting for another hub to end or to serve')
    await wait(LOCK_RETRY_MS)
  }
}

function isServed(path: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = connect({ path })
  socket.once('connect', () => resolve(true))
  socket.once('error', () => resolve(false))
  return promise.finally(() => socket.destroy())
}

function idleMinutes(value: string | undefined): number {
  const minutes = Number(value || IDLE_MINUTES)
  return Number.isFinite(minutes) && minutes >= 0 ? minutes : IDLE_MINUTES
}

process.exit(await main())
