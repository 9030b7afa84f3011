import type { Command } from 'commander'
import { defineCommand } from '../../command.ts'

interface UninstallOptions {
  readonly profile?: string
  readonly force?: boolean
  readonly yes?: boolean
}

export function uninstallCommand(): Command {
  return defineCommand('uninstall')
    .description('delete a plugin; what you changed or made in it only with --force')
    .argument('<plugin>', 'its name')
    .option('--profile <name>', 'the one of this profile')
    .option('--force', 'also delete what is yours')
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      `
To keep the files and only stop it: botster plugin disable NAME.

Example:
  botster plugin uninstall hello`,
    )
    .action(uninstallPlugin)
}

async function uninstallPlugin(name: string, { profile, force = false, yes }: UninstallOptions): Promise<void> {
  const { join } = await import('node:path')
  const { installedItems } = await import('../../../hub/installs/record.ts')
  const { named, ownWork, uninstall } = await import('../../../hub/installs/uninstall.ts')
  const { userDirectory } = await import('../../../protocol/paths.ts')
  const { confirmed } = await import('../../confirm.ts')
  const { note } = await import('../../output.ts')
  const { CommandFailed } = await import('../../usage.ts')
  const directory = await choose(name, profile)
  const root = userDirectory()
  const item = installedItems(root).find(
    ({ kind, files }) => kind !== 'eject' && Object.keys(files).some((path) => path.startsWith(`${directory}/`)),
  )
  const own = ownWork(root, item, directory)
  if (own.length > 0 && !force) {
    throw new CommandFailed(`${name} has files that are yours or were changed since: ${named(own)}`, {
      code: 'changed',
      hint: `--force deletes them; \`botster plugin disable ${name}\` keeps them and stops the plugin`,
    })
  }
  if (!yes && !(await confirmed(`Delete ${join(root, directory)}?`, '--yes'))) return note('nothing was deleted')
  const outcome = uninstall(root, item, { force, directory })
  if (!outcome.ok) throw new CommandFailed(outcome.failure.message, { code: outcome.failure.code })
  note(`deleted ${join(root, directory)}: a hub that runs unloads it within two seconds`)
}

async function choose(name: string, profile: string | undefined): Promise<string> {
  const { findUserPlugins, pluginLayer } = await import('../../plugin/places.ts')
  const { CommandFailed } = await import('../../usage.ts')
  const found = await findUserPlugins(name)
  const layer = await pluginLayer(profile)
  if (profile === undefined && found.length === 1) return found[0]!.directory
  const chosen = found.find(({ directory }) => directory === `${layer}/${name}`)
  if (chosen !== undefined) return chosen.directory
  throw new CommandFailed(`there is no ${layer}/${name}`, {
    hint: `there is ${found.map(({ directory }) => directory).join(', ')}: say --profile`,
  })
}
