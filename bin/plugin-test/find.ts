import { existsSync, realpathSync, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { userDirectory } from '../../protocol/paths.ts'
import { PLUGIN_NAME, userPlugins } from '../plugin/places.ts'
import { CommandFailed } from '../usage.ts'

/** A plugin whose tests are to run. */
export interface TestedPlugin {
  readonly name: string
  /** A real path. */
  readonly directory: string
}

/** The plugin in a directory, or the installed one of that name. @throws CommandFailed when it is neither */
export async function findTestDirectory(text: string): Promise<TestedPlugin> {
  const path = resolve(text)
  if (isDirectory(path)) return named(realpathSync(path))
  const installed = userPlugins().findLast(({ name }) => name === text)
  if (installed !== undefined) return named(realpathSync(join(userDirectory(), installed.directory)))
  throw new CommandFailed(`${path} is no directory, and there is no plugin '${text}'`, {
    hint: 'botster plugin test DIRECTORY, for example .',
  })
}

function named(directory: string): TestedPlugin {
  const parts = ['init.lua', 'ui'].filter((part) => existsSync(join(directory, part)))
  if (parts.length === 0) throw new CommandFailed(`${directory} is no plugin: it has neither init.lua nor ui`)
  const name = basename(directory).replace(/[^A-Za-z0-9_-]/g, '-')
  return { name: PLUGIN_NAME.test(name) ? name : 'plugin', directory }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}
