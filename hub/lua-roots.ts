import { join } from 'node:path'
import { luaDirectory, packageRoot } from '../protocol/paths.ts'

/**
 * Where the hub's `require` looks, first to last: the user's Lua (BOTSTER_LUA_PATH, else ~/.botster/lua), then what
 * botster ships. A repository's own Lua comes before them while it is trusted.
 */
export function luaRoots(env: NodeJS.ProcessEnv = process.env): string[] {
  return [luaDirectory(env), join(packageRoot(), 'lua')]
}
