import { type Command, InvalidArgumentError } from 'commander'
import { agentArgument } from '../agent-argument.ts'
import { defineCommand } from '../command.ts'

interface ScreenOptions {
  readonly history: number
  readonly ansi?: boolean
  readonly session?: string
  readonly json?: boolean
}

export function command(): Command {
  return defineCommand('screen')
    .description('print what the terminal of an agent shows')
    .addArgument(agentArgument())
    .option('--history <lines>', 'also this many lines above the screen', wholeNumber, 0)
    .option('--ansi', 'with colours and styles, as escape sequences')
    .option('--session <name>', 'which of its sessions (default: the first)')
    .option('--json', 'print {"text", "rows", "cols", "cursor": {"x", "y"}} (docs/cli.md)')
    .addHelpText(
      'after',
      '\nExamples:\n  botster screen fix-login\n  botster screen fix-login --history 500 | grep -i error',
    )
    .action(screen)
}

async function screen(agent: string, { history, ansi = false, session, json }: ScreenOptions): Promise<void> {
  const { findPlace } = await import('../place.ts')
  const { requireHub } = await import('../connect.ts')
  const { runHubCommand } = await import('../hub-command.ts')
  const { print, printJson } = await import('../output.ts')
  using connection = await requireHub(await findPlace(), { role: 'cli', start: 'known' })
  const value = await runHubCommand(connection, 'screen', { agent, history, ansi, session })
  if (json) return printJson(value)
  print(textOf(value).replace(/\n+$/, ''))
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'object' && value !== null && 'text' in value) return String(value.text)
  throw new Error(`the hub answered with something else than a screen: ${JSON.stringify(value)}`)
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number of lines.')
  return Number(text)
}
