import type { Command } from 'commander'
import { defineCommand } from '../command.ts'
import { repoConfigOption, usesRepoConfig } from '../repo-config-option.ts'

export function command(): Command {
  return defineCommand('restart')
    .description('restart the hub of this repository; its agents keep running')
    .addOption(repoConfigOption())
    .addHelpText('after', '\nUse it after an update, or when `botster status` shows errors that stay.')
    .action(restart)
}

async function restart(_: unknown, command: Command): Promise<void> {
  const { findPlace } = await import('../place.ts')
  const { requireHub } = await import('../connect.ts')
  const { endHub } = await import('../end-hub.ts')
  const { print } = await import('../output.ts')
  const repoConfig = usesRepoConfig(command)
  const place = await findPlace()
  const ended = await endHub(place)
  using connection = await requireHub(place, { role: 'cli', start: 'needed', repoConfig })
  const { ptyhost } = await connection.request('status', {})
  const sessions = ptyhost?.sessions ?? 0
  print(
    ended === undefined
      ? `no hub ran: started ${connection.peer?.pid}`
      : `hub ${ended} ended, ${connection.peer?.pid} took over${sessions > 0 ? ` with ${sessions} running session${sessions === 1 ? '' : 's'}` : ''}`,
  )
}
