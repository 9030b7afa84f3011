import { expect } from 'vitest'
import type { Outcome } from '../../../hub/outcome.ts'

/** The value of an outcome that must be a success. */
export function value<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(`refused: ${outcome.failure.code}: ${outcome.failure.message}`)
  return outcome.value
}

/** The failure of an outcome that must be a refusal with this code. */
export function refused(outcome: Outcome<unknown>, code: string) {
  if (outcome.ok) throw new Error(`not refused: ${JSON.stringify(outcome.value)}`)
  expect(outcome.failure.code).toBe(code)
  return outcome.failure
}
