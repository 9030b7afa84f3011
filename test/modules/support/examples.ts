import { expect } from 'vitest'
import type { AnyFunctionSpec } from '../../../lua/vm/index.ts'
import type { World } from '../../hub/lua/world.ts'

/** Runs the example of each function in a hub, after `before`, and expects none to fail and none to be missing. */
export async function expectExamplesToRunIn(
  world: World,
  functions: Readonly<Record<string, AnyFunctionSpec>>,
  before = '',
): Promise<void> {
  const outcomes: Record<string, unknown> = {}
  for (const [name, { example, hidden }] of Object.entries(functions)) {
    if (hidden) continue
    try {
      if (example === undefined) throw new Error('it has no example')
      await world.eval(`${before}\n${example}`)
    } catch (error) {
      outcomes[name] = (error as Error).message
    }
  }
  expect(outcomes).toEqual({})
}
