import { expect } from 'vitest'
import { eventually } from './eventually.ts'
import type { HubConnection } from './hub-process.ts'

/** What these tests look at of an agent as clients see it. */
export interface Agent {
  id: string
  key: string
  name: string
  status: string
  worktree_path: string
  sessions: { name: string; session_id: string; pid: number; title: string; exited: boolean; exit_code: number }[]
}

/** Runs a hub command and returns its value. */
export async function command<T>(
  connection: HubConnection,
  name: string,
  args: Record<string, unknown> = {},
): Promise<T> {
  return (await connection.request('command', { name, args })).value as T
}

export async function agents(connection: HubConnection): Promise<Agent[]> {
  return (await command<{ agents: Agent[] }>(connection, 'list_agents')).agents
}

/** Makes an agent that runs a script in a worktree of its own, and waits until it runs. */
export async function createAgent(connection: HubConnection, branch: string, script: string): Promise<Agent> {
  const { id } = await command<Agent>(connection, 'create_agent', { branch, command: ['sh', '-c', script] })
  return eventually(async () => {
    const agent = (await agents(connection)).find((other) => other.id === id)!
    expect(agent).toMatchObject({ status: 'running', sessions: [{ pid: expect.any(Number) }] })
    return agent
  })
}
