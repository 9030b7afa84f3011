import type { Command } from 'commander'
import type { HubStatus, RepositoryConfig } from '../../protocol/messages/hub.ts'
import { defineCommand } from '../command.ts'
import { describeTrust } from '../trust-review.ts'

export function command(): Command {
  return defineCommand('status')
    .description('show the processes of this repository and what went wrong lately')
    .option('--json', 'machine-readable (docs/cli.md)')
    .addHelpText('after', '\nExamples:\n  botster status\n  botster status --json | jq .hub.pid')
    .action(status)
}

async function status({ json = false }: { json?: boolean }): Promise<void> {
  const { findPlace } = await import('../place.ts')
  const { connectHub, failNotRunning } = await import('../connect.ts')
  const { print, printJson } = await import('../output.ts')
  const place = await findPlace()
  using connection = await connectHub(place, { role: 'cli', start: 'orphaned' })
  if (connection === undefined) {
    if (json) printJson({ hub: null, ptyhost: null, clients: 0, agents: 0, repositoryConfig: null, errors: [] })
    return failNotRunning(place)
  }
  const report = await connection.request('status', {})
  if (json) return printJson(stableShape(report))
  print(...(await describe(report)))
}

/** What we promise; the hub may know more. */
function stableShape({ hub, ptyhost, clients, agents, repositoryConfig, errors }: HubStatus): unknown {
  return {
    hub: { pid: hub.pid, version: hub.version, uptime: hub.uptime },
    ptyhost: ptyhost && { pid: ptyhost.pid, sessions: ptyhost.sessions },
    clients,
    agents,
    repositoryConfig,
    errors,
  }
}

async function describe({ hub, ptyhost, clients, agents, repositoryConfig, errors }: HubStatus): Promise<string[]> {
  const { formatDuration, plain } = await import('../output.ts')
  return [
    `repository  ${hub.root}`,
    `hub         pid ${hub.pid}, botster ${hub.version}, up ${formatDuration(hub.uptime)}`,
    `ptyhost     ${ptyhost ? `pid ${ptyhost.pid}, ${ptyhost.sessions} session${ptyhost.sessions === 1 ? '' : 's'}` : 'not running'}`,
    `clients     ${clients}`,
    `agents      ${agents}`,
    `.botster    ${describeRepositoryConfig(repositoryConfig)}`,
    `errors      ${errors.length === 0 ? 'none' : ''}`.trimEnd(),
    ...errors.map(
      ({ at, owner, message, outdated }) =>
        `  ${new Date(at).toISOString()}  ${plain(owner)}: ${plain(message)}${outdated ? ' (outdated)' : ''}`,
    ),
  ]
}

/** `none`, `trusted with this content (3 files)`, `not trusted, … (3 files): botster trust --show` */
function describeRepositoryConfig(config: RepositoryConfig): string {
  const { state, files } = config
  if (state === 'none') return 'none'
  const advice = state === 'untrusted' || state === 'changed' ? ': botster trust --show' : ''
  return `${describeTrust(config)} (${files} file${files === 1 ? '' : 's'})${advice}`
}
