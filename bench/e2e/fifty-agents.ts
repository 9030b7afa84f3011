import type { Create, Samples, Scenario } from './scenario.ts'

const SIZE = { cols: 80, rows: 24 }
const AGENTS = 50
const LISTS = 20

/** What a script waits for that asks for the list of many agents: the whole command, from its start to its end. */
export const fiftyAgentsScenario: Scenario = {
  name: 'list',
  rounds: 1,
  measure,
  rows: (['p50', 'p95'] as const).map((statistic) => ({
    name: `list with ${AGENTS} agents, whole process, ${statistic}`,
    samples: 'list',
    statistic,
    unit: 'ms',
    better: 'less' as const,
  })),
}

async function measure(create: Create): Promise<Samples> {
  await using multiplexer = create()
  for (let number = 0; number < AGENTS; number++) await multiplexer.newSession(`agent-${number}`, 'exec cat', SIZE)
  await multiplexer.list() // compiled code is kept from the first time on
  const times: number[] = []
  for (let number = 0; number < LISTS; number++) {
    const started = performance.now()
    const listed = await multiplexer.list()
    times.push(performance.now() - started)
    if (!listed.includes(`agent-${AGENTS - 1}`)) throw new Error(`${multiplexer.name} lists something else: ${listed}`)
  }
  return { list: times }
}
