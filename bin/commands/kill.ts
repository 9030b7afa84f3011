import type { Command } from 'commander'
import { agentArgument } from '../agent-argument.ts'
import { defineCommand } from '../command.ts'

interface KillOptions {
  readonly deleteWorktree?: boolean
  readonly deleteBranch?: boolean
  readonly force?: boolean
}

export function command(): Command {
  return defineCommand('kill')
    .description('end an agent; its worktree and branch stay unless asked otherwise')
    .addArgument(agentArgument())
    .option('--delete-worktree', 'also delete its worktree, when nothing in it would be lost')
    .option('--delete-branch', 'also delete its branch, when no commit would be lost')
    .option('--force', 'delete them even when work is lost')
    .addHelpText(
      'after',
      `
Refused, and nothing ends, when deleting would lose uncommitted files or commits that exist nowhere else.

Examples:
  botster kill fix-login
  botster kill fix-login --delete-worktree --delete-branch`,
    )
    .action(kill)
}

async function kill(agent: string, { deleteWorktree, deleteBranch, force }: KillOptions): Promise<void> {
  const { findPlace } = await import('../place.ts')
  const { requireHub } = await import('../connect.ts')
  const { runHubCommand } = await import('../hub-command.ts')
  using connection = await requireHub(await findPlace(), { role: 'cli', start: 'known' })
  await runHubCommand(connection, 'delete_agent', {
    agent,
    delete_worktree: deleteWorktree ?? false,
    delete_branch: deleteBranch ?? false,
    force: force ?? false,
  })
}
