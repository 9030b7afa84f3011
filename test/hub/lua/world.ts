import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pino } from 'pino'
import { type Hub, openHub } from '../../../hub/hub.ts'
import { bootHubLua } from '../../../hub/lua.ts'
import type { HubContext, HubLua } from '../../../hub/types.ts'
import { hubId, hubPaths } from '../../../protocol/paths.ts'
import { makeRepository, type TestRepository } from '../support/repository.ts'

/** The command that runs what a test sends: written where a user would write it. */
const EVAL = `
commands.register('eval', function(client, sub_id, command)
  local chunk = assert(load(command.code, '=test'))
  return chunk(client)
end)
return {}
`

/** One line of the hub's log. */
export interface LogLine {
  readonly level: number
  /** Milliseconds since 1970. */
  readonly time: number
  readonly owner?: string
  readonly msg: string
}

/** A hub in this process, with a real ptyhost, a real repository and a user's directory of its own. */
export interface World extends AsyncDisposable {
  readonly hub: Hub
  readonly lua: HubLua
  readonly repository: TestRepository
  /** `~/.botster`. */
  readonly userDirectory: string
  /** Runs Lua in the hub, in a coroutine, and returns its first result. @throws Error when it fails. */
  eval<T = unknown>(code: string): Promise<T>
  /** Runs a command as the command line does. @throws Error with the failure's message and its code as `code` */
  command<T = unknown>(name: string, args?: Record<string, unknown>): Promise<T>
  /** Writes a file below `~/.botster/lua`. */
  writeLua(path: string, source: string): Promise<string>
  /** Messages logged so far, by this hub and those before it. */
  readonly log: readonly LogLine[]
  /** Those of them that are of this hub. */
  logOfThisHub(): readonly LogLine[]
  /** Messages of errors reported so far. */
  errors(): string[]
  /** Ends this hub, not its ptyhost, and starts another in its place. */
  restart(options?: Boot): Promise<void>
}

export interface Boot {
  /** Whether to wait for the end of its Lua's boot: the hub itself gives up after three seconds. @default true */
  readonly waitsForBoot?: boolean
}

interface WorldOptions extends Boot {
  readonly files?: Record<string, string>
  readonly userDirectory?: string
  /** A repository without a commit. */
  readonly empty?: boolean
  /** Whether the hub takes it for a repository. @default true */
  readonly isRepository?: boolean
}

export async function makeWorld(options: WorldOptions = {}): Promise<World> {
  const { isRepository = true } = options
  const repository = await makeRepository({ empty: options.empty })
  const userDirectory = join(repository.directory, options.userDirectory ?? 'dot-botster')
  const writeLua = async (path: string, source: string) => {
    const file = join(userDirectory, 'lua', path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, source)
    return file
  }
  await writeLua('user/init.lua', EVAL)
  for (const [path, source] of Object.entries(options.files ?? {})) await writeLua(path, source)
  // The ptyhost is a process of its own and finds its paths in the environment.
  Object.assign(process.env, {
    HOME: repository.directory,
    SHELL: '/bin/sh',
    BOTSTER_CONFIG_DIR: join(repository.directory, 'config'),
    BOTSTER_RUNTIME_DIR: join(repository.directory, 'run'),
    BOTSTER_USER_DIR: userDirectory,
    BOTSTER_WARM_UP: '0',
    BOTSTER_WORKTREE_BASE: repository.base,
  })
  const log: LogLine[] = []
  let first = 0
  let { hub, lua } = await open(repository, isRepository, log, options)
  const command = async <T>(name: string, args: Record<string, unknown> = {}): Promise<T> => {
    const outcome = await lua.command('test-client', name, args)
    if (!outcome.ok) throw Object.assign(new Error(outcome.failure.message), { ...outcome.failure })
    return outcome.value as T
  }
  return {
    get hub() {
      return hub
    },
    get lua() {
      return lua
    },
    repository,
    userDirectory,
    log,
    logOfThisHub: () => log.slice(first),
    eval: (code) => command('eval', { code }),
    command,
    writeLua,
    errors: () => hub.errors.list().map(({ message }) => message),
    async restart(boot = {}) {
      hub.quit()
      await hub.ended
      first = log.length
      ;({ hub, lua } = await open(repository, isRepository, log, boot))
    },
    async [Symbol.asyncDispose]() {
      hub.quit({ agents: true })
      await hub.ended
      await repository[Symbol.asyncDispose]()
    },
  }
}

async function open(
  repository: TestRepository,
  isRepository: boolean,
  lines: LogLine[],
  { waitsForBoot = true }: Boot,
): Promise<{ hub: Hub; lua: HubLua }> {
  let lua: HubLua | undefined
  const first = lines.length
  const hub = await openHub({
    paths: hubPaths(hubId(repository.root)),
    root: repository.root,
    isRepository,
    worktreeBase: repository.base,
    log: pino({ level: 'debug' }, { write: (line) => lines.push(JSON.parse(line)) }),
    env: process.env,
    idleExitMs: 0,
    bootLua: async (context: HubContext) => {
      lua = await bootHubLua(context)
      return lua
    },
  })
  if (waitsForBoot) {
    const isBooted = () => lines.slice(first).some(({ msg }) => msg.startsWith('Lua booted in'))
    await until(isBooted, 'the end of the boot')
  }
  return { hub, lua: lua! }
}

/** Waits until `look` returns something true, and returns it. What it throws counts only when the time is over. */
export async function until<T>(
  look: () => T | Promise<T>,
  what = 'the condition',
  patienceMs = 45_000,
): Promise<Exclude<T, false | null | undefined>> {
  const deadline = Date.now() + patienceMs
  for (;;) {
    let cause: unknown
    try {
      const seen = await look()
      if (seen) return seen as Exclude<T, false | null | undefined>
    } catch (error) {
      cause = error
    }
    if (Date.now() > deadline) throw new Error(`${what} did not come to pass`, { cause })
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
