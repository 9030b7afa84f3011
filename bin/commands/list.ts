import type { Command } from 'commander'
import type { ListedAgent } from '../agents.ts'
import { defineCommand } from '../command.ts'

/** Characters of a question in the table. */
const MOST_QUESTION = 40

export function command(): Command {
  return defineCommand('list')
    .description('list the agents of this repository')
    .option('--json', 'machine-readable: an array of agents (docs/cli.md)')
    .addHelpText('after', "\nExamples:\n  botster list\n  botster list --json | jq -r '.[].key'")
    .action(list)
}

async function list({ json = false }: { json?: boolean }): Promise<void> {
  const { agentsHere } = await import('../agents.ts')
  const { note, print, printJson } = await import('../output.ts')
  const { place, agents } = await agentsHere()
  if (json) return printJson(agents)
  if (agents.length === 0) return note(`no agents in ${place.root}: start one with \`botster new BRANCH --cmd "…"\``)
  print(...(await agentTable(agents)))
}

async function agentTable(agents: readonly ListedAgent[]): Promise<string[]> {
  const { plain } = await import('../output.ts')
  const { formatTable } = await import('../table.ts')
  const rows = agents.map(({ key, name, branch, state, state_question, status, sessions, worktree }) => [
    key,
    plain(name),
    branch ?? '-',
    state_question === null ? state : `${state}: ${plain(state_question).slice(0, MOST_QUESTION)}`,
    status,
    sessions.map((session) => session.name).join(',') || '-',
    plain(worktree ?? '-'),
  ])
  return formatTable(
    [['KEY', 'NAME', 'BRANCH', 'STATE', 'STATUS', 'SESSIONS', 'WORKTREE'], ...rows],
    process.stdout.columns,
  )
}
