import type { Command } from 'commander'
import { defineCommand } from '../command.ts'

export function command(): Command {
  return defineCommand('attach')
    .description('open the UI on the hub that runs for this repository')
    .addHelpText('after', '\nDetach with ctrl+q: the agents go on. To start a hub where none runs: botster')
    .action(async () => {
      const { attach } = await import('../attach.ts')
      await attach({ start: 'orphaned' })
    })
}
