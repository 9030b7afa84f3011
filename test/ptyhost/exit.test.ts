import { readFileSync } from 'node:fs'
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

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'))
  } catch {
    return false
  }
}

test('the exit status and the final screen stay until they are released', async () => {
  await manager.spawn('short', ['bash', '-c', 'echo last words; exit 3'])
  await until('the exit', () => manager.signalsOf('exit').find(({ session }) => session === 'short'))
  expect((await manager.info('short')).exit).toEqual({ code: 3 })
  const screen = await manager.view('short')
  await screen.shows('last words')
  await manager.connection.request('release', { session: 'short' })
  await until('word of the release', () => manager.released.includes('short'))
  await expect(manager.connection.request('screen', { session: 'short' })).rejects.toMatchObject({
    code: 'unknown_session',
  })
})

test('the final screen takes another size, and keeps its last lines', async () => {
  const session = { cols: 40, rows: 10 }
  await manager.spawn('resized', ['bash', '-c', 'seq 20; printf end; exit 3'], session)
  await until('the exit', () => manager.signalsOf('exit').find(({ session }) => session === 'resized'))
  await manager.connection.request('resize', { session: 'resized', cols: 40, rows: 5 })
  const screen = await manager.view('resized')
  await screen.shows('end')
  expect((await manager.text('resized')).split('\n')[0]).toContain('17')
})

test('nothing of what a program printed before it ended is missing, however much it was', async () => {
  await manager.spawn('flood', ['bash', '-c', 'seq 1 300000; echo the end'])
  await until('the exit', () => manager.signalsOf('exit').find(({ session }) => session === 'flood'))
  const lines = [...(await manager.history('flood')), ...(await manager.text('flood')).split('\n')]
  expect(lines.length).toBeGreaterThan(300_000)
  expect(lines.slice(0, 300_001)).toEqual([...Array.from({ length: 300_000 }, (_, i) => String(i + 1)), 'the end'])
})

test('a program that is killed by a signal says which', async () => {
  const { pid } = await manager.spawn('victim', ['sleep', '1000'])
  process.kill(pid, 'SIGSEGV')
  await until('the exit', () => manager.signalsOf('exit').find(({ session }) => session === 'victim'))
  expect((await manager.info('victim')).exit).toEqual({ code: 0, signal: 'SIGSEGV' })
})

test('kill ends the whole family: children, jobs in groups of their own, those that ignore TERM', async () => {
  const script = `set -m; (trap '' TERM HUP; echo deaf:$BASHPID; while :; do sleep 0.1; done) &
    sleep 999 & echo job:$!; setsid -w true; trap '' TERM HUP; bash -c 'echo child:$$; sleep 1000'; sleep 1000`
  const { pid } = await manager.spawn('family', ['bash', '-c', script])
  const screen = await manager.view('family')
  await screen.shows(/(?:(?:deaf|job|child):\d+[\s\S]*){3}/)
  const pids = [...screen.text.matchAll(/(?:deaf|job|child):(\d+)/g)].map(([, number]) => Number(number))
  expect(pids.length).toBe(3)
  expect([pid, ...pids].every(isAlive)).toBe(true)
  const start = performance.now()
  await manager.connection.request('kill', { session: 'family', graceMs: 300 })
  expect(performance.now() - start).toBeGreaterThan(290)
  expect([pid, ...pids].filter(isAlive)).toEqual([])
})

test('an interactive shell and its jobs end without waiting for the grace to pass', async () => {
  await manager.spawn('shell', ['bash', '--norc', '-i'])
  const screen = await manager.view('shell')
  manager.type('shell', 'sleep 1234 & echo job:$!\r')
  await screen.shows(/job:\d+\n/)
  const job = Number(/job:(\d+)/.exec(screen.text)![1])
  await until('the job to run', () => readFileSync(`/proc/${job}/comm`, 'utf8') === 'sleep\n')
  const start = performance.now()
  await manager.connection.request('kill', { session: 'shell', graceMs: 60_000 })
  expect(performance.now() - start).toBeLessThan(30_000)
  expect(isAlive(job)).toBe(false)
})

test('what cannot be started says why', async () => {
  const refused = (argv: string[], more = {}) => expect(manager.spawn('never', argv, more)).rejects
  await refused(['no-such-program']).toMatchObject({ code: 'program_not_found' })
  await refused(['/etc/passwd']).toMatchObject({ code: 'program_not_found' })
  await refused(['cat'], { cwd: '/no/such/place' }).toMatchObject({ code: 'bad_cwd' })
  await manager.spawn('twice', ['cat'])
  await expect(manager.spawn('twice', ['cat'])).rejects.toMatchObject({ code: 'exists' })
  await expect(manager.connection.request('release', { session: 'twice' })).rejects.toMatchObject({ code: 'running' })
})

test('a program inherits no file of the ptyhost, and gets the environment it was given', async () => {
  await manager.spawn('inherits', ['bash', '-c', 'ls /proc/self/fd | tr "\\n" " "; echo; env | sort; pwd'], {
    cwd: host.directory,
    env: { PATH: process.env.PATH!, ONLY: 'this', TERM: 'xterm-256color' },
  })
  await until('the exit', () => manager.signalsOf('exit').find(({ session }) => session === 'inherits'))
  const text = await manager.text('inherits')
  expect(text.split('\n')[0]!.trim()).toBe('0 1 2 3') // 3 is ls reading the directory
  expect(text).toContain('ONLY=this')
  expect(text).not.toContain('BOTSTER')
  expect(text).not.toMatch(/SHLVL=[2-9]/)
  expect(text).toContain(join(host.directory))
})

test('a program that is killed in the moment it was started ends', async () => {
  for (let count = 0; count < 30; count++) {
    const session = `newborn-${count}`
    await Promise.all([
      manager.spawn(session, ['sleep', '1000']),
      manager.connection.request('kill', { session, graceMs: 0 }),
    ])
    expect((await manager.info(session)).exit?.signal).toMatch(/SIG(TERM|HUP|KILL)/)
  }
})
