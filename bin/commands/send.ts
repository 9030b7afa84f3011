import type { Command } from 'commander'
import { agentArgument } from '../agent-argument.ts'
import { defineCommand } from '../command.ts'

export function command(): Command {
  return defineCommand('send')
    .description('type text into the terminal of an agent')
    .addArgument(agentArgument())
    .argument('<text...>', 'joined by spaces; - reads it from stdin')
    .option('--enter', 'press Enter after it')
    .option('--session <name>', 'which of its sessions (default: the first)')
    .addHelpText(
      'after',
      `
Examples:
  botster send fix-login "run the tests again" --enter
  botster send fix-login - < prompt.txt
  botster send fix-login -- --help        text that begins with a dash`,
    )
    .action(send)
}

async function send(agent: string, words: string[], options: { enter?: boolean; session?: string }): Promise<void> {
  const text = words.length === 1 && words[0] === '-' ? await readStdin() : words.join(' ')
  const { findPlace } = await import('../place.ts')
  const { requireHub } = await import('../connect.ts')
  const { runHubCommand } = await import('../hub-command.ts')
  using connection = await requireHub(await findPlace(), { role: 'cli', start: 'known' })
  await runHubCommand(connection, 'send', { agent, text, enter: options.enter ?? false, session: options.session })
}

/** All of it, without the newline that ends a file. */
async function readStdin(): Promise<string> {
  const { text } = await import('node:stream/consumers')
  return (await text(process.stdin)).replace(/\r?\n$/, '')
}
