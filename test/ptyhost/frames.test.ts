import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { PtyhostProcess, type TestClient, until } from './harness.ts'

let host: PtyhostProcess
let manager: TestClient

beforeAll(async () => {
  host = new PtyhostProcess()
  manager = await host.manager()
})
afterAll(() => host[Symbol.asyncDispose]())

test('nothing is shown between the begin and the end of a synchronized update', async () => {
  // Draws the whole screen in one letter, then the next, in many small writes and without a pause between updates.
  const program = `let n = 0
    const draw = () => {
      const letter = 'ABCDEFGH'[n++ % 8]
      process.stdout.write('\\x1b[?2026h\\x1b[H')
      for (let y = 1; y <= 20; y++) process.stdout.write('\\x1b[' + y + ';1H' + letter.repeat(60))
      process.stdout.write('\\x1b[?2026l')
      setImmediate(draw)
    }
    draw()`
  await manager.spawn('animation', [process.execPath, '-e', program], { cols: 60, rows: 20 })
  const screen = await manager.view('animation')
  const seen = new Set<string>()
  const apply = screen.apply.bind(screen)
  let torn = 0
  screen.apply = (frame) => {
    apply(frame)
    const letters = new Set(screen.lines.join(''))
    if (letters.size > 1)
      torn++ // rightly so when something stalled; otherwise nearly all frames would be
    else for (const letter of letters) seen.add(letter)
  }
  await until('a hundred frames, and all letters', () => screen.frames > 100 && seen.size === 8)
  expect(torn).toBeLessThan(screen.frames / 10)
  await manager.connection.request('kill', { session: 'animation', graceMs: 0 })
})

test('a program that never ends its update is shown after a moment', async () => {
  await manager.spawn('stuck', ['bash', '-c', String.raw`read; printf '\033[?2026hhalf done'; sleep 1000`])
  const screen = await manager.view('stuck', 2)
  await until('the first frame', () => screen.frames > 0)
  const start = performance.now()
  manager.type('stuck', '\r')
  await screen.shows('half done')
  expect(performance.now() - start).toBeGreaterThan(140)
})

test('only rows that changed are sent, and nothing when nothing did', async () => {
  await manager.spawn('quiet', ['bash', '-c', 'for i in $(seq 1 20); do echo line $i; done; cat'])
  const screen = await manager.view('quiet', 3)
  await screen.shows('line 20')
  await until('the line feed', () => screen.cursor.y === 20)
  manager.type('quiet', 'x')
  await screen.shows('line 20\nx')
  expect(screen.last!.full).toBe(false)
  expect(screen.last!.lines.map(([y]) => y)).toEqual([20])
  expect(screen.last!.modes).toBeUndefined()
  const frames = screen.frames
  // The same again: what the program prints changes nothing.
  manager.type('quiet', '\x7fx')
  await until('the echo', async () => (await manager.text('quiet')).includes('\nx'))
  await manager.text('quiet')
  expect(screen.frames).toBeLessThanOrEqual(frames + 2)
})

test('a viewer that moves to another session sees that one alone', async () => {
  for (const name of ['one', 'two']) await manager.spawn(name, ['bash', '-c', `echo I am ${name}; cat`])
  const first = await manager.view('one', 4)
  await first.shows('I am one')
  const second = await manager.view('two', 4)
  await second.shows('I am two')
  const frames = first.frames
  manager.type('one', 'unseen\r')
  await until('its echo', async () => (await manager.text('one')).includes('unseen'))
  expect(first.frames).toBe(frames)
  expect(second.text).not.toContain('unseen')
  await manager.connection.request('unview', { view: 4 })
  const then = second.frames
  manager.type('two', 'late\r')
  await until('its echo', async () => (await manager.text('two')).includes('late'))
  expect(second.frames).toBe(then)
})

test('a viewer that dies changes nothing for the others', async () => {
  await manager.spawn('shared', ['cat'])
  const screen = await manager.view('shared', 5)
  const victim = await host.manager()
  victim.acknowledging = false
  await victim.view('shared')
  victim[Symbol.dispose]()
  manager.type('shared', 'still here\r')
  await screen.shows('still here\nstill here')
})

test('what a terminal shows can be had as text, with colours and with lines from above', async () => {
  const script = String.raw`for i in $(seq 1 100); do echo $i; done; printf '\033[1;38;5;208mbold\033[m 日本 é👨‍👩‍👧\n'; cat`
  await manager.spawn('text', ['bash', '-c', script], { rows: 10 })
  await until('the end', async () => (await manager.text('text')).includes('👧\n'))
  expect((await manager.text('text')).split('\n').slice(-3)).toEqual(['100', 'bold 日本 é👨‍👩‍👧', ''])
  expect((await manager.text('text', 3)).split('\n').slice(0, 5)).toEqual(['90', '91', '92', '93', '94'])
  expect((await manager.text('text', 1e6)).split('\n').slice(0, 3)).toEqual(['1', '2', '3'])
  const { text } = await manager.connection.request('screen', { session: 'text', ansi: true })
  expect(text).toContain('\x1b[1;38;5;208mbold\x1b[m 日本 é👨‍👩‍👧')
})

function has(program: string): boolean {
  try {
    execFileSync('which', [program], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

test.skipIf(!has('vim'))('vim edits, resizes and restores the screen it covered', async () => {
  const file = join(host.directory, 'note.txt')
  writeFileSync(file, 'first line\nsecond line\n')
  await manager.spawn('vim', ['bash', '--norc'], { cwd: host.directory, rows: 20 })
  const screen = await manager.view('vim', 6, { size: { cols: 70, rows: 20 } })
  manager.type('vim', 'echo before; vim -u NONE -N note.txt\r')
  await screen.shows('second line\n~')
  expect(screen.modes!.alternateScreen).toBe(true)
  manager.type('vim', 'GoA 日本 line\x1b')
  await screen.shows('A 日本 line\n~')
  await manager.connection.request('resize', { session: 'vim', cols: 50, rows: 12 })
  await until(
    'vim to redraw',
    () => screen.grid.rows === 12 && screen.lines.filter((line) => line === '~').length === 8,
  )
  manager.type('vim', ':wq\r')
  await screen.shows('before')
  await until('the main screen', () => screen.modes!.alternateScreen === false)
  expect(screen.text).not.toContain('~')
})

test.skipIf(!has('less'))('less pages through a file with the keys of its mode', async () => {
  await manager.spawn('less', ['bash', '-c', 'seq 1 1000 | less'], { rows: 20 })
  const screen = await manager.view('less', 7)
  await screen.shows('19\n:')
  manager.type('less', ' ')
  await screen.shows('38\n:')
  manager.type('less', screen.modes!.applicationCursor ? '\x1bOA' : '\x1b[A')
  await screen.shows(/^19\n[\s\S]*37\n:/)
  manager.type('less', 'G')
  await screen.shows('1000\n(END)')
})
