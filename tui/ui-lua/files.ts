import { readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, dirname, join, relative, sep } from 'node:path'
import { disabledPlugins, disabledPluginsFile } from '../../protocol/disabled-plugins.ts'
import { luaDirectory, userDirectory } from '../../protocol/paths.ts'
import type { RepositoryLayers } from './repository-layers.ts'

/** The files that make the UI, in the order they run. */
export const BASE_FILES = ['layout.lua', 'keybindings.lua', 'actions.lua', 'events.lua', 'botster.lua'] as const
export type BaseFile = (typeof BASE_FILES)[number]

/** What a plugin's ui folder may hold, in the order they run. */
const PLUGIN_FILES = ['layout.lua', 'keybindings.lua', 'actions.lua', 'events.lua']

/** One of the user's own files of the UI's Lua. */
export interface UiFile {
  readonly path: string
  /** As errors and messages call it: `~/.botster/lua/ui/layout.lua`. */
  readonly label: string
  /** Which shipped file it replaces; undefined for an extension. */
  readonly replaces: BaseFile | undefined
}

/** Where a configuration has its files. */
interface Configuration {
  /** Replacements and extensions of the UI. */
  readonly overrides: string
  readonly plugins: string
  /** Each profile in it may have plugins of its own. */
  readonly profiles: string
}

/** Where the user's files may be. All paths absolute; none needs to exist. */
export interface UiDirectories extends Configuration {
  readonly user: string
  /** Their common root, for labels. */
  readonly root: string
  readonly home: string
  readonly repository?: RepositoryLayers
  /** No repository's files are taken, whatever the hub says. */
  readonly alone?: boolean
}

export function uiDirectories(env: NodeJS.ProcessEnv): UiDirectories {
  const root = userDirectory(env)
  const lua = luaDirectory(env)
  return { root, home: env.HOME || homedir(), user: join(lua, 'user', 'ui'), ...configurationIn(root, lua) }
}

function configurationIn(root: string, lua = join(root, 'lua')): Configuration {
  return {
    overrides: join(lua, 'ui'),
    plugins: join(root, 'shared', 'plugins'),
    profiles: join(root, 'profiles'),
  }
}

/** The user's and the repository's, the weaker first. */
function configurations(directories: UiDirectories): Configuration[] {
  const { repository } = directories
  return repository === undefined ? [directories] : [directories, configurationIn(repository.root)]
}

/**
 * The files in the order they run: replacements of shipped files, plugins' (by plugin name), further files of `lua/ui`,
 * and last the user's `lua/user/ui`, so that the user has the last word. Of the first three kinds a repository's come
 * after the user's.
 */
export function listUiFiles(directories: UiDirectories): UiFile[] {
  const own = configurations(directories).flatMap(({ overrides }) => {
    return luaFilesIn(overrides).map((name) => ({ name, path: join(overrides, name) }))
  })
  const replacements = BASE_FILES.flatMap((base) => own.filter(({ name }) => name === base))
  const plugins = pluginDirectories(directories).flatMap((directory) => {
    const present = luaFilesIn(directory)
    return PLUGIN_FILES.filter((name) => present.includes(name)).map((name) => join(directory, name))
  })
  const further = own.filter(({ name }) => !isBaseFile(name)).map(({ path }) => path)
  const user = luaFilesIn(directories.user).map((name) => join(directories.user, name))
  return [
    ...replacements.map(({ path }) => describe(directories, path, basename(path) as BaseFile)),
    ...[...plugins, ...further, ...user].map((path) => describe(directories, path, undefined)),
  ]
}

/** Directories in which a file may appear or change. */
export function watchedDirectories(directories: UiDirectories): string[] {
  const { user, root } = directories
  const own = configurations(directories).flatMap(({ overrides, profiles }) => [overrides, profiles])
  const disabled = dirname(disabledPluginsFile(root))
  return [...own, user, disabled, ...layersOf(directories), ...pluginDirectories(directories)]
}

/** The ui folders of the plugins that are not switched off, by name; of one name the last layer's. */
function pluginDirectories(directories: UiDirectories): string[] {
  const byName = new Map<string, string>()
  for (const layer of layersOf(directories)) {
    for (const name of entriesOf(layer)) byName.set(name, join(layer, name, 'ui'))
  }
  const disabled = disabledPlugins(directories.root)
  return [...byName.keys()]
    .filter((name) => !disabled.has(name))
    .sort()
    .map((name) => byName.get(name)!)
}

/** Where plugins are, the weakest first. */
function layersOf(directories: UiDirectories): string[] {
  return configurations(directories).flatMap(({ plugins, profiles }) => [
    plugins,
    ...entriesOf(profiles).map((name) => join(profiles, name, 'plugins')),
  ])
}

function luaFilesIn(directory: string): string[] {
  return entriesOf(directory).filter((name) => name.endsWith('.lua') && !name.startsWith('.'))
}

/** Sorted; a directory that does not exist has none. */
function entriesOf(directory: string): string[] {
  try {
    return readdirSync(directory).sort()
  } catch {
    return []
  }
}

function isBaseFile(name: string): name is BaseFile {
  return (BASE_FILES as readonly string[]).includes(name)
}

function describe({ home, repository }: UiDirectories, path: string, replaces: BaseFile | undefined): UiFile {
  const inside = repository && relative(repository.root, path)
  const shown = inside === undefined || inside.startsWith('..') ? path : join(repository!.path, inside)
  const below = relative(home, shown)
  return { path, label: below.startsWith('..') ? shown : `~${sep}${below}`, replaces }
}
