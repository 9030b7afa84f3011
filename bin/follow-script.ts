import { setTimeout as pause } from 'node:timers/promises'
import { type ListedAgent, listAgents } from './agents.ts'
import type { HubConnection } from './connect.ts'
import { unshownLines } from './unshown-lines.ts'

/** Milliseconds between two looks whether the script has begun: before a setup, the worktree is made. */
const LOOK_EVERY_MS = 150
/** Lines of it that may have been printed before it was found. */
const LINES = 1000
/** The sessions that `workspace_setup` and `workspace_teardown` run in: lua/lib/workspace_script.lua. */
const SESSIONS = { setup: /^setup(-\d+)?$/, teardown: /^teardown(-\d+)?$/ } as const

/**
 * Asks the hub for something that may run a script of the user's, and prints what that prints while it runs: somebody waits
 * for it, perhaps for minutes.
 * @param isIts whether an agent may be the one that is meant; those that there were before are told apart by `isNew`
 * @param outputOf what it printed, by the answer: for what was over before it was found, or let go of before it was shown
 * @returns the answer
 */
export async function withScriptShown<Answer>(
  connection: HubConnection,
  script: keyof typeof SESSIONS,
  isIts: (agent: ListedAgent, isNew: boolean) => boolean,
  write: (line: string) => void,
  ask: () => Promise<Answer>,
  outputOf: (answer: Answer) => unknown,
): Promise<Answer> {
  const before = await listAgents(connection)
  const answered = new AbortController()
  const shown: string[] = []
  const followed = follow(connection, before, script, isIts, answered.signal, (line) => {
    shown.push(line)
    write(line)
  })
  try {
    const answer = await ask()
    answered.abort()
    await followed
    const output = outputOf(answer)
    if (typeof output === 'string') unshownLines(output, shown).forEach(write)
    return answer
  } finally {
    answered.abort()
    await followed
  }
}

/** Never throws: it only shows. */
async function follow(
  connection: HubConnection,
  before: readonly ListedAgent[],
  script: keyof typeof SESSIONS,
  isIts: (agent: ListedAgent, isNew: boolean) => boolean,
  signal: AbortSignal,
  write: (line: string) => void,
): Promise<void> {
  const agentsBefore = new Set(before.map(({ id }) => id))
  const sessionsBefore = new Set(before.flatMap(({ sessions }) => sessions).map(({ id }) => id))
  try {
    while (!signal.aborted) {
      await pause(LOOK_EVERY_MS)
      const its = (await listAgents(connection)).filter((agent) => isIts(agent, !agentsBefore.has(agent.id)))
      const sessions = its.flatMap(({ sessions }) => sessions).filter(({ id }) => !sessionsBefore.has(id))
      const session = sessions.find(({ name }) => SESSIONS[script].test(name))
      if (session === undefined) continue
      const { followSession } = await import('./follow-session.ts')
      return await followSession(connection, session.id, LINES, write)
    }
  } catch {} // its session has ended, or the hub: the answer to the command says what became of it
}
