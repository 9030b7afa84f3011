import { setTimeout as sleep } from 'node:timers/promises'
import { focusEcho } from './focus.ts'
import { echoCharacters, marker, printing } from './marker.ts'
import type { Create, Samples, Scenario } from './scenario.ts'

const SIZE = { cols: 120, rows: 40 }
const ATTACHES = 8
const LIMIT_MS = 20_000

/** Attaching to what runs already, until the session's screen is drawn. */
export const attachScenario: Scenario = {
  name: 'attach',
  rounds: 2,
  measure: measureAttach,
  rows: [
    { name: 'attach until drawn, p50', samples: 'attach', statistic: 'p50', unit: 'ms', better: 'less' },
    { name: 'attach until drawn, p95', samples: 'attach', statistic: 'p95', unit: 'ms', better: 'less' },
  ],
}

/** From nothing running to a drawn screen: tmux with a session, botster with its welcome. */
export const coldStartScenario: Scenario = {
  name: 'cold start',
  rounds: 5,
  measure: measureColdStart,
  rows: [{ name: 'cold start until drawn, p50', samples: 'start', statistic: 'p50', unit: 'ms', better: 'less' }],
}

async function measureAttach(create: Create): Promise<Samples> {
  await using multiplexer = create()
  const screen = marker(2)
  const command = `stty -icanon echo; seq 30; ${printing(screen)}; exec cat > /dev/null`
  await multiplexer.newSession('shown', command, SIZE)
  {
    await using terminal = multiplexer.attach(SIZE)
    await focusEcho(multiplexer, terminal, echoCharacters())
  }
  const samples: number[] = []
  for (let number = 0; number < ATTACHES; number++) {
    await sleep(200)
    const started = performance.now()
    await using terminal = multiplexer.attach(SIZE)
    const drawn = await terminal.arrival(screen, LIMIT_MS)
    if (drawn === undefined) throw new Error(`${multiplexer.name}: nothing drawn after attaching: ${terminal.tail}`)
    samples.push(drawn - started)
  }
  return { attach: samples }
}

async function measureColdStart(create: Create): Promise<Samples> {
  await using multiplexer = create()
  const started = performance.now()
  const { terminal, drawn } = multiplexer.coldStart(SIZE)
  await using _ = terminal
  const seen = await terminal.arrival(drawn, LIMIT_MS)
  if (seen === undefined) throw new Error(`${multiplexer.name}: nothing drawn after a cold start: ${terminal.tail}`)
  return { start: [seen - started] }
}
