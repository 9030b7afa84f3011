import { join } from 'node:path'
import { until, type World } from '../lua/world.ts'

/** The program. */
export const FAKE_AGENT = join(import.meta.dirname, '../../fixtures/fake-agent.mjs')

/** What these tests look at of an agent. */
export interface Agent {
  readonly id: string
  readonly key: string
  readonly state: string
  readonly state_since: number
  readonly state_reason: string
  readonly state_question?: string
}

/** Starts test/fixtures/fake-agent.mjs as an agent, which is read as Claude Code is. */
export async function startFakeAgent(world: World, name: string, ...args: readonly string[]): Promise<Agent> {
  return world.command<Agent>('create_agent', {
    worktree: false,
    name,
    command: [process.execPath, FAKE_AGENT, ...args],
    metadata: { detector: 'claude' },
  })
}

export async function agentOf(world: World, id: string): Promise<Agent> {
  const { agents } = await world.command<{ agents: Agent[] }>('list_agents')
  return agents.find((agent) => agent.id === id)!
}

/** Longest wait for a state: some are only told after nothing has happened for a while. */
const PATIENCE_MS = 60_000

/** Waits until the agent is in a state. */
export async function reaches(world: World, id: string, ...states: readonly string[]): Promise<Agent> {
  let seen: Agent | undefined
  try {
    const look = async () => {
      seen = await agentOf(world, id)
      return seen && states.includes(seen.state) && seen
    }
    return await until(look, 'the state', PATIENCE_MS)
  } catch {
    throw new Error(`${id} did not become ${states.join(' or ')}; it is ${JSON.stringify(seen)}`)
  }
}

/** What a person types in an attached client. */
export function type(world: World, agent: Agent, keys: string): void {
  world.hub.ptyhost.input(`${agent.id}/agent`, Buffer.from(keys), { kind: 'person' })
}
