/** Runs what the reference shows: each example must work as it stands. */
import { expect } from 'vitest'
import type { LuaModule } from '../../lua/vm/index.ts'
import type { TestVm } from '../lua/support.ts'

/** Runs the example of every function of a module, each after `before`, and expects none to fail and none to be missing. */
export async function expectExamplesToRun(t: TestVm, module: LuaModule, before = ''): Promise<void> {
  const outcomes: Record<string, unknown> = {}
  const methods = Object.values(module.handles ?? {}).flatMap((handle) => Object.entries(handle.methods))
  for (const [name, { example, hidden }] of [...Object.entries(module.functions), ...methods]) {
    if (hidden) continue
    try {
      if (example === undefined) throw new Error('it has no example')
      await t.run(`${before}\n${example}`)
    } catch (error) {
      outcomes[name] = (error as Error).message
    }
  }
  expect(outcomes).toEqual({})
  expect(t.errors).toEqual([])
}
