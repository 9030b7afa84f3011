import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { isAlive, kill } from './harness/processes.ts'
import type { Terminal } from './harness/terminal.ts'
import { until } from './harness/until.ts'
import { World } from './harness/world.ts'

/** What a terminal is like while a shell waits in it. */
const PLAIN = { alternateScreen: false, mouse: 'none', paste: false, focus: false, cursorVisible: true }

describe('leaving', () => {
  test('ctrl+q gives the terminal back as it was', async () => {
    await using world = new World()
    const { shell } = await attachedInShell(world)
    shell.keys('ctrl+q')
    await shell.waitFor(/^ended with 0$/m)
    await expectTerminalAsBefore(shell)
    await expectAgentUntouched(world)
  })

  test.each(['SIGTERM', 'SIGHUP', 'SIGINT'] as const)('%s gives the terminal back as it was', async (signal) => {
    await using world = new World()
    const { shell, tui } = await attachedInShell(world)
    kill(tui, signal)
    await shell.waitFor(/^ended with \d+$/m)
    await expectTerminalAsBefore(shell)
    await expectAgentUntouched(world)
  })

  test('a crash gives the terminal back and says what happened', async () => {
    await using world = new World()
    const crash = join(world.directory, 'crash.mjs')
    writeFileSync(crash, "process.on('SIGUSR2', () => { throw new Error('invented for a test') })\n")
    const { shell, tui } = await attachedInShell(world, { NODE_OPTIONS: `--import=${crash}` })
    kill(tui, 'SIGUSR2')
    await shell.waitFor(/^ended with [1-9]\d*$/m)
    expect(shell.text()).toContain('invented for a test')
    await expectTerminalAsBefore(shell)
    await expectAgentUntouched(world)
  })

  test('kill -9 leaves the session untouched and the terminal usable after reset', async () => {
    await using world = new World()
    const { shell, tui } = await attachedInShell(world)
    kill(tui, 'SIGKILL')
    await until(() => !isAlive(tui), { what: 'the client to be gone' })
    shell.type('\x15reset; echo "all set"\r')
    await shell.waitFor(/^all set/m)
    await until(() => isPlain(shell), { what: 'a plain terminal', seen: () => JSON.stringify(shell.modes) })
    // Not compared with before: reset has settings of its own. Echo, erase and Enter are what a person needs.
    // Typed only once something is printed: before, the shell's own line editing may still have the terminal.
    shell.type('echo listening; read word; echo "got $word"\r')
    await shell.waitFor(/^listening/m)
    shell.type('abx\x7fc\r')
    await shell.waitFor(/^abc\ngot abc$/m)
    await expectAgentUntouched(world)
  })

  test('the terminal going away ends the client and nothing else, and another one shows what it had shown', async () => {
    await using world = new World()
    const { shell, tui } = await attachedInShell(world)
    await world.newAgent('beside', 'echo also here; cat')
    await shell.waitFor('Agents (2)')
    shell.keys('alt+\\')
    await shell.waitFor(/I am here[\s\S]*also here|also here[\s\S]*I am here/)
    shell[Symbol.dispose]()
    await until(() => !isAlive(tui), { what: 'the client to be gone' })
    const again = world.open(['attach'], { cols: 140 })
    await again.waitFor(/I am here.*also here|also here.*I am here/)
    await world.botster('kill', 'beside')
    await expectAgentUntouched(world)
  })

  test('suspending gives the terminal back, and fg brings the screen back', async () => {
    await using world = new World()
    const { shell, tui } = await attachedInShell(world)
    kill(tui, 'SIGTSTP')
    await shell.waitFor(/Stopped/)
    await expectTerminalAsBefore(shell)
    shell.type('fg\r')
    await shell.waitFor(/work \[AGENT[\s\S]*I am here/)
    shell.type('and back\r')
    await shell.waitFor(/and back[\s\S]*and back/)
  })
})

/** A shell that runs `botster attach` on an agent, and the pid of that. */
async function attachedInShell(world: World, env = {}): Promise<{ shell: Terminal; tui: number }> {
  await world.newAgent('work', 'cat')
  const shell = world.openShell({ env })
  await shell.waitFor('$ ')
  shell.type('stty -a > ../before; botster attach; echo "ended with $?"\r')
  await shell.waitFor(/work \[AGENT/)
  shell.type('I am here\r')
  await shell.waitFor(/I am here[\s\S]*I am here/)
  return { shell, tui: onlyChild(shell.pid) }
}

function onlyChild(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number)
  expect(children).toHaveLength(1)
  return children[0]!
}

function isPlain(terminal: Terminal): boolean {
  return JSON.stringify(terminal.modes) === JSON.stringify(PLAIN)
}

/** Modes and line settings; typing must echo again, or the comparison would never show. */
async function expectTerminalAsBefore(shell: Terminal): Promise<void> {
  await until(() => isPlain(shell), { what: 'a plain terminal', seen: () => JSON.stringify(shell.modes) })
  shell.type('stty -a > ../after; cmp ../before ../after && echo same settings\r')
  await shell.waitFor(/^same settings/m)
}

async function expectAgentUntouched(world: World): Promise<void> {
  expect(await world.agents()).toMatchObject([{ name: 'work', status: 'running' }])
  await world.botster('send', 'work', 'you too', '--enter')
  await world.screenOf('work', /I am here\nI am here\nyou too\nyou too/)
}
