import { join } from 'node:path'
import { luaDirectory, userDirectory } from '../../protocol/paths.ts'

/** Where something of the user's own is: below `root`, which also has the record of what botster put there, at `prefix`. */
export interface OwnPlace {
  readonly root: string
  /** Empty, or with a `/` at its end. */
  readonly prefix: string
}

/** Of the user's own Lua: `~/.botster` and `lua/`; where BOTSTER_LUA_PATH names another directory, that one. */
export function ownLua(env: NodeJS.ProcessEnv): OwnPlace {
  const directory = luaDirectory(env)
  const root = userDirectory(env)
  return directory === join(root, 'lua') ? { root, prefix: 'lua/' } : { root: directory, prefix: '' }
}

/** Of a directory below `~/.botster`, `lua/user` or `shared/plugins/attention`. */
export function ownPlace(directory: string, env: NodeJS.ProcessEnv): OwnPlace {
  if (!directory.startsWith('lua/')) return { root: userDirectory(env), prefix: `${directory}/` }
  const { root, prefix } = ownLua(env)
  return { root, prefix: `${prefix}${directory.slice('lua/'.length)}/` }
}
