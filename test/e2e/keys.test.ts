import { existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Terminal } from './harness/terminal.ts'
import { until } from './harness/until.ts'
import { World } from './harness/world.ts'

/** Finds `item` in the palette and runs it. */
async function choose(terminal: Terminal, item: string): Promise<void> {
  terminal.keys('ctrl+p')
  await terminal.waitFor(/ Palette /)
  terminal.type(item)
  await terminal.waitFor(new RegExp(`> ${item}`))
  terminal.keys('enter')
}

describe('the default keys', () => {
  test('ctrl+j and ctrl+k go through the agents, around the ends', async () => {
    await using world = new World()
    for (const name of ['one', 'two', 'three']) await world.newAgent(name, `echo this is ${name}; cat`)
    const terminal = world.open(['attach'])
    await terminal.waitFor('this is one')
    for (const name of ['two', 'three', 'one']) {
      terminal.keys('ctrl+j')
      await terminal.waitFor(`this is ${name}`)
    }
    terminal.keys('ctrl+k')
    await terminal.waitFor('this is three')
  })

  test('f9 gives all keys to the program, and takes them back', async () => {
    await using world = new World()
    await world.newAgent('one', 'stty raw -echo; echo ready; exec cat -v')
    await world.newAgent('two', 'echo this is two; cat')
    const terminal = world.open(['attach'])
    await terminal.waitFor('ready')
    terminal.keys('f9')
    await terminal.waitFor('[LOCKED f9 unlocks] one')
    terminal.keys('ctrl+p', 'ctrl+k', 'ctrl+q', 'f1', 'f4', '.', 'escape')
    await terminal.waitFor('^P^K^Q^[OP^[OS.^[')
    terminal.keys('f9', 'ctrl+j')
    await terminal.waitFor('this is two')
    await terminal.waitFor((shown) => !shown.text().includes('LOCKED'))
  })

  test('a click on an agent shows it', async () => {
    await using world = new World()
    for (const name of ['one', 'two']) await world.newAgent(name, `echo this is ${name}; cat`)
    const terminal = world.open(['attach'])
    await terminal.waitFor('this is one')
    const { x, y } = terminal.find('two')!
    terminal.click(x, y)
    await terminal.waitFor('this is two')
  })

  test('a second session is added and shown, ctrl+] goes back and forth, and it is removed', async () => {
    await using world = new World()
    await world.newAgent('work', 'echo first session; cat')
    const terminal = world.open(['attach'])
    await terminal.waitFor('first session')
    await choose(terminal, 'Add session')
    await terminal.waitFor(/shell/)
    terminal.keys('enter')
    await until(async () => (await world.agent('work')).sessions.length === 2, { what: 'a second session' })
    await terminal.waitFor(/work \[(?!AGENT).*Ctrl\+\]: next/)
    terminal.type('echo second session in $PWD\r')
    await terminal.waitFor(/second session in \//)
    terminal.keys('ctrl+]')
    await terminal.waitFor('first session')
    await choose(terminal, 'Remove session')
    await terminal.waitFor(/ Remove session /)
    terminal.keys('enter')
    await until(async () => (await world.agent('work')).sessions.length === 1, { what: 'one session again' })
  })

  test('an agent is renamed in the menu', async () => {
    await using world = new World()
    await world.newAgent('work', 'cat')
    const terminal = world.open(['attach'])
    await terminal.waitFor(/work \[AGENT/)
    await choose(terminal, 'Rename agent')
    await terminal.waitFor('New name')
    terminal.keys('ctrl+u')
    terminal.type('better\r')
    await terminal.waitFor(/> better/)
    expect(await world.agents()).toMatchObject([{ name: 'better', branch: 'work' }])
  })

  test('closing asks first; d takes an untouched worktree along', async () => {
    await using world = new World()
    const { worktree } = await world.newAgent('work', 'cat')
    const terminal = world.open(['attach'])
    await terminal.waitFor(/work \[AGENT/)
    await choose(terminal, 'Close agent')
    await terminal.waitFor('Close work?')
    terminal.keys('n')
    await terminal.waitFor(() => !terminal.text().includes('Close work?'))
    expect(await world.agents()).toHaveLength(1)
    await choose(terminal, 'Close agent')
    await terminal.waitFor('Close work?')
    terminal.keys('d')
    await terminal.waitFor('Agents (0)')
    expect(await world.agents()).toEqual([])
    expect(existsSync(worktree!)).toBe(false)
  })

  test('a refusal of the hub stays on the screen until it was read', async () => {
    await using world = new World()
    await world.newAgent('work', 'echo draft > draft.txt; echo written; cat')
    const terminal = world.open(['attach'])
    await terminal.waitFor('written')
    await choose(terminal, 'Close agent')
    await terminal.waitFor('Close work?')
    terminal.keys('d')
    await terminal.waitFor(/Error[\s\S]*draft\.txt/)
    terminal.keys('escape')
    await terminal.waitFor(() => !terminal.text().includes('draft.txt'))
    terminal.type('still here\r')
    await terminal.waitFor(/still here[\s\S]*still here/)
  })

  test('every size is drawn, whatever the program and the menus do meanwhile', async () => {
    await using world = new World()
    await world.newAgent('work', 'while :; do seq 1 50; sleep 0.05; done')
    const terminal = world.open(['attach'])
    await terminal.waitFor(/work \[AGENT/)
    for (const [cols, rows] of [
      [40, 10],
      [200, 50],
      [10, 3],
      [1, 1],
      [80, 24],
      [133, 7],
      [100, 30],
    ] as const) {
      terminal.resize(cols, rows)
      terminal.keys('ctrl+p', 'escape')
    }
    await terminal.waitFor(() => {
      const screen = terminal.screen()
      return screen[0]!.startsWith('┌ Agents (1)') && screen[29]!.endsWith('┘') && !terminal.text().includes('Palette')
    })
  })
})
