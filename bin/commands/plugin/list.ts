import type { Command } from 'commander'
import { defineCommand } from '../../command.ts'
import type { PluginInfo } from '../../plugin/shapes.ts'

export function listCommand(): Command {
  return defineCommand('list')
    .description('list the plugins, what became of them and what they own')
    .option('--json', 'machine-readable: an array of plugins (docs/cli.md)')
    .addHelpText('after', "\nExamples:\n  botster plugin list\n  botster plugin list --json | jq -r '.[].name'")
    .action(list)
}

async function list({ json = false }: { json?: boolean }): Promise<void> {
  const { listHubPlugins } = await import('../../plugin/ask-hub.ts')
  const { note, print, printJson } = await import('../../output.ts')
  const known = await listHubPlugins()
  const plugins = known ?? (await withoutHub())
  if (json) return printJson(plugins.map(stableShape))
  if (plugins.length === 0) return note('no plugins: make one with `botster plugin new NAME`')
  print(...(await pluginTable(plugins)))
  if (known === undefined) note('no hub runs here, so nothing is loaded')
}

/** What there is, where nobody loads it. */
async function withoutHub(): Promise<PluginInfo[]> {
  const { join } = await import('node:path')
  const { disabledPlugins } = await import('../../../protocol/disabled-plugins.ts')
  const { userDirectory } = await import('../../../protocol/paths.ts')
  const { userPlugins } = await import('../../plugin/places.ts')
  const root = userDirectory()
  const disabled = disabledPlugins(root)
  const byName = new Map(userPlugins(root).map((plugin) => [plugin.name, plugin]))
  return [...byName.values()]
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, directory }) => ({
      name,
      state: disabled.has(name) ? 'disabled' : 'not_loaded',
      path: join(root, directory),
      scope: 'user',
      running: false,
    }))
}

/** What we promise; the hub may know more. */
function stableShape(plugin: PluginInfo): unknown {
  const { name, state, path, scope, version, description, requires, error, running, owns } = plugin
  return {
    name,
    state,
    path,
    scope,
    version: version ?? null,
    description: description ?? null,
    requires: requires ?? [],
    error: error?.message ?? null,
    running,
    owns: owns ?? null,
  }
}

async function pluginTable(plugins: readonly PluginInfo[]): Promise<string[]> {
  const { plain } = await import('../../output.ts')
  const { formatTable } = await import('../../table.ts')
  const rows = plugins.map((plugin) => [
    plugin.name,
    plugin.state,
    plain(plugin.version ?? '-'),
    ownedBy(plugin),
    plain(about(plugin)),
  ])
  return formatTable([['NAME', 'STATE', 'VERSION', 'OWNS', 'ABOUT'], ...rows])
}

function about({ error, description, path, scope }: PluginInfo): string {
  if (error !== undefined) return error.message
  if (scope === 'user') return description ?? path
  // Its path may be that of the copy that runs, which says nothing to anybody.
  return description === undefined
    ? 'from the repository’s .botster'
    : `${description} (from the repository’s .botster)`
}

function ownedBy({ owns, running, error }: PluginInfo): string {
  if (owns === undefined) return '-'
  const counts = [
    ...(['commands', 'hooks', 'tools', 'prompts'] as const).map((kind) => [owns[kind].length, kind] as const),
    [owns.registrations, 'other'] as const,
  ]
  const parts = counts
    .filter(([count]) => count > 0)
    .map(([count, kind]) => `${count} ${count === 1 ? kind.replace(/s$/, '') : kind}`)
  const all = parts.length > 0 ? parts.join(', ') : 'nothing'
  return running && error !== undefined ? `${all} (the version before)` : all
}
