import { setTimeout as pause } from 'node:timers/promises'
import * as z from 'zod'
import { ConnectionClosed } from '../protocol/errors.ts'
import { STOPPED_WITH_AGENTS } from '../protocol/messages/hub.ts'
import { type ListedAgent, listedAgent } from './agents.ts'
import { type HubConnection, requireHub } from './connect.ts'
import { runHubCommand } from './hub-command.ts'
import type { Place } from './place.ts'
import { CommandFailed } from './usage.ts'

/** Milliseconds a hub that restarts is given before it is asked again. */
const RECONNECT_MS = 500

const answer = z.object({ reached: z.boolean(), agent: z.unknown() })

export interface Waited {
  /** False when the time was over first. */
  readonly reached: boolean
  readonly agent: ListedAgent
}

/**
 * Waits until an agent is in one of some states, also across a restart of the hub.
 * @param seconds without limit when undefined
 * @throws CommandFailed when the agent is gone
 */
export async function waitForState(
  place: Place,
  agent: string,
  states: readonly string[],
  seconds?: number,
): Promise<Waited> {
  const deadline = seconds === undefined ? undefined : performance.now() + seconds * 1000
  for (;;) {
    const left = deadline === undefined ? undefined : Math.max(0, deadline - performance.now()) / 1000
    try {
      using connection = await requireHub(place, { role: 'cli', start: 'known' })
      return await ask(connection, agent, states, left)
    } catch (error) {
      if (!(error instanceof ConnectionClosed)) throw error
      if (error.message === STOPPED_WITH_AGENTS) throw new CommandFailed(error.message) // there is nothing to wait for
      await pause(RECONNECT_MS)
    }
  }
}

async function ask(connection: HubConnection, agent: string, states: readonly string[], timeout?: number) {
  const value = answer.parse(await runHubCommand(connection, 'wait_agent', { agent, states, timeout }))
  return { reached: value.reached, agent: listedAgent(value.agent) }
}
