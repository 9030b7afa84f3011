import { mkdirSync, rmSync, statSync } from 'node:fs'
import { chmod } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { dirname } from 'node:path'

/** More than any person's clients; what exceeds it is dropped at once instead of using up file descriptors. */
const MAX_CONNECTIONS = 1024
/** How often a listening process looks whether its socket file still exists (cleaners of /tmp remove it). */
const PRESENCE_CHECK_MS = 5000

export interface SocketServer extends AsyncDisposable {
  readonly path: string
}

/**
 * Listens on a Unix socket: file 0600 in a directory of mode 0700 that belongs to this user.
 * Recreates the socket when its file is removed. The caller knows, by a lock, that nobody else serves this path.
 * @throws Error when the directory is somebody else's or open to others.
 */
export async function serve(path: string, onSocket: (socket: Socket) => void): Promise<SocketServer> {
  ensurePrivateDirectory(dirname(path))
  let server = await listen(path, onSocket)
  const presence = setInterval(() => {
    if (statSync(path, { throwIfNoEntry: false })?.isSocket()) return
    server.close() // before the next one listens: closing removes whatever has this path by then
    listen(path, onSocket).then(
      (next) => {
        server = next
      },
      () => {}, // the directory is gone as well, or full: looked at again in a moment
    )
  }, PRESENCE_CHECK_MS)
  presence.unref()
  return {
    path,
    async [Symbol.asyncDispose]() {
      clearInterval(presence)
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

/**
 * Creates a directory of mode 0700, or checks that an existing one is.
 * @throws Error that names the directory and what is wrong with it.
 */
export function ensurePrivateDirectory(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const { uid, mode } = statSync(directory)
  if (uid !== process.getuid?.()) throw new Error(`${directory} belongs to another user: refusing to put sockets there`)
  if ((mode & 0o077) !== 0) {
    throw new Error(
      `${directory} is open to other users (mode ${(mode & 0o777).toString(8)}): run \`chmod 700 ${directory}\``,
    )
  }
}

async function listen(path: string, onSocket: (socket: Socket) => void): Promise<Server> {
  ensurePrivateDirectory(dirname(path))
  rmSync(path, { force: true })
  const server = createServer(onSocket)
  server.maxConnections = MAX_CONNECTIONS
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen(path, resolve)
  await promise
  server.on('error', () => {}) // running out of file descriptors must not end a process that holds agents
  await chmod(path, 0o600)
  return server
}
