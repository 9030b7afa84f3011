import { resolve } from 'node:path'
import { lineSink, type MachineOptions } from '../lua/modules/index.ts'
import { configDirectory } from '../protocol/paths.ts'
import { luaRoots } from './lua-roots.ts'
import { moduleOf } from './modules/lua-errors.ts'
import type { HubContext } from './types.ts'

/** What scripts of the hub find of the machine: relative paths start in the repository, and output goes to the log. */
export function hubMachine({ root, log }: HubContext, env: NodeJS.ProcessEnv = process.env): MachineOptions {
  const luaPath = resolve(luaRoots(env)[0] ?? '')
  const output = lineSink((stream, line, owner) =>
    log[stream === 'stdout' ? 'info' : 'warn']({ owner: moduleOf(owner) }, line),
  )
  return { base: root, env, output, configDirectory: configDirectory(env), luaPath }
}
