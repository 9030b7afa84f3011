import type { ListedAgent } from './agents.ts'
import type { HubConnection } from './connect.ts'
import { plain, print, printJson } from './output.ts'
import type { Place } from './place.ts'
import { describeReceipt, isTaken, sendPrompt } from './prompt.ts'
import { RESTING } from './states.ts'
import { CommandFailed } from './usage.ts'
import { waitForState } from './wait.ts'

/** Seconds an agent is given to be seen working after it has taken a prompt. */
const BEGIN_SECONDS = 5
/** Seconds without an end, for the hub: a week. */
const NO_LIMIT = 7 * 24 * 3600

interface Options {
  readonly prompt?: string
  /** Seconds. */
  readonly timeout?: number
  readonly json?: boolean
}

/**
 * Stays with a new agent until it does not go on by itself; gives it its prompt first, if it has one.
 * @throws CommandFailed when it does not take the prompt, or the time is over
 */
export async function waitForNew(
  place: Place,
  connection: HubConnection,
  agent: ListedAgent,
  { prompt, timeout, json }: Options,
): Promise<void> {
  const begin = performance.now()
  const left = () => (timeout === undefined ? undefined : Math.max(0, timeout - (performance.now() - begin) / 1000))
  if (prompt) {
    const limit = left() ?? NO_LIMIT
    const receipt = await sendPrompt(connection, {
      agent: agent.id,
      text: prompt,
      timeout: limit,
      through_dialogs: true,
    })
    if (!isTaken(receipt)) throw new CommandFailed(describeReceipt(receipt), { code: receipt.outcome })
    await waitForState(place, agent.id, ['working', 'done', 'waiting', 'failed', 'exited'], BEGIN_SECONDS)
  }
  const { reached, agent: now } = await waitForState(place, agent.id, RESTING, left())
  if (json) printJson(now)
  if (!reached) throw new CommandFailed(`${now.key} is ${now.state} after ${timeout} s`)
  if (!json) print(`${now.key} is ${now.state}: ${plain(now.state_question ?? now.state_reason ?? '')}`)
}
