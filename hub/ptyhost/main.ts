// The ptyhost process: `node ptyhost.js --hub ID`. Holds the agents' terminals and outlives the hub that started it.
import { dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { connect } from '../../protocol/client.ts'
import { compileEarly } from '../../protocol/compile-early.ts'
import { acquireLock } from '../../protocol/lock.ts'
import { ptyhostProtocol } from '../../protocol/messages/ptyhost.ts'
import { hubPaths } from '../../protocol/paths.ts'
import { ensurePrivateDirectory, type SocketServer, serve } from '../../protocol/server.ts'
import { botsterVersion } from '../../protocol/version.ts'
import { checkEmulator } from './emulator-check.ts'
import { readOrCreateKey } from './key.ts'
import { endWhenUnused } from './lifetime.ts'
import { openLogFile } from './log-file.ts'
import { Ptyhost } from './ptyhost.ts'
import { warmUp } from './warm-up.ts'

/** Milliseconds without sessions and without a hub after which this process ends. */
const GRACE_MS = Number(process.env.BOTSTER_PTYHOST_GRACE_MS ?? 10_000)
/** Bytes of history per session. */
const HISTORY_BYTES = Number(process.env.BOTSTER_HISTORY_BYTES ?? 16 << 20)
/** Milliseconds that closing may take when the process ends. */
const EXIT_TIMEOUT_MS = 1000
/** Milliseconds that a ptyhost which is ending, or starting, may hold the lock without serving. */
const LOCK_PATIENCE_MS = 5000
const LOCK_RETRY_MS = 20
/** Milliseconds after which the warm-up begins: whoever started this process wants its first answers before that. */
const WARM_UP_DELAY_MS = 250

const { hub } = parseArgs({ options: { hub: { type: 'string' } } }).values
if (hub === undefined) {
  process.stderr.write('usage: ptyhost --hub ID\n')
  process.exit(2)
}
const paths = hubPaths(hub)
ensurePrivateDirectory(paths.directory)
const log = openLogFile(paths.ptyhostLog, 'ptyhost')

// Nothing a program prints or a client sends may end the agents; what happens in spite of that is logged and survived.
process.on('uncaughtException', (error) => log.fatal({ err: error }, 'uncaught exception'))
process.on('unhandledRejection', (reason) => log.fatal({ err: reason }, 'unhandled rejection'))
// The terminal botster was started in is closed, or somebody types ctrl+c there: none of it concerns the agents.
process.on('SIGHUP', () => {})
process.on('SIGINT', () => {})
process.on('SIGPIPE', () => {})
process.on('SIGTERM', () => (host ? void host.shutdown(true) : process.exit(0)))

let checkUse = () => {}
let host: Ptyhost | undefined
let server: SocketServer | undefined
/** Held until the process ends, which gives it back. */
let lock: Disposable | undefined
try {
  await start()
} catch (error) {
  log.fatal({ err: error }, 'could not start')
  process.stderr.write(`ptyhost: ${(error as Error).message}\n`)
  process.exit(1)
}

async function start(): Promise<void> {
  checkEmulator()
  lock = await waitForLock()
  if (lock === undefined || (await isServed())) {
    log.warn('another ptyhost serves this hub already')
    process.exit(0)
  }
  const created = new Ptyhost({
    version: botsterVersion(),
    key: readOrCreateKey(paths.ptyhostKey),
    historyBytes: HISTORY_BYTES,
    log,
    onUseChanged: () => checkUse(),
    onShutdown: () => end('shutdown'),
  })
  host = created
  server = await serve(paths.ptySocket, (socket) => created.accept(socket))
  checkUse = endWhenUnused(
    () => created.inUse,
    GRACE_MS,
    () => end('unused'),
  )
  if (process.env.BOTSTER_WARM_UP !== '0') {
    setTimeout(() => {
      compileEarly()
      void warmUp(join(dirname(paths.ptySocket), `w${process.pid}`))
    }, WARM_UP_DELAY_MS)
  }
  log.info({ socket: paths.ptySocket, version: botsterVersion(), node: process.version }, 'ready')
}

/** The lock; undefined when another ptyhost has it and serves, or does not end. */
async function waitForLock(): Promise<Disposable | undefined> {
  for (const deadline = Date.now() + LOCK_PATIENCE_MS; ; ) {
    const taken = acquireLock(paths.ptyhostLock)
    if (taken !== undefined) return taken
    if ((await isServed()) || Date.now() > deadline) return undefined
    await wait(LOCK_RETRY_MS)
  }
}

/** Also by a ptyhost that is too old for the lock. In doubt somebody does: taking the socket from a busy or an older ptyhost would lose its agents. */
async function isServed(): Promise<boolean> {
  try {
    const other = await connect({ path: paths.ptySocket, protocol: ptyhostProtocol, role: 'ptyhost' })
    other.close('only looking')
    return true
  } catch (error) {
    return !/ENOENT|ECONNREFUSED|ENOTSOCK/.test((error as Error).message)
  }
}

function end(reason: string): void {
  log.info({ reason }, 'ending')
  setTimeout(() => process.exit(0), EXIT_TIMEOUT_MS).unref()
  host?.[Symbol.dispose]()
  void Promise.resolve(server?.[Symbol.asyncDispose]()).finally(() => process.exit(0))
}
