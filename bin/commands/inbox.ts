import type { Command } from 'commander'
import * as z from 'zod'
import { agentArgument } from '../agent-argument.ts'
import { caller } from '../caller.ts'
import { defineCommand } from '../command.ts'
import type { HubConnection } from '../connect.ts'
import { secondsOption } from '../seconds.ts'
import { CommandFailed, UsageError } from '../usage.ts'

const message = z.object({
  id: z.string(),
  sender: z.string(),
  text: z.string(),
  state: z.enum(['waiting', 'rung', 'read', 'expired']),
  created_at: z.number(),
  expires_at: z.number(),
})
const messages = z.object({
  messages: z.preprocess((value) => (Array.isArray(value) ? value : []), z.array(message)),
})
type Message = z.infer<typeof message>

interface ReadOptions {
  readonly peek?: boolean
  readonly all?: boolean
  readonly json?: boolean
}

interface SendOptions {
  readonly ttl?: number
  readonly wait?: number
  readonly json?: boolean
}

export function command(): Command {
  const inbox = defineCommand('inbox')
    .description('read the messages of an agent; without AGENT, in an agent’s terminal, its own')
    .argument('[agent]', "the agent's key, its name, or the unique beginning of either")
    .option('--peek', 'look, without taking them')
    .option('--all', 'also those that were read or are over; takes none')
    .option('--json', 'print the messages as JSON (docs/cli.md)')
    .enablePositionalOptions()
    .addHelpText(
      'after',
      `
Examples:
  botster inbox                                        an agent reads what it was sent
  botster inbox fix-login --peek
  botster inbox send fix-login "the API changed"
  botster inbox send fix-login "ready?" --wait 600     until it was read
  botster inbox receipt 3f9a1c07be42`,
    )
    .action(read)
  inbox.addCommand(
    defineCommand('send')
      .description('put a message into an agent’s inbox; it is told when it takes input')
      .addArgument(agentArgument())
      .argument('<text...>', 'joined by spaces; - reads it from stdin')
      .option('--ttl <seconds>', 'how long it is kept for the agent (default: an hour)', secondsOption)
      .option('--wait <seconds>', 'wait so long until it was read', secondsOption)
      .option('--json', 'print the message with its receipt as JSON')
      .action(send),
  )
  inbox.addCommand(
    defineCommand('receipt')
      .description('say what became of a message')
      .argument('<id>', 'of the message')
      .option('--json', 'as JSON')
      .action(receipt),
  )
  return inbox
}

async function read(agent: string | undefined, { peek, all, json }: ReadOptions): Promise<void> {
  const whose = agent ?? process.env.BOTSTER_AGENT_KEY
  if (!whose) throw new UsageError('whose inbox?', 'name an agent, or run it in the terminal of one')
  const { note, printJson } = await import('../output.ts')
  using connection = await hub()
  const { runHubCommand } = await import('../hub-command.ts')
  const name = peek || all ? 'inbox_list' : 'inbox_read'
  const found = messages.parse(await runHubCommand(connection, name, { agent: whose, all })).messages
  if (json) return printJson(found)
  if (found.length === 0) return note('no messages')
  await printMessages(found)
}

async function send(agent: string, words: string[], { ttl, wait, json }: SendOptions): Promise<void> {
  const { text: textOf } = await import('node:stream/consumers')
  const text = words.length === 1 && words[0] === '-' ? (await textOf(process.stdin)).trimEnd() : words.join(' ')
  const { runHubCommand } = await import('../hub-command.ts')
  const { print, printJson } = await import('../output.ts')
  using connection = await hub()
  const sender = caller().name ?? 'a person'
  const sent = message.parse(await runHubCommand(connection, 'inbox_send', { agent, text, sender, ttl, wait }))
  if (json) printJson(sent)
  if (wait !== undefined && sent.state !== 'read') {
    throw new CommandFailed(`message ${sent.id} was not read in time: it is ${describeState(sent)}`)
  }
  if (!json) print(`message ${sent.id} is ${describeState(sent)}`)
}

async function receipt(id: string, { json }: { json?: boolean }): Promise<void> {
  const { runHubCommand } = await import('../hub-command.ts')
  const { print, printJson } = await import('../output.ts')
  using connection = await hub()
  const found = message.parse(await runHubCommand(connection, 'inbox_receipt', { id }))
  if (json) return printJson(found)
  print(`message ${found.id} is ${describeState(found)}`)
}

async function hub(): Promise<HubConnection> {
  const { findPlace } = await import('../place.ts')
  const { requireHub } = await import('../connect.ts')
  return requireHub(await findPlace(), { role: 'cli', start: 'known' })
}

async function printMessages(found: readonly Message[]): Promise<void> {
  const { formatDuration, plain, print } = await import('../output.ts')
  for (const { sender, text, created_at, state } of found) {
    const age = formatDuration(Math.max(0, Date.now() - created_at) / 1000)
    const lines = text.split('\n').map((line) => `  ${plain(line)}`)
    print(`from ${plain(sender)}, ${age} ago${state === 'expired' ? ' (its time is over)' : ''}:`, ...lines, '')
  }
}

function describeState({ state }: Message): string {
  switch (state) {
    case 'waiting':
      return 'in the inbox; the agent is told when it takes input'
    case 'rung':
      return 'in the inbox, and the agent was told'
    case 'read':
      return 'read'
    case 'expired':
      return 'over: it was not read in time'
  }
}
