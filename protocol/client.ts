import { connect as connectSocket } from 'node:net'
import { Connection, type Received } from './connection.ts'
import type { Protocol } from './definition.ts'
import type { Role } from './envelope.ts'
import { ConnectionClosed, VersionMismatch } from './errors.ts'

export interface ClientOptions<P extends Protocol> {
  readonly path: string
  readonly protocol: P
  readonly role: Role
  readonly onMessage?: (message: Received<P, 'client'>) => void
  /** Only after the connection was established. */
  readonly onClose?: (reason: string) => void
  readonly onWarning?: (warning: string) => void
}

/**
 * Connects to a server's socket and waits for its hello.
 * @throws ConnectionClosed when nobody listens there, VersionMismatch when the peer speaks another version.
 */
export async function connect<P extends Protocol>(options: ClientOptions<P>): Promise<Connection<P, 'client'>> {
  const { path, protocol, role, onMessage, onClose, onWarning } = options
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  let established = false
  const connection = new Connection({
    socket: connectSocket({ path }),
    protocol,
    side: 'client',
    role,
    onReady: () => {
      established = true
      resolve()
    },
    onMessage: (message) => onMessage?.(message),
    onClose: (reason, _saidBye, code) => {
      if (established) return onClose?.(reason)
      reject(code === 'version_mismatch' ? new VersionMismatch(reason) : new ConnectionClosed(reason))
    },
    onWarning,
  })
  await promise
  return connection
}
