import type { Multiplexer, MultiplexerName, MultiplexerOptions } from './multiplexer.ts'

/** One thing measured with each multiplexer in turn. */
export interface Scenario {
  /** What `npm run bench -- NAME` selects: every scenario whose name starts with NAME. */
  name: string
  /** How often each multiplexer gets its turn. */
  rounds: number
  /** One turn: makes worlds, measures, disposes of them. Samples by row name. */
  measure(create: Create): Promise<Samples>
  /** What becomes of all rounds' samples. */
  rows: readonly RowSpec[]
}

/** Makes a multiplexer in a world of its own. */
export type Create = (options?: MultiplexerOptions) => Multiplexer

export type Samples = Readonly<Record<string, readonly number[]>>

/** A row of the result: a statistic over the samples of one key. */
export interface RowSpec {
  name: string
  samples: string
  statistic: 'p50' | 'p95' | 'p99'
  unit: string
  /** Which direction is good. */
  better: 'less' | 'more'
}

/** One row of the result, for every multiplexer that was measured. */
export interface ComparedRow {
  name: string
  unit: string
  better: 'less' | 'more'
  values: Partial<Record<MultiplexerName, number>>
}
