import { Argument, type Command } from 'commander'
import { defineCommand } from '../command.ts'
import { repoConfigOption, usesRepoConfig } from '../repo-config-option.ts'
import { UsageError } from '../usage.ts'

export function command(): Command {
  return defineCommand('attach')
    .description('open the UI on the hub that runs for this repository; with AGENT one session, full screen')
    .addArgument(new Argument('[agent]', 'show only this agent: its terminal, and nothing around it'))
    .option('--session <name>', 'which of its sessions (default: the first)')
    .addOption(repoConfigOption())
    .addHelpText(
      'after',
      `
Detach with ctrl+q: the agents go on. To start a hub where none runs: botster

With AGENT all other keys are the program's own, but for shift with page up, page down, home and end, which look back.`,
    )
    .action(open)
}

async function open(agent: string | undefined, { session }: { session?: string }, command: Command): Promise<void> {
  if (session !== undefined && agent === undefined) throw new UsageError('--session of which agent?', 'name it')
  const { attach } = await import('../attach.ts')
  const repoConfig = usesRepoConfig(command)
  if (agent === undefined) return attach({ start: 'orphaned', repoConfig })
  await attach({ start: 'orphaned', repoConfig, soloSession: await findSession(agent, session) })
}

async function findSession(agent: string, session: string | undefined): Promise<string> {
  const { findPlace } = await import('../place.ts')
  const { requireHub } = await import('../connect.ts')
  const { runHubCommand } = await import('../hub-command.ts')
  using connection = await requireHub(await findPlace(), { role: 'cli', start: 'orphaned' })
  const found = (await runHubCommand(connection, 'find_session', { agent, session })) as { id: string }
  return found.id
}
