import { setTimeout as sleep } from 'node:timers/promises'
import { typeAndTime } from './echo.ts'
import { focusEcho } from './focus.ts'
import { echoCharacters } from './marker.ts'
import { ECHO } from './programs.ts'
import type { Create, Samples, Scenario } from './scenario.ts'

const SIZE = { cols: 160, rows: 50 }
const AGENTS = 20
const CHANGES_PER_SECOND = 20
/** Selections of another agent. */
const CHANGES = 60
const PAUSE_MS = { least: 60, most: 120 }
/** A change that is not seen within this counts as this. */
const LOST_MS = 2000

/** With twenty agents on the screen: keys while their list changes all the time, and changes of the chrome by a key. */
export const twentyAgentsScenario: Scenario = {
  name: 'twenty agents',
  rounds: 1,
  measure,
  rows: [
    ...(['p50', 'p99'] as const).map((statistic) => ({
      name: `echo while the list of agents changes, ${statistic}`,
      samples: 'echo',
      statistic,
      unit: 'ms',
      better: 'less' as const,
    })),
    ...(['p50', 'p99'] as const).map((statistic) => ({
      name: `change of the chrome with ${AGENTS} agents, ${statistic}`,
      samples: 'change',
      statistic,
      unit: 'ms',
      better: 'less' as const,
    })),
  ],
}

async function measure(create: Create): Promise<Samples> {
  await using multiplexer = create()
  if (multiplexer.keepRenaming === undefined) return {}
  const names = Array.from({ length: AGENTS }, (_, number) => `agent-${number}`)
  for (const name of names) await multiplexer.newSession(name, ECHO, SIZE)
  await using terminal = multiplexer.attach(SIZE)
  const nextCharacter = echoCharacters()
  await focusEcho(multiplexer, terminal, nextCharacter)
  return { change: await changes(), echo: await echoes() }

  async function echoes(): Promise<number[]> {
    await using _ = await multiplexer.keepRenaming!(names, CHANGES_PER_SECOND)
    return typeAndTime(terminal, nextCharacter)
  }

  /** From the key that selects the next agent until its row of the list is drawn as the selected one. */
  async function changes(): Promise<number[]> {
    const times: number[] = []
    for (let number = 0; number < CHANGES; number++) {
      await sleep(PAUSE_MS.least + Math.random() * (PAUSE_MS.most - PAUSE_MS.least))
      terminal.forget()
      const typed = performance.now()
      terminal.write(multiplexer.nextSession)
      const seen = await terminal.arrival(`> agent-`, LOST_MS)
      times.push(seen === undefined ? LOST_MS : seen - typed)
    }
    return times
  }
}
