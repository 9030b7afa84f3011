/** Rails' own ActionCable server as a process, from Debian's ruby-actioncable and puma. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export interface RailsServer extends AsyncDisposable {
  readonly url: string
  readonly port: number
  readonly process: ChildProcess
}

/** Seconds that each step of installing may take: the packages are 9 MB and come in 12 s. */
const INSTALL_SECONDS = 55

/**
 * Whether the server can be run here. In CI, on a machine made for it, what is missing is installed; nowhere else does
 * a test change the system: `apt-get install ruby-actioncable puma` does it by hand.
 */
export function railsIsAvailable(): boolean {
  if (hasRails()) return true
  if (process.env.CI !== 'true' || process.getuid?.() !== 0) return false
  const quiet = {
    timeout: INSTALL_SECONDS * 1000,
    stdio: 'ignore',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  } as const
  spawnSync('apt-get', ['update'], quiet)
  spawnSync('apt-get', ['install', '-y', '--no-install-recommends', 'ruby-actioncable', 'puma'], quiet)
  return hasRails()
}

function hasRails(): boolean {
  return spawnSync('ruby', ['-e', 'require "action_cable"; require "puma"'], { stdio: 'ignore' }).status === 0
}

/** Starts it; resolves once it listens. */
export async function railsServer(port = 0): Promise<RailsServer> {
  const script = join(import.meta.dirname, 'action-cable-server.rb')
  const child = spawn('ruby', [script, String(port)], { stdio: ['pipe', 'pipe', 'ignore'] })
  const ended = once(child, 'exit')
  const dispose = async () => {
    child.kill('SIGKILL')
    await ended
  }
  for await (const line of createInterface({ input: child.stdout })) {
    const listening = Number(line)
    return { url: `ws://127.0.0.1:${listening}/cable`, port: listening, process: child, [Symbol.asyncDispose]: dispose }
  }
  await dispose()
  throw new Error('the ActionCable server did not start')
}
