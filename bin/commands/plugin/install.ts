import type { Command } from 'commander'
import { defineCommand } from '../../command.ts'
import type { FetchedPlugin } from '../../plugin/fetch.ts'

interface InstallOptions {
  readonly name?: string
  readonly ref?: string
  readonly profile?: string
  readonly yes?: boolean
}

export function installCommand(): Command {
  return defineCommand('install')
    .description('copy a plugin from a directory or a git repository, as it is now')
    .argument('<source>', 'a directory, or a git URL: https://…, ssh://…, user@host:path, file://…')
    .option('--name <name>', 'call it so (default: as the source is called)')
    .option('--ref <ref>', 'branch, tag or commit of a git source (default: what its HEAD is)')
    .option('--profile <name>', 'for agents of this profile (default: for all)')
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      `
A plugin may do what you may. You are shown where it comes from, at which commit, and every file, before anything is
written; nothing is overwritten, and nothing is ever updated by itself. For a newer version: uninstall, then install.

Examples:
  botster plugin install ~/code/hello
  botster plugin install https://example.org/hello.git --ref v1.2.0`,
    )
    .action(installPlugin)
}

async function installPlugin(source: string, options: InstallOptions): Promise<void> {
  const { join } = await import('node:path')
  const { conflicts, install } = await import('../../../hub/installs/install.ts')
  const { disabledPlugins } = await import('../../../protocol/disabled-plugins.ts')
  const { userDirectory } = await import('../../../protocol/paths.ts')
  const { confirmed } = await import('../../confirm.ts')
  const { note } = await import('../../output.ts')
  const { fetchPlugin } = await import('../../plugin/fetch.ts')
  const { pluginLayer } = await import('../../plugin/places.ts')
  const { CommandFailed } = await import('../../usage.ts')
  const layer = await pluginLayer(options.profile)
  const plugin = await fetchPlugin(source, { name: options.name, ref: options.ref })
  const directory = `${layer}/${plugin.name}`
  const installation = {
    kind: 'plugin' as const,
    name: directory,
    source: plugin.source,
    commit: plugin.commit,
    files: plugin.files.map((file) => ({ ...file, path: `${directory}/${file.path}` })),
  }
  await refuseTaken(plugin.name, join(userDirectory(), directory), conflicts(userDirectory(), installation))
  await show(plugin, join(userDirectory(), directory))
  if (!options.yes && !(await confirmed(`Install ${plugin.name}? It may do whatever you may`, '--yes'))) {
    return note('nothing was installed')
  }
  const outcome = install(userDirectory(), installation)
  if (!outcome.ok) throw new CommandFailed(outcome.failure.message, { code: outcome.failure.code })
  if (disabledPlugins(userDirectory()).has(plugin.name)) {
    return note(`installed ${plugin.name}, which is switched off: \`botster plugin enable ${plugin.name}\` loads it`)
  }
  note(`installed ${plugin.name}: a hub that runs loads it within two seconds; \`botster plugin list\` shows it`)
}

async function refuseTaken(name: string, directory: string, taken: readonly string[]): Promise<void> {
  const { existsSync } = await import('node:fs')
  if (taken.length === 0 && !existsSync(directory)) return
  const { CommandFailed } = await import('../../usage.ts')
  throw new CommandFailed(`${directory} is there already, and nothing is overwritten`, {
    hint: `\`botster plugin uninstall ${name}\` first, or give it another --name`,
  })
}

async function show({ name, source, commit, about, files }: FetchedPlugin, directory: string): Promise<void> {
  const { plain, print } = await import('../../output.ts')
  const size = (bytes: number) => (bytes < 1000 ? `${bytes} bytes` : `${(bytes / 1000).toFixed(1)} kB`)
  print(
    `plugin  ${name}`,
    `from    ${plain(source)}`,
    `commit  ${commit === undefined ? 'none: these files are what is installed' : plain(`${commit} ${about}`.trim())}`,
    `to      ${plain(directory)}`,
    ...files.map(({ path, bytes }, at) => `${at === 0 ? 'files ' : '      '}  ${plain(path)}, ${size(bytes.length)}`),
  )
}
