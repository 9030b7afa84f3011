import type { Command } from 'commander'
import { agentArgument } from '../agent-argument.ts'
import { defineCommand } from '../command.ts'

export function command(): Command {
  return defineCommand('rename')
    .description('give an agent another name; its key and branch stay')
    .addArgument(agentArgument())
    .argument('<name>', 'the new name')
    .addHelpText('after', '\nExample:\n  botster rename fix-login "login, second try"')
    .action(rename)
}

async function rename(agent: string, name: string): Promise<void> {
  const { findPlace } = await import('../place.ts')
  const { requireHub } = await import('../connect.ts')
  const { runHubCommand } = await import('../hub-command.ts')
  using connection = await requireHub(await findPlace(), { role: 'cli', start: 'known' })
  await runHubCommand(connection, 'rename_agent', { agent, name })
}
