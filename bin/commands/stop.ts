import type { Command } from 'commander'
import { STOPPED_WITH_AGENTS } from '../../protocol/messages/hub.ts'
import type { ListedAgent } from '../agents.ts'
import { defineCommand } from '../command.ts'
import type { HubConnection } from '../connect.ts'
import { plain } from '../output.ts'
import { CommandFailed } from '../usage.ts'

export function command(): Command {
  return defineCommand('stop')
    .description('end the hub of this repository and every agent in it; worktrees and branches stay')
    .option('-y, --yes', 'do not ask')
    .addHelpText('after', '\nTo restart only the hub, with all agents living on: botster restart')
    .action(stop)
}

async function stop({ yes = false }: { yes?: boolean }): Promise<void> {
  const { findPlace } = await import('../place.ts')
  const { connectHub } = await import('../connect.ts')
  const { stopHub } = await import('../end-hub.ts')
  const { print } = await import('../output.ts')
  const { endPtyhost, foreignPtyhost } = await import('../end-ptyhost.ts')
  const place = await findPlace()
  const foreign = await foreignPtyhost(place)
  if (foreign !== undefined) {
    if (!yes) await askToEnd([`every agent of the ptyhost ${foreign}, which is of another version of botster`])
    await endPtyhost(foreign)
    return print('stopped the ptyhost of another version and its agents')
  }
  const farewell = Promise.withResolvers<string>()
  using connection = await connectHub(place, { role: 'cli', start: 'orphaned', onClose: farewell.resolve })
  if (connection === undefined) return print(`nothing runs for ${place.root}`)
  const doomed = await describeDoomed(connection)
  if (!yes && doomed.length > 0) await askToEnd(doomed)
  await stopHub(connection, { agents: true })
  if ((await farewell.promise) !== STOPPED_WITH_AGENTS && doomed.length > 0) {
    throw new CommandFailed('the hub ended before it had ended its agents: they may run on', {
      hint: 'botster stop, again',
    })
  }
  print(doomed.length > 0 ? `stopped the hub and ${count(doomed)}` : 'stopped the hub')
}

/** One line for each agent that a stop would end. */
async function describeDoomed(connection: HubConnection): Promise<string[]> {
  const { listAgents } = await import('../agents.ts')
  try {
    return (await listAgents(connection)).filter(isAlive).map(describe)
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error
    const { ptyhost } = await connection.request('status', {}) // its Lua is broken: stopping must work all the same
    return Array.from({ length: ptyhost?.sessions ?? 0 }, (_, at) => `session ${at + 1} (${error.message})`)
  }
}

function isAlive({ status }: ListedAgent): boolean {
  return !['exited', 'lost', 'failed'].includes(status)
}

function describe({ key, branch, sessions }: ListedAgent): string {
  const programs = sessions.map(({ name, title }) => (title ? `${name} (${plain(title)})` : name)).join(', ')
  return `${key}${branch ? ` on ${branch}` : ''}: ${programs || 'no session'}`
}

async function askToEnd(doomed: readonly string[]): Promise<void> {
  const { print } = await import('../output.ts')
  const { confirmed } = await import('../confirm.ts')
  print(`this ends ${count(doomed)}:`, ...doomed.map((line) => `  ${line}`), 'worktrees and branches stay')
  if (!(await confirmed('Stop them?', '--yes'))) throw new CommandFailed('nothing was stopped')
}

function count(doomed: readonly string[]): string {
  return doomed.length === 1 ? 'one agent' : `${doomed.length} agents`
}
