import type { Command } from 'commander'
import { defineCommand } from '../command.ts'
import { repoConfigOption, usesRepoConfig } from '../repo-config-option.ts'

export function command(): Command {
  return defineCommand('start')
    .description('start the hub of this repository if it does not run, and attach to it')
    .option('--headless', 'only start the hub, do not attach')
    .addOption(repoConfigOption())
    .addHelpText(
      'after',
      '\nExamples:\n  botster start\n  botster start --headless && botster new fix-login --cmd claude',
    )
    .action(start)
}

async function start({ headless = false }: { headless?: boolean }, command: Command): Promise<void> {
  const repoConfig = usesRepoConfig(command)
  if (!headless) {
    const { attach } = await import('../attach.ts')
    return attach({ start: 'needed', repoConfig })
  }
  const { findPlace } = await import('../place.ts')
  const { requireHub } = await import('../connect.ts')
  const { print } = await import('../output.ts')
  const place = await findPlace()
  using connection = await requireHub(place, { role: 'cli', start: 'needed', repoConfig })
  print(`hub ${connection.peer?.pid} runs for ${place.root}`)
}
