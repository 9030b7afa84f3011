import type { PluginInfo } from './shapes.ts'

/**
 * Asks the hub of this directory about plugins.
 * @returns undefined when no hub runs
 * @throws CommandFailed with the hub's own words when it refuses
 */
export async function askRunningHub(name: string, args: Record<string, unknown> = {}): Promise<unknown> {
  const { findPlace } = await import('../place.ts')
  const { connectHub } = await import('../connect.ts')
  const { runHubCommand } = await import('../hub-command.ts')
  using connection = await connectHub(await findPlace(), { role: 'cli', start: 'never' })
  if (connection === undefined) return undefined
  return (await runHubCommand(connection, name, args)) ?? {}
}

/** The plugins as the hub knows them; undefined when none runs. */
export async function listHubPlugins(): Promise<PluginInfo[] | undefined> {
  const { pluginList } = await import('./shapes.ts')
  const answer = await askRunningHub('plugin:list')
  return answer === undefined ? undefined : pluginList.parse(answer).plugins
}
