import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Terminal } from './harness/terminal.ts'
import { until } from './harness/until.ts'
import { World } from './harness/world.ts'

function isInstalled(program: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

async function attachedTo(world: World, branch: string, command: string): Promise<Terminal> {
  await world.newAgent(branch, command)
  const terminal = world.open(['attach'])
  await terminal.waitFor(new RegExp(`${branch} \\[AGENT`))
  return terminal
}

describe('real programs', () => {
  test.runIf(isInstalled('vim'))('vim: arrows, colours, resize, saving', async () => {
    await using world = new World()
    const terminal = await attachedTo(world, 'vim', 'vim -u NONE -c "syntax on" shared.txt')
    await terminal.waitFor(/three\s*│\n[^\n]*~/)
    terminal.keys('down', 'end')
    terminal.type('A-changed')
    terminal.keys('escape')
    await terminal.waitFor('two-changed')
    terminal.resize(120, 40)
    await terminal.waitFor(() => terminal.screen().filter((row) => /[│┃|]~/.test(row)).length > 30)
    terminal.type(':wq\r')
    const { worktree } = await world.agent('vim')
    const file = join(worktree!, 'shared.txt')
    const saved = () =>
      existsSync(file) ? readFileSync(file, 'utf8') : 'nothing, while vim puts the new one in its place'
    await until(() => saved() === 'one\ntwo-changed\nthree\n', { what: 'the file to be saved', seen: saved })
  })

  test.runIf(isInstalled('less'))('less: paging, alternate screen, leaving it', async () => {
    await using world = new World()
    const terminal = await attachedTo(world, 'less', 'echo before; seq 1 500 > ../n; less ../n; echo after; cat')
    await terminal.waitFor(/│27\s/) // it has the panel's size now
    terminal.keys('pagedown')
    await terminal.waitFor(/│40\s/)
    terminal.keys('up')
    terminal.type('G')
    await terminal.waitFor(/│500\s/)
    expect(terminal.text()).not.toContain('before')
    terminal.type('q')
    await terminal.waitFor(/before[\s\S]*after/)
  })

  test.runIf(isInstalled('htop'))('htop: draws, reacts to keys and to the mouse', async () => {
    await using world = new World()
    const terminal = await attachedTo(world, 'htop', 'htop')
    await terminal.waitFor(/F10 ?Qui/)
    await terminal.waitFor(/PID\s*△?\s*USER/)
    terminal.resize(130, 35)
    await terminal.waitFor(() => /F10.*Quit/.test(terminal.screen()[33]!))
    const quit = terminal.find('Quit')!
    terminal.click(quit.x, quit.y)
    await until(async () => (await world.agent('htop')).status === 'exited', { what: 'htop to have ended' })
  })

  test('git log: colours and the pager', async () => {
    await using world = new World()
    for (let commit = 1; commit <= 60; commit++) {
      world.git('commit', '--quiet', '--allow-empty', '--message', `Commit number ${commit}`)
    }
    const terminal = await attachedTo(world, 'log', 'git log --oneline --color')
    await terminal.waitFor('Commit number 60')
    const { x, y } = terminal.find('Commit number 60')!
    expect(terminal.cell(x - 2, y).foreground).not.toBe(terminal.cell(x, y).foreground)
    terminal.type('G')
    await terminal.waitFor(/ First\s*│/)
  })

  test('a shell with job control', async () => {
    await using world = new World()
    const terminal = await attachedTo(world, 'jobs', 'bash --norc --noprofile')
    terminal.type('sleep 1000\r')
    await until(() => world.running('sleep').length > 0, { what: 'sleep to run' })
    terminal.keys('ctrl+z')
    await terminal.waitFor('Stopped')
    terminal.type('jobs; fg\r')
    await terminal.waitFor(/sleep 1000\s*│\n.*sleep 1000/)
    terminal.keys('ctrl+c')
    terminal.type('echo "status $?"\r')
    await terminal.waitFor('status 130')
  })

  test('the result of arrow keys follows the mode the program chose', async () => {
    await using world = new World()
    const terminal = await attachedTo(world, 'arrows', `stty raw -echo; printf 'ready'; cat -v`)
    await terminal.waitFor('ready')
    terminal.keys('up')
    await terminal.waitFor('^[[A')
    await world.newAgent('application', `stty raw -echo; printf '\\033[?1hprepared'; cat -v`)
    terminal.keys('ctrl+j')
    await terminal.waitFor('prepared')
    terminal.keys('up')
    await terminal.waitFor('^[OA')
  })

  test('100 KB pasted into a program that reads raw arrives whole', async () => {
    await using world = new World()
    const size = 100_000
    const text = Array.from({ length: size / 10 }, (_, at) => `${String(at).padStart(9, '0')}\n`).join('')
    const sum = createHash('sha256').update(text.replaceAll('\n', '\r')).digest('hex')
    const command = `stty raw -echo; printf 'ready\\r\\n'; head -c ${size} | sha256sum; stty sane; cat`
    const terminal = await attachedTo(world, 'paste', command)
    await terminal.waitFor('ready')
    terminal.paste(text)
    await terminal.waitFor(sum.slice(0, 40))
  })

  test('wide characters, emoji clusters and combining marks keep their columns', async () => {
    await using world = new World()
    const file = join(world.directory, 'wide.txt')
    writeFileSync(file, '|漢字|\n|👨‍👩‍👧👍🏽|\n|e\u0301a\u0308|\n|❤️|\n')
    const terminal = await attachedTo(world, 'wide', `cat ${file}; cat`)
    await terminal.waitFor('❤')
    const start = terminal.find('|漢字|')!
    for (const [line, width] of [4, 4, 2, 2].entries()) {
      expect(terminal.cell(start.x, start.y + line).text).toBe('|')
      expect(terminal.cell(start.x + width + 1, start.y + line).text).toBe('|')
    }
    expect(terminal.cell(start.x + 1, start.y + 1)).toMatchObject({ text: '👨‍👩‍👧', width: 2 })
  })

  test('the wheel scrolls back, and typing returns', async () => {
    await using world = new World()
    const terminal = await attachedTo(world, 'wheel', 'seq 1 300; cat')
    await terminal.waitFor(/│300\s/)
    const { x, y } = terminal.find('300')!
    terminal.wheel(10, x, y)
    await terminal.waitFor('SCROLLBACK')
    expect(terminal.text()).not.toMatch(/│300\s/)
    terminal.type('x')
    await terminal.waitFor(/│300\s/)
  })
})
