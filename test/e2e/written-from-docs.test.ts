import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { packageRoot } from '../../protocol/paths.ts'
import { World } from './harness/world.ts'

/**
 * A plugin as somebody wrote it who had read docs/ and nothing else: hooks, an event, a timer, commands, a tool, settings,
 * state, a line and an overlay of the UI. What the documents promised must go on to work; it is not to be changed.
 */
const STINT = join(packageRoot(), 'test/fixtures/written-from-docs/stint')

test('the tests of a plugin that was written from the documents alone pass', async () => {
  await using world = new World()
  expect(await world.botster('plugin', 'test', STINT)).toContain('11 passed, 0 failed')
})

test('a plugin that was written from the documents alone draws its line, opens its overlay, and goes to an agent', async () => {
  await using world = new World()
  cpSync(STINT, join(world.userDirectory, 'shared/plugins/stint'), { recursive: true })
  await world.newAgent('one', 'cat')
  await world.newAgent('two', 'cat')
  expect(await world.botster('plugin', 'doctor', 'stint')).toMatch(/^ok +stint: loaded/)
  const terminal = world.open()
  await terminal.waitFor(/one works \d+s of .* f7: all/)
  await terminal.waitFor('2 agents')
  terminal.type('\x1b[18~') // f7
  await terminal.waitFor('Who works?')
  terminal.type('j\r') // the second of the list, whatever its order
  await terminal.waitFor(() => terminal.text().includes('two works') && !terminal.text().includes('Who works?'))
})
