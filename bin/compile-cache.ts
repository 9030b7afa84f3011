import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where Node keeps compiled code between runs: `~/.cache/botster`, or below XDG_CACHE_HOME. */
export function compileCacheDirectory(env: NodeJS.ProcessEnv = process.env): string {
  return join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache'), 'botster')
}
