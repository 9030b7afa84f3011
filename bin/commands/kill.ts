import type { Command } from 'commander'
import { agentArgument } from '../agent-argument.ts'
import type { ListedAgent } from '../agents.ts'
import { defineCommand } from '../command.ts'
import { CommandFailed } from '../usage.ts'

interface KillOptions {
  readonly deleteWorktree?: boolean
  readonly deleteBranch?: boolean
  readonly force?: boolean
  readonly json?: boolean
}

export function command(): Command {
  return defineCommand('kill')
    .description('end an agent; its worktree and branch stay unless asked otherwise')
    .addArgument(agentArgument())
    .option('--delete-worktree', 'also delete its worktree, when nothing in it would be lost')
    .option('--delete-branch', 'also delete its branch, when no commit would be lost')
    .option('--force', 'delete them even when work is lost')
    .option(
      '--json',
      'print {"agent_key", "deleted_worktree"?, "deleted_branch"?, "leftover"?, "teardown_output"?, "teardown_problem"?}',
    )
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

async function kill(agent: string, { deleteWorktree, deleteBranch, force, json }: KillOptions): Promise<void> {
  const { findPlace } = await import('../place.ts')
  const { requireHub } = await import('../connect.ts')
  const { runHubCommand } = await import('../hub-command.ts')
  const { note, print, printJson } = await import('../output.ts')
  const { withScriptShown } = await import('../follow-script.ts')
  using connection = await requireHub(await findPlace(), { role: 'cli', start: 'known' })
  const ask = async () =>
    (await runHubCommand(connection, 'delete_agent', {
      agent,
      delete_worktree: deleteWorktree ?? false,
      delete_branch: deleteBranch ?? false,
      force: force ?? false,
    }).catch(advise)) as Deleted
  if (json) return printJson(await ask())
  if (!deleteWorktree) return print(...describe(await ask()))
  const isIts = ({ id, key, name }: ListedAgent) => [id, key, name].some((word) => word.startsWith(agent))
  print(
    ...describe(await withScriptShown(connection, 'teardown', isIts, note, ask, (deleted) => deleted.teardown_output)),
  )
}

const HINTS: Readonly<Record<string, string>> = {
  uncommitted_work: 'nothing was ended: commit it, or give it up with --force',
  teardown_failed:
    'the agent has ended, its worktree stays with what was printed (`botster screen AGENT --session teardown`): again, or --force',
  unsaved_commits: 'nothing was ended: push or merge them, keep the branch, or give them up with --force',
}

/** The hub cannot know how this command says what it advises. */
function advise(error: unknown): never {
  const hint = error instanceof CommandFailed ? HINTS[error.code ?? ''] : undefined
  throw hint === undefined ? error : new CommandFailed((error as CommandFailed).message, { hint })
}

/** What the hub's `delete_agent` answers, as far as people want to know. */
interface Deleted {
  readonly agent_key?: string
  readonly deleted_worktree?: string
  readonly deleted_branch?: string
  readonly leftover?: boolean
  readonly teardown_output?: string
  readonly teardown_problem?: string
}

function describe({ agent_key, deleted_worktree, deleted_branch, leftover, teardown_problem }: Deleted): string[] {
  const lines = [`ended ${agent_key}`]
  if (deleted_worktree && !leftover) lines.push(`deleted the worktree ${deleted_worktree}`)
  if (deleted_worktree && leftover) lines.push(`took the worktree ${deleted_worktree} off; some files are still there`)
  if (teardown_problem) lines.push(`its teardown failed: ${teardown_problem}`)
  if (deleted_branch) lines.push(`deleted the branch ${deleted_branch}`)
  return lines
}
