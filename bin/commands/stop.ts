import type { Command } from 'commander'
import type { ListedAgent } from '../agents.ts'
import { defineCommand } from '../command.ts'
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
  const { listAgents } = await import('../agents.ts')
  const { print } = await import('../output.ts')
  const { stopHub } = await import('../end-hub.ts')
  const place = await findPlace()
  using connection = await connectHub(place, { role: 'cli', start: 'orphaned' })
  if (connection === undefined) return print(`nothing runs for ${place.root}`)
  const alive = (await listAgents(connection)).filter(isAlive)
  if (!yes && alive.length > 0) await askToEnd(alive)
  await stopHub(connection, { agents: true })
  print(alive.length > 0 ? `stopped the hub and ${count(alive)}` : 'stopped the hub')
}

function isAlive({ status }: ListedAgent): boolean {
  return !['exited', 'lost', 'failed'].includes(status)
}

async function askToEnd(agents: readonly ListedAgent[]): Promise<void> {
  const { print } = await import('../output.ts')
  const { confirmed } = await import('../confirm.ts')
  print(
    `this ends ${count(agents)}:`,
    ...agents.map(({ key, branch, sessions }) => {
      const programs = sessions.map(({ name, title }) => (title ? `${name} (${title})` : name)).join(', ')
      return `  ${key}${branch ? ` on ${branch}` : ''}: ${programs || 'no session'}`
    }),
    'worktrees and branches stay',
  )
  if (!(await confirmed('Stop them?', '--yes'))) throw new CommandFailed('nothing was stopped')
}

function count(agents: readonly ListedAgent[]): string {
  return agents.length === 1 ? 'one agent' : `${agents.length} agents`
}
