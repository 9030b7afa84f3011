import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Template } from '../../hub/installs/templates.ts'
import type { Candidate } from './candidates.ts'

/** Keys and names of the agents of a hub that runs; nothing is started for a tab. */
export async function agentNames(): Promise<Candidate[]> {
  const { findPlace } = await import('../place.ts')
  const { connectHub } = await import('../connect.ts')
  const { listAgents } = await import('../agents.ts')
  using connection = await connectHub(await findPlace(), { role: 'cli', start: 'never' })
  if (connection === undefined) return []
  const agents = await listAgents(connection)
  const keys = agents.map(({ key, state }) => ({ value: key, description: state }))
  const names = agents
    .filter(({ key, name }) => name !== key)
    .map(({ key, name }) => ({ value: name, description: key }))
  return [...names, ...keys]
}

/** Branches of the repository around the present directory; none outside of one. */
export async function branchNames(): Promise<Candidate[]> {
  try {
    const { stdout } = await promisify(execFile)('git', ['for-each-ref', '--format=%(refname:short)', 'refs/heads'])
    return stdout
      .split('\n')
      .filter((name) => name !== '')
      .map((value) => ({ value, description: 'branch' }))
  } catch {
    return []
  }
}

/** The plugins that the hub knows, or without one the user's, whether they are switched on or not. */
export async function pluginNames(): Promise<Candidate[]> {
  const { listHubPlugins } = await import('../plugin/ask-hub.ts')
  const { userPlugins } = await import('../plugin/places.ts')
  const known = (await listHubPlugins()) ?? userPlugins()
  const names = new Set(known.map(({ name }) => name))
  return [...names].sort().map((value) => ({ value, description: 'plugin' }))
}

/** What comes with botster to begin with, and can be installed or uninstalled, as `verb` says. */
export async function templateNames(verb: string): Promise<Candidate[]> {
  const { listTemplates } = await import('../../hub/installs/templates.ts')
  const isThere = ({ state }: Template) => state === 'installed' || state === 'changed'
  return listTemplates()
    .filter((template) => isThere(template) === (verb === 'uninstall'))
    .map(({ name, description }) => ({ value: name, description }))
}

/** Lua files of botster's that the user may replace. */
export async function shippedNames(): Promise<Candidate[]> {
  const { shippedFiles } = await import('../../hub/installs/shipped.ts')
  return shippedFiles().map(({ path, state }) => ({ value: path, description: state }))
}

/** The user's profiles and the ready ones, when a hub runs that knows them. */
export async function profileNames(): Promise<Candidate[]> {
  const { findPlace } = await import('../place.ts')
  const { connectHub } = await import('../connect.ts')
  const { runHubCommand } = await import('../hub-command.ts')
  using connection = await connectHub(await findPlace(), { role: 'cli', start: 'never', environment: true })
  if (connection === undefined) return []
  const { profiles } = (await runHubCommand(connection, 'list_profiles')) as { profiles: string[] }
  const { programs } = (await runHubCommand(connection, 'list_programs')) as { programs: Program[] }
  const own = Array.isArray(profiles) ? profiles.map((value) => ({ value, description: 'your profile' })) : []
  const ready = programs.map(({ name, installed }) => ({
    value: name,
    description: installed ? 'ready' : 'not installed',
  }))
  return [...own, ...ready.filter(({ value }) => !own.some((profile) => profile.value === value))]
}

interface Program {
  readonly name: string
  readonly installed: boolean
}
