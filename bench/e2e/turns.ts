import { percentile } from '../row.ts'
import { Botster } from './botster.ts'
import type { Multiplexer, MultiplexerName, MultiplexerOptions } from './multiplexer.ts'
import type { ComparedRow, RowSpec, Scenario } from './scenario.ts'
import { Tmux } from './tmux.ts'
import { World } from './world.ts'

const SHARE = { p50: 0.5, p95: 0.95, p99: 0.99 } as const

/**
 * Measures a scenario with each multiplexer in turn, round by round, so that whatever the machine does meanwhile falls
 * on all of them.
 *
 * @param cache directory for what programs cache between worlds
 */
export async function takeTurns(
  scenario: Scenario,
  names: readonly MultiplexerName[],
  cache: string,
): Promise<ComparedRow[]> {
  const all = new Map<MultiplexerName, Record<string, number[]>>(names.map((name) => [name, {}]))
  for (let round = 0; round < scenario.rounds; round++) {
    for (const name of names) {
      const samples = await scenario.measure((options = {}) => make(name, options, cache))
      const collected = all.get(name)!
      for (const [key, values] of Object.entries(samples)) {
        collected[key] ??= []
        collected[key].push(...values)
      }
    }
  }
  return scenario.rows.map((spec) => compared(spec, all)).filter(({ values }) => Object.keys(values).length > 0)
}

function make(name: MultiplexerName, options: MultiplexerOptions, cache: string): Multiplexer {
  const world = new World(cache)
  switch (name) {
    case 'tmux':
      return new Tmux(world, options)
    case 'botster':
      return new Botster(world, options)
  }
}

function compared(spec: RowSpec, all: Map<MultiplexerName, Record<string, number[]>>): ComparedRow {
  const { name, unit, better } = spec
  const values: ComparedRow['values'] = {}
  for (const [multiplexer, samples] of all) {
    const value = percentile(samples[spec.samples] ?? [], SHARE[spec.statistic])
    if (!Number.isNaN(value)) values[multiplexer] = value
  }
  return { name, unit, better, values }
}
