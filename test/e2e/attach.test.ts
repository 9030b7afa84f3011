import { describe, expect, test } from 'vitest'
import type { Terminal } from './harness/terminal.ts'
import { until } from './harness/until.ts'
import { World } from './harness/world.ts'

/** A screen worth coming back to: colours, a cursor in the middle, lines above. */
const PAINTER = `#!/bin/sh
i=0; while [ $i -lt 200 ]; do i=$((i+1)); echo "above $i"; done
printf '\\033[31mred\\033[0m \\033[1;38;2;1;2;3mtrue\\033[0m \\033[44mblue\\033[0m 漢字 end\\n'
printf 'ask> '
exec cat
`

async function attached(world: World, size?: { cols: number; rows: number }): Promise<Terminal> {
  const terminal = world.open(['attach'], size)
  await terminal.waitFor('ask>')
  return terminal
}

/** What one sees of the program, wherever the panel is. */
function seenOf(terminal: Terminal): unknown {
  const red = terminal.find('red')!
  const text = terminal
    .screen()
    [red.y]!.slice(red.x)
    .replace(/ *│.*$/, '')
  const cells = Array.from({ length: text.length }, (_, at) => terminal.cell(red.x + at, red.y))
  const { cursor } = terminal
  return { text, cells, cursor: { x: cursor.x - red.x, y: cursor.y - red.y, visible: cursor.visible } }
}

describe('attaching', () => {
  test('shows the same screen, colours, cursor and scrollback as before the detach', async () => {
    await using world = new World()
    await world.newAgent('paint', world.script('paint', PAINTER))
    const first = await attached(world)
    const before = seenOf(first)
    first.keys('ctrl+q')
    expect((await first.exited).code).toBe(0)
    const second = await attached(world)
    await until(() => JSON.stringify(seenOf(second)) === JSON.stringify(before), {
      what: 'the same cells and cursor',
      seen: () => JSON.stringify([before, seenOf(second)]),
    })
    expect(seenOf(second)).toMatchObject({ text: expect.stringMatching(/^red true blue 漢字 end/) })
    second.keys('shift+home')
    await second.waitFor(/above 1\b/)
    await second.waitFor('SCROLLBACK')
    second.keys('shift+end')
    await second.waitFor('ask>')
  })

  test('fits a terminal of another size', async () => {
    await using world = new World()
    await world.newAgent('size', 'while read line; do echo "[$(stty size)]"; done')
    const large = world.open(['attach'], { cols: 140, rows: 40 })
    await large.waitFor(/size \[AGENT/)
    await saysItsSize(large, /\[38 \d+\]/)
    large.keys('ctrl+q')
    await large.exited
    const small = world.open(['attach'], { cols: 70, rows: 20 })
    await small.waitFor(/size \[AGENT/)
    await saysItsSize(small, /\[18 \d+\]/)
    small.resize(90, 25)
    await saysItsSize(small, /\[23 \d+\]/)
    await small.waitFor(() => /^[┌╭]/.test(small.screen()[0]!) && /[┘╯]$/.test(small.screen()[24]!))
  })

  test('two terminals at once see the same and both may type', async () => {
    await using world = new World()
    await world.newAgent('both', 'cat')
    const one = world.open(['attach'])
    const two = world.open(['attach'])
    await Promise.all([one.waitFor(/both \[AGENT/), two.waitFor(/both \[AGENT/)])
    one.type('from one\r')
    await two.waitFor(/from one[\s\S]*from one/)
    two.type('from two\r')
    await one.waitFor(/from two[\s\S]*from two/)
    expect((await world.status()).clients).toBe(2)
    one.keys('ctrl+q')
    await one.exited
    two.type('alone\r')
    await two.waitFor(/alone[\s\S]*alone/)
  })

  test('goes back through a mode the program left on: the alternate screen and the mouse', async () => {
    await using world = new World()
    await world.newAgent(
      'modes',
      String.raw`printf '\033[?1049h\033[?1000h\033[?1006h\033[?2004hfull screen'; stty raw -echo; cat -v`,
    )
    const first = world.open(['attach'])
    await first.waitFor('full screen')
    first.keys('ctrl+q')
    await first.exited
    const second = world.open(['attach'])
    await second.waitFor('full screen')
    second.paste('pasted')
    await second.waitFor('^[[200~pasted^[[201~')
    const { x, y } = second.find('full screen')!
    second.click(x, y)
    await second.waitFor('^[[<0;1;1M')
  })

  test('is refused in the terminal of an agent that it would show', async () => {
    await using world = new World()
    await world.newAgent('one', 'bash --norc')
    await world.botster('send', 'one', 'botster; echo "[$?]"', '--enter')
    const seen = await world.screenOf('one', /\[\d\]$/m)
    expect(seen.replaceAll('\n', '')).toMatch(/this is the terminal of the agent \S+, which botster shows already/)
    expect(seen).toContain('[1]')
    await world.open([], { env: { BOTSTER_AGENT_KEY: 'an-agent-of-another-hub' } }).waitFor('Agents (1)')
  })
})

/** Presses enter until the program answers with the size: it learns of a new one some time after it is drawn. */
async function saysItsSize(terminal: Terminal, size: RegExp): Promise<void> {
  await until(
    () => {
      terminal.keys('enter')
      return size.test(terminal.text())
    },
    { what: `the program to say ${size}`, seen: () => terminal.text() },
  )
}
