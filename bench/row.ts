/** A measured figure. */
export interface Row {
  /** What was measured, in a few words: "echo idle p50". */
  name: string
  value: number
  unit: string
}

/** The value below which the given share (0–1) of the samples lies; NaN without samples. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
