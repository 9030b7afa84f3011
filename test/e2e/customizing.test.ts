import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Terminal } from './harness/terminal.ts'
import { until } from './harness/until.ts'
import { World } from './harness/world.ts'

/** Writes a file of the user's Lua. */
function save(world: World, file: string, text: string): void {
  const path = join(world.userDirectory, 'lua', file)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

/** Presses ctrl+g again and again: nothing shows when a file was taken up. */
async function pressUntilSeen(terminal: Terminal, text: string): Promise<void> {
  await until(
    () => {
      terminal.keys('ctrl+g')
      return terminal.text().includes(text)
    },
    { what: text, seen: () => terminal.text() },
  )
}

describe('making it yours', () => {
  test('the example of the README works, saved while the UI is open, and again after it was changed', async () => {
    await using world = new World()
    const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8')
    const example = /```lua\n([\s\S]*?)```/.exec(readme)?.[1]
    expect(example).toContain('ctrl+g')
    const terminal = world.open()
    await terminal.waitFor('No agents yet')
    save(world, 'user/ui/keys.lua', example!)
    await pressUntilSeen(terminal, 'hello')
    save(world, 'user/ui/keys.lua', example!.replace('message = "hello"', 'message = "good evening"'))
    await pressUntilSeen(terminal, 'good evening')
  })

  test('a layout of your own replaces the shipped one, from the start', async () => {
    await using world = new World()
    save(
      world,
      'ui/layout.lua',
      `function render(state)
        return { type = "paragraph", props = { lines = { ("mine, with %d agents"):format(#state.agents) } } }
      end
      function render_overlay() end
      function initial_mode() return "normal" end`,
    )
    const terminal = world.open()
    await terminal.waitFor('mine, with 0 agents')
    await world.newAgent('one', 'cat')
    await terminal.waitFor('mine, with 1 agents')
  })
})
