import { spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { packageRoot } from '../protocol/paths.ts'
import { ensurePrivateDirectory } from '../protocol/server.ts'
import { compileCacheDirectory } from './compile-cache.ts'
import { readTail } from './log-tail.ts'
import type { Place } from './place.ts'
import { CommandFailed } from './usage.ts'

/** How long a hub may take until it accepts: cold disk, big repository, loaded machine; 150 ms is usual. */
const START_TIMEOUT_MS = 20_000
/** Between two looks at the socket; connecting to a missing one costs some microseconds. */
const LOOK_EVERY_MS = 10
/** After our hub ended without having served: another one won the lock and may need this long until it accepts. */
const RIVAL_TIMEOUT_MS = 5000

/**
 * Starts the hub of a place, detached from this process and its terminal, and tries `attempt` until it yields
 * something. When several do this at once, the hub's lock lets one through and the others end; every starter waits
 * for whichever serves.
 * @throws CommandFailed with the end of the hub's log when none comes up.
 */
export async function startHub<T>(
  place: Place,
  attempt: () => Promise<T | undefined>,
  options: { readonly repoConfig?: boolean } = {},
): Promise<T> {
  const hub = spawnHub(place, options.repoConfig === false ? ['--no-repo-config'] : [])
  let deadline = Date.now() + START_TIMEOUT_MS
  let ended = false
  while (Date.now() < deadline) {
    const result = await attempt()
    if (result !== undefined) return result
    const exit = hub.exit()
    if (exit !== undefined && !ended) {
      ended = true
      if (exit.status !== 0) break
      deadline = Math.min(deadline, Date.now() + RIVAL_TIMEOUT_MS)
    }
    await delay(LOOK_EVERY_MS)
  }
  throw didNotStart(place, hub)
}

interface HubProcess {
  /** What the hub itself printed before its log was open, or while it crashed. */
  readonly output: string
  readonly outputStart: number
  exit(): { status: number | null; signal: NodeJS.Signals | null } | undefined
}

function spawnHub(place: Place, args: readonly string[]): HubProcess {
  const program = join(packageRoot(), 'dist', 'hub.js')
  if (!existsSync(program))
    throw new CommandFailed(`${program} is missing`, { hint: 'run `npm run build` in the checkout' })
  ensurePrivateDirectory(place.paths.directory)
  const output = join(place.paths.directory, 'hub.out')
  const file = openSync(output, 'a', 0o600)
  const outputStart = statSync(output).size
  let exit: { status: number | null; signal: NodeJS.Signals | null } | undefined
  const child = spawn(process.execPath, [program, '--root', place.root, ...args], {
    cwd: place.root,
    detached: true,
    stdio: ['ignore', file, file],
    // A bundle cannot enable the cache for itself; it saves a fifth of what starting the hub and its ptyhost costs.
    env: { NODE_COMPILE_CACHE: compileCacheDirectory(), ...process.env, BOTSTER_HUB_ID: place.paths.id },
  })
  closeSync(file)
  child.on('exit', (status, signal) => {
    exit = { status, signal }
  })
  child.on('error', () => {
    exit = { status: 1, signal: null }
  })
  child.unref()
  return { output, outputStart, exit: () => exit }
}

function didNotStart(place: Place, hub: HubProcess): CommandFailed {
  const exit = hub.exit()
  const how =
    exit === undefined
      ? `does not accept within ${START_TIMEOUT_MS / 1000} s`
      : `ended with ${exit.signal ?? exit.status}`
  const tail = readTail(hub.output, hub.outputStart) || readTail(place.paths.log)
  const hint = `${tail ? `${tail}\n  ` : ''}log: ${place.paths.log}`
  return new CommandFailed(`the hub of ${place.root} did not start: it ${how}`, { hint })
}
