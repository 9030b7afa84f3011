import { type Command, InvalidArgumentError } from 'commander'
import { agentArgument } from '../agent-argument.ts'
import { defineCommand } from '../command.ts'

interface LogsOptions {
  readonly follow?: boolean
  readonly lines: number
  readonly session?: string
  readonly json?: boolean
}

/** Lines printed when nobody says otherwise. */
const DEFAULT_LINES = 200

export function command(): Command {
  return defineCommand('logs')
    .description('print what an agent has printed, and go on with what it prints')
    .addArgument(agentArgument())
    .option('-f, --follow', 'go on until its program ends')
    .option('-n, --lines <lines>', 'how many lines to begin with', wholeNumber, DEFAULT_LINES)
    .option('--session <name>', 'which of its sessions (default: the first)')
    .option('--json', 'each line as a JSON object: {"text": …}')
    .addHelpText(
      'after',
      `
A line is printed once the program has gone on to the next. Programs that draw the whole screen print no lines: see
\`botster screen\`. Of a program that is gone, the last thousand lines are kept.

Examples:
  botster logs fix-login
  botster logs fix-login -f -n 0 | grep -i error`,
    )
    .action(logs)
}

async function logs(agent: string, { follow, lines, session, json }: LogsOptions): Promise<void> {
  const { findPlace } = await import('../place.ts')
  const { requireHub } = await import('../connect.ts')
  const { runHubCommand } = await import('../hub-command.ts')
  const { note, print } = await import('../output.ts')
  const write = (text: string) => print(json ? JSON.stringify({ text }) : text)
  using connection = await requireHub(await findPlace(), { role: 'cli', start: 'known' })
  if (!follow) {
    const shown = await runHubCommand(connection, 'screen', { agent, session, history: lines, saved: true })
    if (isSaved(shown)) note(`the program of ${agent} is gone: this is what was kept of it`)
    return lastLines(textOf(shown), lines).forEach(write)
  }
  const { id } = (await runHubCommand(connection, 'find_session', { agent, session })) as { id: string }
  const { followSession } = await import('../follow-session.ts')
  await followSession(connection, id, lines, write)
}

function lastLines(text: string, count: number): string[] {
  const lines = text.replace(/\n+$/, '').split('\n')
  return count === 0 ? [] : lines.slice(-count)
}

function isSaved(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'saved' in value && value.saved === true
}

function textOf(value: unknown): string {
  if (typeof value === 'object' && value !== null && 'text' in value) return String(value.text)
  throw new Error(`the hub answered with something else than a screen: ${JSON.stringify(value)}`)
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number of lines.')
  return Number(text)
}
