/** Writes one after the other, and the longest pause between two of them that somebody who reads may have seen. */
export interface Pauses {
  /** Milliseconds from the beginning of one write to the end of the next. */
  readonly longest: number
  write(write: () => Promise<unknown>): Promise<void>
}

export function pauses(): Pauses {
  let longest = 0
  let before: number | undefined
  return {
    get longest() {
      return longest
    },
    async write(write) {
      const begun = performance.now()
      await write()
      if (before !== undefined) longest = Math.max(longest, performance.now() - before)
      before = begun
    },
  }
}
