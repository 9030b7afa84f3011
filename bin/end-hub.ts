import { waitForDeath } from '../hub/alive.ts'
import { ConnectionClosed, VersionMismatch } from '../protocol/errors.ts'
import { connectHub, type HubConnection } from './connect.ts'
import { peerPid } from './peer-pid.ts'
import type { Place } from './place.ts'
import { CommandFailed } from './usage.ts'

/** A hub gives its agents 2 s to end before it kills them; the rest is for writing records on a slow disk. */
const END_TIMEOUT_MS = 15_000

/**
 * Ends the hub of a place, agents living on, whatever version it is: an old one is what a restart is for.
 * @returns its pid, or undefined when none ran
 * @throws CommandFailed when it stays
 */
export async function endHub(place: Place): Promise<number | undefined> {
  try {
    using connection = await connectHub(place, { role: 'cli', start: 'never' })
    if (connection === undefined) return undefined
    await stopHub(connection, { agents: false })
    return connection.peer!.pid
  } catch (error) {
    if (!(error instanceof VersionMismatch)) throw error
    const pid = await peerPid(place.paths.hubSocket)
    process.kill(pid, 'SIGTERM')
    await ended(pid)
    return pid
  }
}

/**
 * Asks a hub to end and waits until its process is gone, so that the next one finds the lock free.
 * @param options.agents also the ptyhost and every agent in it
 * @throws CommandFailed when it stays
 */
export async function stopHub(connection: HubConnection, { agents }: { agents: boolean }): Promise<void> {
  const pid = connection.peer!.pid
  try {
    await connection.request('stop', { agents })
  } catch (error) {
    if (!(error instanceof ConnectionClosed)) throw error // it may be gone before the answer has left
  }
  await ended(pid)
}

async function ended(pid: number): Promise<void> {
  if (await waitForDeath(pid, END_TIMEOUT_MS)) return
  throw new CommandFailed(`the hub (pid ${pid}) does not end`, {
    hint: `end it with \`kill -9 ${pid}\`: agents survive that`,
  })
}
