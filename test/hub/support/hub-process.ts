import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { waitForDeath } from '../../../hub/alive.ts'
import { type ClientOptions, connect } from '../../../protocol/client.ts'
import type { Connection } from '../../../protocol/connection.ts'
import { type HubProtocol, hubProtocol } from '../../../protocol/messages/hub.ts'
import { ptyhostProtocol } from '../../../protocol/messages/ptyhost.ts'
import { type HubPaths, hubId, hubPaths } from '../../../protocol/paths.ts'
import { COMPILE_CACHE } from './compile-cache.ts'
import { eventually } from './eventually.ts'
import type { TestRepository } from './repository.ts'

const HUB_ENTRY = join(import.meta.dirname, '../../../hub/main.ts')

export type HubConnection = Connection<HubProtocol, 'client'>

/** Real hubs of one repository, with everything they keep in a directory of the test's own. */
export interface HubHome extends AsyncDisposable {
  readonly env: Record<string, string>
  readonly paths: HubPaths
  /** Starts a hub process as the command line does: detached, without a terminal. */
  start(args?: readonly string[], env?: Record<string, string>): HubProcess
  /** Connects, waiting for a hub to serve. */
  connect(options?: Partial<ClientOptions<HubProtocol>>): Promise<HubConnection>
  log(): string
}

export interface HubProcess {
  readonly pid: number
  readonly exit: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  kill(signal: NodeJS.Signals): void
}

export async function hubHome(repository: TestRepository): Promise<HubHome> {
  const { directory, root } = repository
  const env: Record<string, string> = {
    PATH: process.env.PATH ?? '',
    HOME: join(directory, 'home'),
    SHELL: '/bin/sh',
    BOTSTER_CONFIG_DIR: join(directory, 'config'),
    BOTSTER_RUNTIME_DIR: join(directory, 'run'),
    BOTSTER_WARM_UP: '0',
    BOTSTER_WORKTREE_BASE: repository.base,
    BOTSTER_PTYHOST_GRACE_MS: '500', // what a test forgets ends by itself
    GIT_CONFIG_GLOBAL: '/dev/null',
    NODE_COMPILE_CACHE: COMPILE_CACHE,
  }
  await mkdir(env.HOME!)
  const paths = hubPaths(hubId(root), env)
  const hubs: HubProcess[] = []
  const home: HubHome = {
    env,
    paths,
    start(args = ['--root', root], extra = {}) {
      const hub = startProcess(args, { ...env, ...extra }, directory)
      hubs.push(hub)
      return hub
    },
    async connect(options = {}) {
      try {
        return await eventually(() =>
          connect({ path: paths.hubSocket, protocol: hubProtocol, role: 'tui', ...options }),
        )
      } catch (cause) {
        const output = readFileSync(join(directory, 'hub.out'), 'utf8')
        throw new Error(`no hub serves; it said: ${output}\nand logged: ${home.log()}`, { cause })
      }
    },
    log: () => (existsSync(paths.log) ? readFileSync(paths.log, 'utf8') : ''),
    async [Symbol.asyncDispose]() {
      const ptyhost = await stopEverything(home)
      for (const { pid, kill } of hubs) if (!(await waitForDeath(pid, 15_000))) kill('SIGKILL')
      if (ptyhost !== undefined && !(await waitForDeath(ptyhost, 5000))) kill(ptyhost)
    },
  }
  return home
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended meanwhile.
  }
}

/** Ends hub, ptyhost and programs, also when the test killed some of them. Returns the ptyhost's pid. */
async function stopEverything({ paths }: HubHome): Promise<number | undefined> {
  try {
    using hub = await connect({ path: paths.hubSocket, protocol: hubProtocol, role: 'cli' })
    const { ptyhost } = await hub.request('status', {})
    await hub.request('stop', { agents: true })
    return ptyhost?.pid
  } catch {
    return stopPtyhost(paths) // no hub serves
  }
}

async function stopPtyhost(paths: HubPaths): Promise<number | undefined> {
  try {
    using ptyhost = await connect({ path: paths.ptySocket, protocol: ptyhostProtocol, role: 'hub' })
    await ptyhost.request('authenticate', { ticket: readFileSync(paths.ptyhostKey, 'utf8').trim() })
    await ptyhost.request('shutdown', { force: true })
    return ptyhost.peer?.pid
  } catch {
    return undefined // none serves either
  }
}

function startProcess(args: readonly string[], env: Record<string, string>, directory: string): HubProcess {
  const output = openSync(join(directory, 'hub.out'), 'a')
  const child: ChildProcess = spawn(process.execPath, [HUB_ENTRY, ...args], {
    env,
    cwd: directory,
    detached: true,
    stdio: ['ignore', output, output],
  })
  closeSync(output)
  child.unref()
  const exit = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.on('exit', (code, signal) => resolve({ code, signal }))
  })
  return {
    pid: child.pid!,
    exit,
    kill: (signal) => {
      child.kill(signal)
    },
  }
}
