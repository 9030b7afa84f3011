import type { Command } from 'commander'
import { agentArgument } from '../agent-argument.ts'
import { defineCommand } from '../command.ts'
import { secondsOption } from '../seconds.ts'
import { CommandFailed, UsageError } from '../usage.ts'

interface SendOptions {
  readonly enter?: boolean
  readonly prompt?: boolean
  readonly session?: string
  readonly timeout?: number
  readonly whileWorking?: boolean
  readonly json?: boolean
}

export function command(): Command {
  return defineCommand('send')
    .description('type text into the terminal of an agent')
    .addArgument(agentArgument())
    .argument('<text...>', 'joined by spaces; - reads it from stdin')
    .option('--enter', 'press Enter after it')
    .option('--prompt', 'as a prompt: wait until the agent takes input, type it, make sure that it was taken')
    .option('--session <name>', 'which of its sessions (default: the first)')
    .option('--timeout <seconds>', 'with --prompt: how long to wait for a receipt (default: 60)', secondsOption)
    .option('--while-working', 'with --prompt: do not wait until the agent has finished what it does')
    .option('--json', 'with --prompt: print the receipt as JSON (docs/cli.md)')
    .addHelpText(
      'after',
      `
Examples:
  botster send fix-login --prompt "run the tests again"
  botster send fix-login y --enter
  botster send fix-login - < prompt.txt
  botster send fix-login -- --help        text that begins with a dash`,
    )
    .action(send)
}

async function send(agent: string, words: string[], options: SendOptions): Promise<void> {
  const { prompt, timeout, whileWorking, json, session } = options
  if (!prompt && (timeout !== undefined || whileWorking || json)) {
    throw new UsageError('--timeout, --while-working and --json are about prompts', 'add --prompt')
  }
  const text = words.length === 1 && words[0] === '-' ? await readStdin() : words.join(' ')
  const { findPlace } = await import('../place.ts')
  const { requireHub } = await import('../connect.ts')
  const { runHubCommand } = await import('../hub-command.ts')
  using connection = await requireHub(await findPlace(), { role: 'cli', start: 'known' })
  if (!prompt)
    return void (await runHubCommand(connection, 'send', { agent, text, enter: options.enter ?? false, session }))
  const { print, printJson } = await import('../output.ts')
  const { describeReceipt, isTaken, receiptHint, sendPrompt } = await import('../prompt.ts')
  const receipt = await sendPrompt(connection, { agent, text, session, timeout, while_working: whileWorking })
  if (json) printJson(receipt)
  if (!isTaken(receipt)) {
    throw new CommandFailed(describeReceipt(receipt), { code: receipt.outcome, hint: receiptHint(receipt) })
  }
  if (!json) print(describeReceipt(receipt))
}

/** All of it, without the newline that ends a file. */
async function readStdin(): Promise<string> {
  const { text } = await import('node:stream/consumers')
  return (await text(process.stdin)).replace(/\r?\n$/, '')
}
