import { expect } from 'vitest'
import type { LuaValue } from '../../../lua/vm/index.ts'
import type { TestVm } from '../../lua/support.ts'

/** What a run gives that returns `nil, message, err` of a primitive. */
export function refusalOf(kind: string, message: RegExp | string, more: object = {}) {
  const matching = typeof message === 'string' ? expect.stringContaining(message) : expect.stringMatching(message)
  return [undefined, matching, expect.objectContaining({ kind, message: matching, ...more })]
}

/** Runs what fails as expected, with `nil, message, err`: its kind and message. */
export async function failureOf(
  t: TestVm,
  code: string,
  ...args: LuaValue[]
): Promise<{ kind: unknown; message: string }> {
  const [value, message, err] = await t.run(code, ...args)
  expect(value).toBeUndefined()
  const { kind, message: inTable } = err as { kind: unknown; message: string }
  expect(inTable).toBe(message)
  return { kind, message: message as string }
}
