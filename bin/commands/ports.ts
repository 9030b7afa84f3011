import { setTimeout as pause } from 'node:timers/promises'
import type { Command } from 'commander'
import { BLOCK_SIZE } from '../../hub/agents/block-size.ts'
import { canListen } from '../../hub/agents/listening.ts'
import type { ListedAgent } from '../agents.ts'
import { defineCommand } from '../command.ts'

/** Milliseconds after which a port that is taken is looked at again: hubs hold those they look at for a moment. */
const SECOND_LOOK_MS = 50

/** One agent in `ports --json`: stable, documented in docs/cli.md. */
interface AgentPorts {
  readonly agent: string
  readonly slug: string | null
  readonly first: number
  readonly last: number
  readonly sessions: readonly { readonly name: string; readonly port: number }[]
  /** Ports of the block that somebody listens on. */
  readonly listening: readonly number[]
}

export function command(): Command {
  return defineCommand('ports')
    .description('show the block of ports and the slug that each agent has')
    .option('--json', 'machine-readable (docs/cli.md)')
    .addHelpText(
      'after',
      `
Each agent has ten ports, PORT and PORT_1 to PORT_9 in its environment, and a name of its own for databases and
compose projects, BOTSTER_SLUG. It keeps them until it is deleted.

Examples:
  botster ports
  botster ports --json | jq '.[] | select(.agent == "shop-fix-login").first'`,
    )
    .action(ports)
}

async function ports({ json = false }: { json?: boolean }): Promise<void> {
  const { agentsHere } = await import('../agents.ts')
  const { note, print, printJson } = await import('../output.ts')
  const { place, agents } = await agentsHere()
  const found = (await Promise.all(agents.map(portsOf))).filter((one) => one !== undefined)
  if (json) return printJson(found)
  if (found.length === 0) return note(`no agents in ${place.root}: none has ports`)
  const { formatTable } = await import('../table.ts')
  const rows = found.map(({ agent, slug, first, last, sessions, listening }) => [
    agent,
    `${first}-${last}`,
    listening.join(',') || '-',
    sessions.map(({ name, port }) => `${name}:${port}`).join(' ') || '-',
    slug ?? '-',
  ])
  print(...(await formatTable([['AGENT', 'PORTS', 'LISTENING', 'SESSIONS', 'SLUG'], ...rows])))
}

async function portsOf({ key, slug, port, sessions }: ListedAgent): Promise<AgentPorts | undefined> {
  if (port === null) return undefined
  const block = Array.from({ length: BLOCK_SIZE }, (_, index) => port + index)
  const taken = await Promise.all(block.map(isTaken))
  return {
    agent: key,
    slug,
    first: port,
    last: port + BLOCK_SIZE - 1,
    sessions: sessions.flatMap(({ name, port: own }) => (own === null ? [] : [{ name, port: own }])),
    listening: block.filter((_, index) => taken[index]),
  }
}

async function isTaken(port: number): Promise<boolean> {
  if (await canListen(port)) return false
  await pause(SECOND_LOOK_MS)
  return !(await canListen(port))
}
