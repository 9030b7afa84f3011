import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { userDirectory } from '../../protocol/paths.ts'

/** A plugin of the user's. */
export interface PluginPlace {
  readonly name: string
  /** Below the user's directory. */
  readonly directory: string
}

export const PLUGIN_NAME = /^[A-Za-z0-9_-]+$/
const PROFILE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/

/** Where plugins go, below the user's directory: shared, or a profile's. @throws UsageError for a name that is none */
export async function pluginLayer(profile: string | undefined): Promise<string> {
  if (profile === undefined) return 'shared/plugins'
  if (!PROFILE_NAME.test(profile)) {
    const { UsageError } = await import('../usage.ts')
    throw new UsageError(`'${profile}' is no name for a profile`, "letters, digits, '.', '_' and '-' make one")
  }
  return `profiles/${profile}/plugins`
}

/** The user's plugins, weakest layer first. */
export function userPlugins(root: string = userDirectory()): PluginPlace[] {
  const profiles = directories(join(root, 'profiles')).map((name) => `profiles/${name}/plugins`)
  return ['shared/plugins', ...profiles].flatMap((layer) =>
    directories(join(root, layer))
      .map((name) => ({ name, directory: `${layer}/${name}` }))
      .filter(({ directory }) => ['init.lua', 'ui'].some((part) => existsSync(join(root, directory, part)))),
  )
}

/** Those of a name. @throws CommandFailed with the names there are when there is none */
export async function findUserPlugins(name: string): Promise<PluginPlace[]> {
  const all = userPlugins()
  const found = all.filter((plugin) => plugin.name === name)
  if (found.length > 0) return found
  const { CommandFailed } = await import('../usage.ts')
  const names = [...new Set(all.map((plugin) => plugin.name))].sort()
  throw new CommandFailed(`no plugin '${name}' in ${userDirectory()}`, {
    hint: names.length > 0 ? `there are ${names.join(', ')}` : 'there is none: see `botster plugin new --help`',
  })
}

function directories(path: string): string[] {
  try {
    return readdirSync(path)
      .filter((name) => !name.startsWith('.'))
      .sort()
  } catch {
    return [] // not made yet
  }
}
