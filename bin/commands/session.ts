import type { Command } from 'commander'
import { agentArgument } from '../agent-argument.ts'
import type { ListedAgent } from '../agents.ts'
import { defineCommand } from '../command.ts'
import { CommandFailed } from '../usage.ts'

interface JsonOption {
  readonly json?: boolean
}

interface AddOptions extends JsonOption {
  readonly cmd?: string
}

export function command(): Command {
  return defineCommand('session')
    .description('list, add and remove the sessions of an agent: further terminals in its worktree')
    .helpCommand(false)
    .addCommand(listCommand())
    .addCommand(addCommand())
    .addCommand(removeCommand())
    .addHelpText(
      'after',
      `
Examples:
  botster session list fix-login
  botster session add fix-login server
  botster session add fix-login tests --cmd "npm run test -- --watch"
  botster session remove fix-login tests`,
    )
}

function listCommand(): Command {
  return defineCommand('list')
    .description('list the sessions of an agent, and those that its profile can start')
    .addArgument(agentArgument())
    .option('--json', 'print {"sessions": […], "types": […]} (docs/cli.md)')
    .action(listSessions)
}

function addCommand(): Command {
  return defineCommand('add')
    .description('start one more session')
    .addArgument(agentArgument())
    .argument('[name]', 'one that the profile describes is started as that says (default: shell)')
    .option('--cmd <command>', 'what to run, through your shell (default: what is configured, else a shell)')
    .option('--json', 'print the agent as JSON')
    .action(addSession)
}

function removeCommand(): Command {
  return defineCommand('remove')
    .description('end a session; the last one goes only with its agent')
    .addArgument(agentArgument())
    .argument('<name>', 'the session')
    .option('--json', 'print the agent as JSON')
    .action(removeSession)
}

interface SessionType {
  readonly name: string
  readonly description?: string
  readonly port_forward: boolean
}

async function listSessions(ref: string, { json }: JsonOption): Promise<void> {
  const { plain, print, printJson } = await import('../output.ts')
  const { formatTable } = await import('../table.ts')
  const { agent, types } = await ask('list_session_types', { agent: ref }, async (value, find) => ({
    agent: await find(ref),
    types: (value as { session_types: SessionType[] }).session_types,
  }))
  if (json) return printJson({ sessions: agent.sessions, types })
  const rows = agent.sessions.map(({ name, pid, port, title }) => [
    name,
    String(pid ?? '-'),
    String(port ?? '-'),
    plain(title) || '-',
  ])
  print(...(await formatTable([['SESSION', 'PID', 'PORT', 'TITLE'], ...rows], process.stdout.columns)))
  print('', `to add: ${types.map(({ name }) => name).join(', ')}`)
}

async function addSession(ref: string, name: string | undefined, { cmd, json }: AddOptions): Promise<void> {
  const { columns: cols, rows } = process.stdout
  const before = await ask('list_session_types', { agent: ref }, (_, find) => find(ref))
  const after = await ask('add_session', { agent: ref, name, command: cmd, rows, cols }, asAgent)
  const known = new Set(before.sessions.map((session) => session.name))
  const added = after.sessions.find((session) => !known.has(session.name))
  await tell(after, `${added?.name ?? name} runs in ${after.key}${added?.port ? `, on port ${added.port}` : ''}`, json)
}

async function removeSession(ref: string, name: string, { json }: JsonOption): Promise<void> {
  const after = await ask('remove_session', { agent: ref, name }, asAgent)
  await tell(after, `ended ${name} of ${after.key}`, json)
}

async function tell(agent: ListedAgent, message: string, json: boolean | undefined): Promise<void> {
  const { print, printJson } = await import('../output.ts')
  return json ? printJson(agent) : print(message)
}

async function asAgent(value: unknown): Promise<ListedAgent> {
  const { listedAgent } = await import('../agents.ts')
  return listedAgent(value)
}

/** Runs a hub command, and reads its answer while the connection is there; `find` resolves an agent as the hub does. */
async function ask<T>(
  name: string,
  args: Record<string, unknown>,
  read: (value: unknown, find: (ref: string) => Promise<ListedAgent>) => T | Promise<T>,
): Promise<T> {
  const { findPlace } = await import('../place.ts')
  const { requireHub } = await import('../connect.ts')
  const { runHubCommand } = await import('../hub-command.ts')
  using connection = await requireHub(await findPlace(), { role: 'cli', start: 'known', environment: true })
  const value = await runHubCommand(connection, name, args)
  return await read(value, async (ref) => {
    const { listAgents } = await import('../agents.ts')
    const { id } = (await runHubCommand(connection, 'find_session', { agent: ref })) as { id: string }
    const agents = await listAgents(connection)
    return agents.find((agent) => id.startsWith(`${agent.id}/`)) ?? failGone(ref)
  })
}

function failGone(ref: string): never {
  throw new CommandFailed(`${ref} is gone`)
}
