import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { homedir, tmpdir, userInfo } from 'node:os'
import { dirname, join, resolve } from 'node:path'

/** Longest path a Unix socket may have on every platform we run on (sun_path is 104 bytes on macOS, with a NUL). */
const MAX_SOCKET_PATH_BYTES = 103

/** Where everything of one hub lives. All paths absolute. */
export interface HubPaths {
  readonly id: string
  /** Records, logs and keys: mode 0700. */
  readonly directory: string
  readonly database: string
  /** Held by an exclusive transaction while a hub runs. */
  readonly lock: string
  /** The same while a ptyhost runs. */
  readonly ptyhostLock: string
  readonly log: string
  readonly ptyhostLog: string
  /** Secret that opens the manage methods of the ptyhost: mode 0600. */
  readonly ptyhostKey: string
  readonly hubSocket: string
  readonly ptySocket: string
}

/** `~/.config/botster`, or BOTSTER_CONFIG_DIR. */
export function configDirectory(env: NodeJS.ProcessEnv = process.env): string {
  return env.BOTSTER_CONFIG_DIR || join(env.HOME || homedir(), '.config', 'botster')
}

/** The user's own Lua, plugins and profiles: `~/.botster`. */
export function userDirectory(env: NodeJS.ProcessEnv = process.env): string {
  return env.BOTSTER_USER_DIR || join(env.HOME || homedir(), '.botster')
}

/** The user's own Lua: `~/.botster/lua`, or BOTSTER_LUA_PATH. */
export function luaDirectory(env: NodeJS.ProcessEnv = process.env): string {
  return env.BOTSTER_LUA_PATH ? resolve(env.BOTSTER_LUA_PATH) : join(userDirectory(env), 'lua')
}

/** Sockets: `$XDG_RUNTIME_DIR/botster`, else one directory per user in the temporary one. */
export function runtimeDirectory(env: NodeJS.ProcessEnv = process.env): string {
  if (env.BOTSTER_RUNTIME_DIR) return env.BOTSTER_RUNTIME_DIR
  if (env.XDG_RUNTIME_DIR) return join(env.XDG_RUNTIME_DIR, 'botster')
  return join(tmpdir(), `botster-${userInfo().uid}`)
}

/** Where new worktrees go: `~/botster-sessions`, or BOTSTER_WORKTREE_BASE. */
export function worktreeBase(env: NodeJS.ProcessEnv = process.env): string {
  return env.BOTSTER_WORKTREE_BASE || join(env.HOME || homedir(), 'botster-sessions')
}

/** First 32 hex digits of the sha256 of the real path of the main worktree (or of the directory, outside git). */
export function hubId(realRoot: string): string {
  return createHash('sha256').update(realRoot).digest('hex').slice(0, 32)
}

/**
 * All paths of the hub `id`. The socket directory's name also covers the configuration directory, so that two
 * configurations never meet in one runtime directory.
 * @throws Error when a socket path would be too long for the platform.
 */
export function hubPaths(id: string, env: NodeJS.ProcessEnv = process.env): HubPaths {
  const directory = join(configDirectory(env), 'hubs', id)
  const socketDirectory = join(runtimeDirectory(env), hubId(directory).slice(0, 16))
  const hubSocket = join(socketDirectory, 'hub.sock')
  if (Buffer.byteLength(hubSocket) > MAX_SOCKET_PATH_BYTES) {
    throw new Error(
      `the socket path ${hubSocket} is longer than ${MAX_SOCKET_PATH_BYTES} bytes: set BOTSTER_RUNTIME_DIR to a shorter directory`,
    )
  }
  return {
    id,
    directory,
    database: join(directory, 'hub.db'),
    lock: join(directory, 'lock.db'),
    ptyhostLock: join(directory, 'ptyhost-lock.db'),
    log: join(directory, 'hub.log'),
    ptyhostLog: join(directory, 'ptyhost.log'),
    ptyhostKey: join(directory, 'ptyhost.key'),
    hubSocket,
    ptySocket: join(socketDirectory, 'pty.sock'),
  }
}

/** The installed package: where dist/, lua/ and package.json are, from a bundle as well as from the sources. */
export function packageRoot(): string {
  let directory = import.meta.dirname
  while (!existsSync(join(directory, 'package.json'))) {
    const parent = dirname(directory)
    if (parent === directory)
      throw new Error(`no package.json above ${import.meta.dirname}: the installation is incomplete`)
    directory = parent
  }
  return directory
}
