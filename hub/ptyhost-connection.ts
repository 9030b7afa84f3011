import { setTimeout as wait } from 'node:timers/promises'
import type { Logger } from 'pino'
import { connect } from '../protocol/client.ts'
import type { Connection, Received } from '../protocol/connection.ts'
import { ConnectionClosed } from '../protocol/errors.ts'
import { type PtyhostProtocol, ptyhostProtocol } from '../protocol/messages/ptyhost.ts'
import type { HubPaths } from '../protocol/paths.ts'
import { isAlive } from './alive.ts'
import { readOrCreateKey } from './ptyhost/key.ts'
import { type StartedPtyhost, startPtyhost } from './ptyhost-process.ts'

/** How long a ptyhost may take from its start until it answers: a second on a loaded machine, and then some. */
const START_DEADLINE_MS = 20_000
/** How often is tried while one starts. */
const RETRY_MS = 25
/** A ptyhost whose socket file was removed (cleaners of /tmp do that) notices within 5 s and makes it again. */
const SOCKET_PATIENCE_MS = 7000
/** A start that fails is tried again; one that fails as often as this is not a matter of luck. */
const MAX_STARTS = 3

export type PtyhostConnection = Connection<PtyhostProtocol, 'client'>

export interface ReachOptions {
  readonly paths: HubPaths
  readonly log: Logger
  readonly argv?: readonly string[]
  /** The ptyhost that served last. While it lives, a missing socket is taken for one that it will put back. */
  readonly lastPid?: number
  readonly onMessage: (message: Received<PtyhostProtocol, 'client'>) => void
  readonly onClose: (reason: string) => void
}

/**
 * Connects to the ptyhost with its key, and starts one when nobody listens. One that listens but does not answer is
 * never replaced: it may hold sessions.
 * @throws Error that says what stands in the way.
 */
export async function reachPtyhost(options: ReachOptions): Promise<PtyhostConnection> {
  const { paths, log } = options
  const begin = Date.now()
  const deadline = begin + START_DEADLINE_MS
  let started: StartedPtyhost | undefined
  let starts = 0
  for (;;) {
    try {
      return await connectWithKey(options)
    } catch (error) {
      if (!(error instanceof ConnectionClosed)) throw error // another version, a key that does not fit
      if (Date.now() > deadline) throw unreachable(paths, error.message, error)
      const ended = started?.ended()
      const mayReturn = isMissing(error) && Date.now() - begin < SOCKET_PATIENCE_MS && lives(options.lastPid)
      if (isNobodyThere(error) && !mayReturn && (started === undefined || ended !== undefined)) {
        if (starts === MAX_STARTS) throw unreachable(paths, `it ended at once (${ended})`, error)
        log.info({ starts, ended }, 'starting a ptyhost')
        started = startPtyhost(paths, options.argv)
        starts++
      }
    }
    await wait(RETRY_MS)
  }
}

async function connectWithKey({ paths, log, onMessage, onClose }: ReachOptions): Promise<PtyhostConnection> {
  let isAuthenticated = false
  const connection = await connect({
    path: paths.ptySocket,
    protocol: ptyhostProtocol,
    role: 'hub',
    onMessage,
    onClose: (reason) => {
      if (isAuthenticated) onClose(reason)
    },
    onWarning: (warning) => log.warn({ warning }, 'ptyhost connection'),
  })
  try {
    await connection.request('authenticate', { ticket: readOrCreateKey(paths.ptyhostKey) })
    isAuthenticated = true
    return connection
  } catch (error) {
    connection.close('not let in')
    throw error
  }
}

function isNobodyThere(error: Error): boolean {
  return isMissing(error) || error.message.includes('ECONNREFUSED')
}

function isMissing({ message }: Error): boolean {
  return message.includes('ENOENT')
}

function lives(pid: number | undefined): boolean {
  return pid !== undefined && isAlive(pid)
}

function unreachable(paths: HubPaths, why: string, cause: unknown): Error {
  return new Error(`the ptyhost cannot be reached: ${why}. Its log: ${paths.ptyhostLog}`, { cause })
}
