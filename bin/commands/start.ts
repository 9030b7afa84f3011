import type { Command } from 'commander'
import { defineCommand } from '../command.ts'

export function command(): Command {
  return defineCommand('start')
    .description('start the hub of this repository if it does not run, and attach to it')
    .option('--headless', 'only start the hub, do not attach')
    .addHelpText(
      'after',
      '\nExamples:\n  botster start\n  botster start --headless && botster new fix-login --cmd claude',
    )
    .action(start)
}

async function start({ headless = false }: { headless?: boolean }): Promise<void> {
  if (!headless) {
    const { attach } = await import('../attach.ts')
    return attach({ start: 'needed' })
  }
  const { findPlace } = await import('../place.ts')
  const { requireHub } = await import('../connect.ts')
  const { print } = await import('../output.ts')
  const place = await findPlace()
  using connection = await requireHub(place, { role: 'cli', start: 'needed' })
  print(`hub ${connection.peer?.pid} runs for ${place.root}`)
}
