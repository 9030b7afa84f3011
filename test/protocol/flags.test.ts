import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { COLLECTOR_FLAGS } from '../../protocol/collect-alone.ts'
import { COMPILER_FLAGS } from '../../protocol/compile-early.ts'

it('every flag that V8 is given while it runs is one that this Node knows', () => {
  const known = execFileSync(process.execPath, ['--v8-options'], { encoding: 'utf8' })
  for (const flag of [...COLLECTOR_FLAGS, ...COMPILER_FLAGS]) {
    const name = flag.replace(/^--(no-)?/, '').replace(/=.*/, '')
    expect(known).toContain(`--${name} (`)
  }
})
