import { expect } from 'vitest'

/** What a run gives that returns `nil, message, err` of a primitive. */
export function refusalOf(kind: string, message: RegExp | string, more: object = {}) {
  const matching = typeof message === 'string' ? expect.stringContaining(message) : expect.stringMatching(message)
  return [undefined, matching, expect.objectContaining({ kind, message: matching, ...more })]
}
