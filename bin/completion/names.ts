import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Candidate } from './candidates.ts'

/** Keys and names of the agents of a hub that runs; nothing is started for a tab. */
export async function agentNames(): Promise<Candidate[]> {
  const { findPlace } = await import('../place.ts')
  const { connectHub } = await import('../connect.ts')
  const { listAgents } = await import('../agents.ts')
  using connection = await connectHub(await findPlace(), { role: 'cli', start: 'never' })
  if (connection === undefined) return []
  const agents = await listAgents(connection)
  const keys = agents.map(({ key, status }) => ({ value: key, description: status }))
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
