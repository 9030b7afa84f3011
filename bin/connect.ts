import { existsSync } from 'node:fs'
import * as z from 'zod'
import { type ClientOptions, connect } from '../protocol/client.ts'
import type { Connection } from '../protocol/connection.ts'
import { ConnectionClosed } from '../protocol/errors.ts'
import { type HubProtocol, hubProtocol } from '../protocol/messages/hub.ts'
import type { Place } from './place.ts'
import { CommandFailed } from './usage.ts'

export type HubConnection = Connection<HubProtocol, 'client'>

/**
 * When to start a hub that does not run: always; only where something is left to find (its agents or their records),
 * so that looking around never litters; only where agents still run without it; or never.
 */
export type StartPolicy = 'needed' | 'known' | 'orphaned' | 'never'

export interface ConnectOptions extends Pick<ClientOptions<HubProtocol>, 'onMessage' | 'onClose' | 'onWarning'> {
  readonly role: 'cli' | 'tui'
  readonly start: StartPolicy
  /** Say where this client runs, for the agents it creates. @default false */
  readonly environment?: boolean
  /** False: the hub takes nothing of the repository's `.botster` until it ends. @default true */
  readonly repoConfig?: boolean
  /** No hub runs, and one is started now: that takes a moment. */
  readonly onStarting?: () => void
}

/**
 * Connects to the hub of a place, starting it as the policy says. Any number of clients may do so at once: one hub
 * results and all of them get it.
 * @returns undefined when no hub runs and the policy starts none.
 * @throws CommandFailed when it does not come up, VersionMismatch when it is of another version.
 */
export async function connectHub(place: Place, options: ConnectOptions): Promise<HubConnection | undefined> {
  const attempt = () => connectOnce(place, options)
  let connection = await attempt()
  if (connection === undefined && (await mayStart(place, options.start))) {
    options.onStarting?.()
    const { startHub } = await import('./hub-process.ts')
    connection = await startHub(place, attempt, options)
  }
  if (connection !== undefined && options.repoConfig === false) {
    await connection.request('command', { name: 'ignore_repository', args: {} }) // one that ran before knows nothing
  }
  if (connection !== undefined && options.environment) {
    await connection.request('environment', { env: definedVariables(process.env), cwd: process.cwd() })
  }
  return connection
}

/** The same where there is no doing without. @throws CommandFailed also when no hub runs here. */
export async function requireHub(place: Place, options: ConnectOptions): Promise<HubConnection> {
  return (await connectHub(place, options)) ?? failNotRunning(place)
}

/** @throws CommandFailed always. */
export function failNotRunning(place: Place): never {
  throw new CommandFailed(`no hub runs for ${place.root}`, { hint: 'run `botster` to start it' })
}

/** Whether agents run here without a hub: it was killed, and the next one adopts them. */
export async function ptyhostRuns(place: Place): Promise<boolean> {
  // Loaded only here: its messages are most of what a command that finds its hub would read, and never use.
  const { ptyhostProtocol } = await import('../protocol/messages/ptyhost.ts')
  try {
    const connection = await connect({ path: place.paths.ptySocket, protocol: ptyhostProtocol, role: 'cli' })
    connection.close('only looking')
    return true
  } catch (error) {
    return !(error instanceof ConnectionClosed) // another version is there as well
  }
}

async function connectOnce(place: Place, options: ConnectOptions): Promise<HubConnection | undefined> {
  // A command reads few messages: compiling a function for each of their shapes takes longer than it saves.
  if (options.role === 'cli') z.config({ jitless: true })
  const { role, onMessage, onClose, onWarning } = options
  try {
    const path = place.paths.hubSocket
    return await connect({ path, protocol: hubProtocol, role, onMessage, onClose, onWarning })
  } catch (error) {
    if (error instanceof ConnectionClosed) return undefined
    throw error
  }
}

async function mayStart(place: Place, policy: StartPolicy): Promise<boolean> {
  switch (policy) {
    case 'needed':
      return true
    case 'known':
      return existsSync(place.paths.database) || (await ptyhostRuns(place))
    case 'orphaned':
      return ptyhostRuns(place)
    case 'never':
      return false
  }
}

function definedVariables(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined))
}
