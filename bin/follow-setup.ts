import { setTimeout as pause } from 'node:timers/promises'
import { listAgents } from './agents.ts'
import type { HubConnection } from './connect.ts'

/** Milliseconds between two looks whether the setup has begun: first the worktree is made. */
const LOOK_EVERY_MS = 150
/** Lines of it that may have been printed before it was found. */
const LINES = 1000
/** The session that `workspace_setup` runs in: lua/lib/workspace_script.lua. */
const SETUP = /^setup(-\d+)?$/

/**
 * Prints what `workspace_setup` prints for an agent that is being created, while it runs: somebody waits for it, perhaps
 * for minutes. Ends with it, or when `signal` says that the agent is made. Never throws: it only shows.
 * @param branch of the agent, when that is known
 */
export async function followSetup(
  connection: HubConnection,
  branch: string | undefined,
  write: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  try {
    const known = new Set((await listAgents(connection)).map(({ id }) => id))
    while (!signal.aborted) {
      await pause(LOOK_EVERY_MS)
      const agents = await listAgents(connection)
      const made = agents.filter((agent) => !known.has(agent.id) && (branch === undefined || agent.branch === branch))
      const session = made.flatMap(({ sessions }) => sessions).find(({ name }) => SETUP.test(name))
      if (session === undefined) continue
      const { followSession } = await import('./follow-session.ts')
      return await followSession(connection, session.id, LINES, write)
    }
  } catch {} // its session has ended, or the hub: the answer to the command says what became of it
}
