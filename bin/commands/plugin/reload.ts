import type { Command } from 'commander'
import { defineCommand } from '../../command.ts'

export function reloadCommand(): Command {
  return defineCommand('reload')
    .description('load a plugin anew; the hub does so by itself within two seconds after a change')
    .argument('<plugin>', 'its name')
    .addHelpText('after', '\nExample:\n  botster plugin reload hello')
    .action(reload)
}

async function reload(name: string): Promise<void> {
  const { findPlace } = await import('../../place.ts')
  const { requireHub } = await import('../../connect.ts')
  const { runHubCommand } = await import('../../hub-command.ts')
  const { note } = await import('../../output.ts')
  using connection = await requireHub(await findPlace(), { role: 'cli', start: 'never' })
  await runHubCommand(connection, 'plugin:reload', { name })
  note(`reloaded ${name}`)
}
