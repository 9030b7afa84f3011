import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startUi } from './harness.ts'

const guide = readFileSync(join(import.meta.dirname, '../../../docs/ui.md'), 'utf8')
const examples = [...guide.matchAll(/```lua\n([\s\S]*?)```/g)].map(([, code]) => code!)

test.each(examples.map((code) => [code.split('\n')[0]!, code]))(
  'the example runs as it stands: %s',
  async (_, code) => {
    using lua = await startUi()
    lua.load({ 'example.lua': `local defaults, mine = {}, {}\n${code}` })
    expect(lua.problems).toEqual([])
    expect(lua.draw()).toContain('Agents (0)')
  },
)

test('names every key of the shipped keybindings', () => {
  const keybindings = readFileSync(join(import.meta.dirname, '../../../lua/ui/keybindings.lua'), 'utf8')
  const everywhere = /local everywhere = \{([\s\S]*?)\n\}/.exec(keybindings)![1]!
  const keys = [...everywhere.matchAll(/\["([^"]+)"\]/g)].map(([, key]) => key!.replaceAll('\\\\', '\\'))
  expect(keys.length).toBeGreaterThan(5)
  for (const key of keys) expect(guide).toContain(key)
})
