import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'vitest'
import type { Terminal } from './harness/terminal.ts'
import { until } from './harness/until.ts'
import { World } from './harness/world.ts'

const shipped = (file: string) => readFileSync(join(import.meta.dirname, '../../lua/ui', file), 'utf8')

/** Writes a file of the user's UI. */
function save(world: World, file: string, text: string): void {
  const directory = join(world.userDirectory, 'lua/ui')
  mkdirSync(directory, { recursive: true })
  writeFileSync(join(directory, file), text)
}

async function attached(world: World): Promise<Terminal> {
  await world.newAgent('work', 'cat')
  const terminal = world.open(['attach'], { cols: 140 })
  await terminal.waitFor(/work \[AGENT/)
  return terminal
}

/** The UI is there, and typing reaches the program. */
async function expectAlive(terminal: Terminal, word: string): Promise<void> {
  await terminal.waitFor('Agents (1)')
  terminal.type(`${word}\r`)
  await terminal.waitFor(new RegExp(`${word}[\\s\\S]*${word}`))
}

describe('a mistake in a file of the UI', () => {
  test('saving a layout changes the running UI, and deleting nothing else is needed', async () => {
    await using world = new World()
    const terminal = await attached(world)
    save(world, 'layout.lua', shipped('layout.lua').replace('" Agents (%d) "', '" Crew (%d) "'))
    await terminal.waitFor('Crew (1)')
    save(world, 'layout.lua', shipped('layout.lua'))
    await terminal.waitFor('Agents (1)')
    await expectAlive(terminal, 'still')
  })

  test('saving keybindings changes what keys do', async () => {
    await using world = new World()
    const terminal = await attached(world)
    save(
      world,
      'keybindings.lua',
      shipped('keybindings.lua').replace('["ctrl+p"] = "open_palette"', '["ctrl+g"] = "open_palette"'),
    )
    await until(
      () => {
        terminal.keys('ctrl+g')
        return terminal.text().includes('New agent')
      },
      { what: 'the key to mean something else', seen: () => terminal.text() },
    )
  })

  test.each([
    ['a syntax error', 'layout.lua', (lua: string) => `${lua}\nfunction oops(\n`, /layout\.lua:\d+/],
    ['an error while loading', 'layout.lua', (lua: string) => `${lua}\nerror("boom")\n`, /layout\.lua:\d+.*boom/],
    [
      'an error while rendering',
      'layout.lua',
      (lua: string) => lua.replace('function render(state)', 'function render(state)\n  local x = nil; x.y = 1'),
      /layout\.lua:\d+/,
    ],
    [
      'an endless loop while rendering',
      'layout.lua',
      (lua: string) => lua.replace('function render(state)', 'function render(state)\n  while true do end'),
      /layout\.lua:\d+/,
    ],
    ['an endless loop while loading', 'layout.lua', (lua: string) => `${lua}\nwhile true do end\n`, /layout\.lua:\d+/],
    [
      'a syntax error in the keys',
      'keybindings.lua',
      (lua: string) => `${lua}\nfunction oops(\n`,
      /keybindings\.lua:\d+/,
    ],
    ['an endless loop in the actions', 'actions.lua', (lua: string) => `while true do end\n${lua}`, /actions\.lua:\d+/],
  ])('%s leaves the last good %s in place and names file and line', async (_, file, breakIt, message) => {
    await using world = new World()
    const terminal = await attached(world)
    save(world, file, breakIt(shipped(file)))
    await terminal.waitFor(message)
    await expectAlive(terminal, 'unbroken')
    save(world, file, shipped(file))
    await terminal.waitFor(() => !message.test(terminal.text()))
    await expectAlive(terminal, 'mended')
  })

  test('an action that loops is stopped when its key is pressed, and the shipped one takes its place', async () => {
    await using world = new World()
    const terminal = await attached(world)
    const loops = 'function handlers.open_menu()\n  while true do pcall(function() while true do end end) end'
    save(world, 'actions.lua', shipped('actions.lua').replace('function handlers.open_menu()', loops))
    save(world, 'layout.lua', shipped('layout.lua').replace('" Agents (%d) "', '" Agents (1) loaded "'))
    await terminal.waitFor('loaded')
    for (const message of [/actions\.lua:\d+: stopped/, /failed twice[\s\S]*actions\.lua/, /Close agent/]) {
      terminal.keys('f10')
      await terminal.waitFor('New agent')
      await terminal.waitFor(message)
      terminal.keys('escape')
      await terminal.waitFor(() => !terminal.text().includes('New agent'))
    }
    await expectAlive(terminal, 'unbroken')
  })

  test('a UI that is broken from the start still opens, with the shipped files', async () => {
    await using world = new World()
    save(world, 'layout.lua', 'this is not Lua')
    save(world, 'keybindings.lua', 'while true do end')
    const terminal = await attached(world)
    await terminal.waitFor(/layout\.lua:1|keybindings\.lua:1/)
    await expectAlive(terminal, 'unbroken')
  })
})
