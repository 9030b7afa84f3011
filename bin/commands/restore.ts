import type { Command } from 'commander'
import { defineCommand } from '../command.ts'
import { CommandFailed } from '../usage.ts'

interface RestoreOptions {
  readonly list?: boolean
  readonly fresh?: boolean
  readonly json?: boolean
}

interface Restored {
  readonly restored: readonly unknown[]
  readonly failed: readonly { readonly agent: string; readonly message: string }[]
}

export function command(): Command {
  return defineCommand('restore')
    .description('start agents again whose programs are gone, as after a reboot')
    .argument('[agent...]', 'keys or names (default: all that were lost)')
    .option('--list', 'only show which were lost')
    .option('--fresh', 'start programs anew instead of resuming what they did')
    .option('--json', 'machine-readable (docs/cli.md)')
    .addHelpText(
      'after',
      `
Worktrees, names, ports and sessions are those they had; claude, codex, gemini, opencode and aider resume their last
conversation; what the terminals showed stands above.

Examples:
  botster restore
  botster restore fix-login --fresh`,
    )
    .action(restore)
}

async function restore(agents: string[], { list, fresh, json }: RestoreOptions): Promise<void> {
  const { findPlace } = await import('../place.ts')
  const { requireHub } = await import('../connect.ts')
  const { runHubCommand } = await import('../hub-command.ts')
  const { listedAgent } = await import('../agents.ts')
  const { note, plain, print, printJson } = await import('../output.ts')
  using connection = await requireHub(await findPlace(), { role: 'cli', start: 'known', environment: true })
  if (list) {
    const { agents: lost } = (await runHubCommand(connection, 'list_lost')) as { agents: unknown[] }
    const shown = lost.map(listedAgent)
    if (json) return printJson(shown)
    if (shown.length === 0) return note('no agent was lost')
    return print(...shown.map(({ key, branch }) => `${key}${branch ? ` on ${branch}` : ''}`))
  }
  const args = agents.length > 0 ? { agents, fresh } : { fresh }
  const { restored, failed } = (await runHubCommand(connection, 'restore_agents', args)) as Restored
  const shown = restored.map(listedAgent)
  if (json) printJson({ restored: shown, failed })
  else if (shown.length === 0 && failed.length === 0) note('no agent was lost: there is nothing to restore')
  else if (shown.length > 0)
    print(...shown.map(({ key, worktree }) => `${key} runs again${worktree ? ` in ${worktree}` : ''}`))
  if (failed.length === 0) return
  const reasons = failed.map(({ agent, message }) => `${agent}: ${plain(message)}`)
  throw new CommandFailed(`${failed.length} could not be restored`, { hint: reasons.join('\n  ') })
}
