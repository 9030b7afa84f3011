import { expect, test } from 'vitest'
import { World } from './harness/world.ts'

test('attach AGENT shows one session full screen, with nothing around it, and gives it every key', async () => {
  await using world = new World()
  await world.newAgent('other', 'echo somebody else; cat')
  await world.newAgent('mine', 'printf "top left"; read x; echo "got: $x"; stty size; cat')
  const terminal = world.open(['attach', 'mine'], { cols: 70, rows: 20 })
  await terminal.waitFor(/^top left/)
  expect(terminal.text()).not.toMatch(/somebody else|Agents|─/)
  terminal.type('hello\r')
  await terminal.waitFor(/got: hello\s+20 70/)
  terminal.keys('ctrl+q')
  expect(await terminal.exited).toMatchObject({ code: 0 })
  expect((await world.agent('mine')).status).toBe('running')
})

test('attach AGENT says which agents there are when none fits', async () => {
  await using world = new World()
  await world.newAgent('only', 'cat')
  const terminal = world.open(['attach', 'nobody'])
  await terminal.waitFor(/no agent 'nobody': there are repo-only/)
})
