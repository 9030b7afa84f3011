import { waitForDeath } from '../hub/alive.ts'
import { connect } from '../protocol/client.ts'
import { ConnectionClosed, VersionMismatch } from '../protocol/errors.ts'
import { ptyhostProtocol } from '../protocol/messages/ptyhost.ts'
import { peerPid } from './peer-pid.ts'
import type { Place } from './place.ts'
import { CommandFailed } from './usage.ts'

/** A ptyhost gives its agents 1.5 s to end before it kills them. */
const END_TIMEOUT_MS = 10_000

/** Pid of a ptyhost that speaks a version nobody here does, so that no hub can take it over; undefined without one. */
export async function foreignPtyhost(place: Place): Promise<number | undefined> {
  try {
    using _connection = await connect({ path: place.paths.ptySocket, protocol: ptyhostProtocol, role: 'cli' })
    return undefined
  } catch (error) {
    if (error instanceof ConnectionClosed) return undefined
    if (!(error instanceof VersionMismatch)) throw error
    return peerPid(place.paths.ptySocket)
  }
}

/** Ends a ptyhost and every agent in it, whatever version it is. @throws CommandFailed when it stays */
export async function endPtyhost(pid: number): Promise<void> {
  process.kill(pid, 'SIGTERM')
  if (await waitForDeath(pid, END_TIMEOUT_MS)) return
  throw new CommandFailed(`the ptyhost (pid ${pid}) does not end`, { hint: `end it with \`kill -9 ${pid}\`` })
}
