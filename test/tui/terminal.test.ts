import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawn } from '@lydell/node-pty'
import { afterAll, describe, expect, test } from 'vitest'
import { colorDepth, terminalAbilities, wantsMouse } from '../../tui/terminal-abilities.ts'
import { Terminal } from '../e2e/harness/terminal.ts'
import { until } from '../e2e/harness/until.ts'

const directory = mkdtempSync(join(tmpdir(), 'botster-terminal-'))
const PROGRAM = join(import.meta.dirname, 'fixtures/terminal-program.ts')
const ENV = { PATH: process.env.PATH ?? '', HOME: directory, TERM: 'xterm-256color', PS1: 'prompt ', ENV: '' }
/** What a terminal is like while a shell waits in it. */
const PLAIN = { alternateScreen: false, mouse: 'none', paste: false, focus: false, cursorVisible: true }

afterAll(() => rmSync(directory, { recursive: true }))

test('while it is open the terminal is raw, on the alternate screen, with mouse, focus and paste reports', async () => {
  using shell = inShell('program')
  await shell.waitFor(/ready \d+ /)
  expect(shell.modes).toEqual({ alternateScreen: true, mouse: 'drag', paste: true, focus: true, cursorVisible: false })
  shell.type('\x03')
  await shell.waitFor('read "\\u0003"')
})

test('the mouse is left alone within screen, which would keep the escape key back, and where somebody says so', async () => {
  using shell = inShell('STY=1.x program')
  await shell.waitFor(/ready \d+ /)
  expect(shell.modes.mouse).toBe('none')
  shell.type('m') // a program inside asks for all of it
  await shell.waitFor('all moving')
  expect(shell.modes.mouse).toBe('none')
  shell.type('q')
  await expectRestored(shell, '0')
  expect(wantsMouse({ STY: '1.x', TMUX: '/tmp/tmux,1,0' })).toBe(true)
  expect(wantsMouse({ STY: '1.x', BOTSTER_MOUSE: '1' })).toBe(true)
  expect(wantsMouse({ BOTSTER_MOUSE: '0' })).toBe(false)
})

describe('the terminal is as it was', () => {
  test.each([
    ['after an orderly close', 'q', 0],
    ['after process.exit in the middle of something', 'e', 3],
    ['after a crash', 'c', 1],
  ])('%s', async (_name, key, code) => {
    using shell = inShell('program')
    await shell.waitFor(/ready \d+ /)
    shell.type(key)
    await expectRestored(shell, `${code}`)
    if (key === 'c') expect(shell.text()).toContain('invented crash')
  })

  test.each(['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT'] as const)('after %s', async (signal) => {
    using shell = inShell('ulimit -c 0; program')
    await shell.waitFor(/ready \d+ /)
    signalProgram(shell, signal)
    await expectRestored(shell, '1[2-4]\\d')
  })

  test('after more of mouse and keyboard was asked for', async () => {
    using shell = inShell('program')
    await shell.waitFor(/ready \d+ /)
    shell.type('m')
    await shell.waitFor('all moving')
    expect(shell.modes.mouse).toBe('any')
    expect(shell.output).toContain('\x1b[=31;1u')
    shell.type('q')
    await expectRestored(shell, '0')
  })
})

test('who wants to hear of a signal does, with the terminal restored', async () => {
  const log = join(directory, 'signals')
  using shell = inShell(`program ${log} handle`)
  await shell.waitFor(/ready \d+ /)
  signalProgram(shell, 'SIGTERM')
  await expectRestored(shell, '42')
  expect(readFileSync(log, 'utf8')).toBe('SIGTERM\n')
})

test('suspended it gives the terminal to the shell, continued it takes it back', async () => {
  using shell = new Terminal({ file: '/bin/sh', args: ['-i', '-m'], cwd: directory, env: ENV })
  await shell.waitFor('prompt')
  shell.type(`'${process.execPath}' '${PROGRAM}'\r`)
  await shell.waitFor(/ready \d+ /)
  shell.type('z')
  await shell.waitFor(/(Stopped|Suspended)[\s\S]*\nprompt *$/m) // typed earlier, the answer would stand behind the prompt
  expect(shell.modes).toEqual(PLAIN)
  shell.type('echo $((6*7))\r')
  await shell.waitFor(/^(prompt )?42$/m)
  shell.type('fg\r')
  await shell.waitFor('resumed')
  expect(shell.modes).toMatchObject({ alternateScreen: true, mouse: 'drag' })
  shell.type('\x01')
  await shell.waitFor('read "\\u0001"')
  shell.type('q')
  await shell.waitFor((terminal) => !terminal.modes.alternateScreen)
  expect(shell.modes).toEqual(PLAIN)
})

test('what is told while another program has the terminal comes when that has ended, and not all of it', async () => {
  const log = join(directory, 'lent')
  using shell = inShell(`program ${log}`)
  await shell.waitFor(/ready \d+ /)
  shell.type('l')
  await shell.waitFor('theirs now')
  expect(shell.modes).toEqual(PLAIN)
  shell.type('last word\r')
  await shell.waitFor('resumed')
  await until(() => shell.output.includes('\x07'), { what: 'the bell' })
  const [, ours = '', theirs = '', afterwards = ''] = shell.output.split('\x1b[?1049')
  expect(ours).toContain('ready')
  expect(theirs).toContain('theirs now\r\nlast word\r\ntheir last word')
  expect(theirs.slice(1).replace(/\x1b\[[?>0-9;]*[a-zA-Z]/g, '')).not.toMatch(/[\x07\x1b]|not for them/)
  const told = ['\x1b]52;c;second\x1b\\', ...[15, 16, 17, 18, 19, 20].map((n) => `\x1b]9;alert ${n}\x1b\\`), '\x07']
  expect(afterwards.slice(afterwards.indexOf('\x1b]'))).toBe(told.join(''))
  expect(readFileSync(log, 'utf8')).toBe('lent: true\nlent: false\ndrained\n')
  shell.type('q')
})

test('a new size is told at once', async () => {
  using shell = inShell('program')
  await shell.waitFor(/ready \d+ /)
  shell.resize(77, 19)
  await shell.waitFor('77x19')
})

test.runIf(process.platform === 'linux')('a terminal that goes away without a signal is noticed', async () => {
  const log = join(directory, 'gone')
  // In a session of its own the program gets no SIGHUP when its terminal is closed: it must see the end of its input.
  const shell = inShell(`setsid '${process.execPath}' '${PROGRAM}' ${log}`)
  await shell.waitFor(/ready \d+ /)
  shell[Symbol.dispose]()
  await until(() => existsSync(log) && readFileSync(log, 'utf8') === 'gone\n', { what: 'the program to notice' })
})

test('a terminal that takes no bytes holds up neither input nor the process', async () => {
  const log = join(directory, 'slow')
  const pty = spawn(process.execPath, [PROGRAM, log], { cols: 80, rows: 24, cwd: directory, env: ENV })
  try {
    await new Promise<void>((resolve) => pty.onData((data) => data.includes('ready') && resolve()))
    pty.pause()
    pty.write('f')
    const noted = () => (existsSync(log) ? readFileSync(log, 'utf8') : '')
    await until(() => noted().includes('took all: false'), { what: 'the write' })
    pty.write('d')
    await until(() => noted().includes('alive'), { what: 'a key to be read meanwhile' })
    expect(noted()).not.toContain('drained')
    pty.resume()
    await until(() => noted().includes('drained'), { what: 'the terminal to be ready again' })
  } finally {
    pty.kill('SIGKILL')
  }
})

test('colours are used as far as the environment says that the terminal has them', () => {
  expect(colorDepth({ TERM: 'xterm-256color', COLORTERM: 'truecolor' })).toBe('truecolor')
  expect(colorDepth({ TERM: 'xterm-256color' })).toBe('256')
  expect(colorDepth({ TERM: 'xterm-kitty' })).toBe('truecolor')
  expect(colorDepth({ TERM: 'xterm-256color', TERM_PROGRAM: 'iTerm.app' })).toBe('truecolor')
  expect(colorDepth({ TERM: 'linux' })).toBe('16')
  expect(colorDepth({ TERM: 'dumb' })).toBe('none')
  expect(colorDepth({ TERM: 'xterm-256color', COLORTERM: 'truecolor', NO_COLOR: '1' })).toBe('none')
  expect(terminalAbilities({ TERM: 'linux' })).toMatchObject({ links: false, synchronized: false })
  expect(terminalAbilities({ TERM: 'tmux-256color' })).toMatchObject({ backColorErase: false, repeat: false })
})

/** A shell that runs the fixture, called `program`, between two looks at the tty's settings. */
function inShell(script: string): Terminal {
  const program = `program() { '${process.execPath}' '${PROGRAM}' "$@"; }`
  const around = `echo before; saved=$(stty -g); ${script}; echo "ended with $?"; test "$saved" = "$(stty -g)" && echo same; cat`
  return new Terminal({
    file: '/bin/sh',
    args: ['-c', `trap : INT QUIT\n${program}\n${around}`],
    cwd: directory,
    env: ENV,
  })
}

function signalProgram(shell: Terminal, signal: NodeJS.Signals): void {
  process.kill(Number(/ready (\d+)/.exec(shell.text())![1]), signal)
}

/** Waits for the end with an exit code, and for the shell to say that the tty's settings are the same as before. */
async function expectRestored(shell: Terminal, code: string): Promise<void> {
  await shell.waitFor(new RegExp(`^ended with ${code}\\nsame$`, 'm'))
  expect(shell.modes).toEqual(PLAIN)
  expect(shell.screen()[0]).toBe('before')
  const pushed = shell.output.split('\x1b[>5u').length - 1
  const popped = shell.output.split('\x1b[<u').length - 1
  expect([pushed, popped]).toEqual([1, 1])
}
