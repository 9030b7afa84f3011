import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { systemModule } from '../../lua/modules/os.ts'
import { sandboxed } from '../../lua/vm/index.ts'
import { newVm, type TestVm } from '../lua/support.ts'
import { type TestDirectory, testDirectory } from './directory.ts'
import { expectExamplesToRun } from './examples.ts'
import { isAlive } from './processes.ts'

let dir: TestDirectory
let t: TestVm
let output: string[]
const module = () =>
  systemModule({
    base: dir.path,
    env: { PATH: process.env.PATH, HOME: '/home/me' },
    output: (stream, bytes, owner) => output.push(`${stream} ${owner}: ${Buffer.from(bytes).toString()}`),
  })
beforeEach(async () => {
  dir = testDirectory()
  output = []
  t = await newVm({ modules: [module()] })
})
afterEach(() => {
  t[Symbol.dispose]()
  dir[Symbol.dispose]()
})

test('os: every example of the reference runs', async () => {
  writeFileSync(dir.at('notes.txt'), '')
  const { functions, ...rest } = module()
  const { remove, time, clock, difftime, date, getenv, ...others } = functions
  // The rename needs what the removal takes away; those that only ask are tested with the VM.
  const made = { time: time!, date: date!, remove: remove! }
  await expectExamplesToRun(t, { ...rest, functions: others })
  writeFileSync(dir.at('notes.txt'), '')
  await expectExamplesToRun(t, { ...rest, functions: made })
  expect([clock, difftime, getenv].every(Boolean)).toBe(true)
})

test('os.execute: waits for a command and says how it ended', async () => {
  expect(await t.run("return os.execute('true')")).toEqual([true, 'exit', 0])
  expect(await t.run("return os.execute('exit 3')")).toEqual([undefined, 'exit', 3])
  expect(await t.run("return os.execute('kill -15 $$')")).toEqual([undefined, 'signal', 15])
  expect(await t.run('return os.execute()')).toEqual([true])
  expect(await t.run("return os.execute('no-such-command-here')")).toEqual([undefined, 'exit', 127])
})

test('os.execute: runs in the hub’s directory with its environment, and its output is not lost', async () => {
  await t.run("os.execute('echo $HOME $EXTRA > seen; pwd >> seen; echo out; echo err >&2', { env = { EXTRA = 'x' } })")
  expect(readFileSync(dir.at('seen'), 'utf8')).toBe(`/home/me x\n${dir.path}\n`)
  expect(output.toSorted()).toEqual(['stderr test: err\n', 'stdout test: out\n'])
})

test('os.execute: does not wait for what a command leaves in the background', async () => {
  const [pid] = await t
    .run("assert(os.execute('sleep 1000 & echo $! > pid')) return 1")
    .then(() => [Number(readFileSync(dir.at('pid'), 'utf8'))])
  expect(isAlive(pid!)).toBe(true)
  process.kill(pid!)
})

test('os.execute: a command that takes too long is ended with all its children', async () => {
  const [ok, message, err] = await t.run("return os.execute('sleep 1000 & echo $! > pid; wait', { timeout = 5 })")
  expect([ok, message, err]).toEqual([undefined, expect.stringContaining('too long'), expect.anything()])
  expect(err).toMatchObject({ kind: 'timeout' })
  await expect.poll(() => isAlive(Number(readFileSync(dir.at('pid'), 'utf8')))).toBe(false)
})

test('os.execute: ends with the owner of the script', async () => {
  const waiting = t.vm.run("os.execute('echo $$ > pid; sleep 1000')", { owner: 'plugin.p', chunkName: 'p' })
  const outcome = expect(waiting).rejects.toMatchObject({ kind: 'cancelled' })
  await expect.poll(() => existsSync(dir.at('pid')) && readFileSync(dir.at('pid'), 'utf8')).toMatch(/\d\n/)
  t.vm.releaseOwner('plugin.p')
  await outcome
  await expect.poll(() => isAlive(Number(readFileSync(dir.at('pid'), 'utf8')))).toBe(false)
})

test('os.execute: raises where Lua cannot wait, without starting anything, and for wrong arguments', async () => {
  expect(() => t.now("os.execute('touch made')")).toThrow("'os.execute' waits, and Lua cannot wait here")
  expect(existsSync(dir.at('made'))).toBe(false)
  await expect(t.run('os.execute({})')).rejects.toThrow("bad argument #1 to 'os.execute' (string expected, got table)")
  await expect(t.run("os.execute('true', { timeout = -1 })")).rejects.toThrow(
    "bad argument #2 to 'os.execute' (timeout: seconds expected, got -1)",
  )
  await expect(t.run("os.execute('true', { env = { A = 5 } })")).rejects.toThrow('env: text expected for A')
  const [, , noDirectory] = await t.run("return os.execute('true', { cwd = 'missing' })")
  expect(noDirectory).toMatchObject({ kind: 'spawn_failed' })
  const [, , nul] = await t.run("return os.execute('a\\0b')")
  expect(nul).toMatchObject({ kind: 'invalid' })
})

test('os.remove: deletes files and empty directories', async () => {
  mkdirSync(dir.at('full/sub'), { recursive: true })
  writeFileSync(dir.at('file'), '')
  expect(await t.run("return os.remove('file'), os.remove('full/sub')")).toEqual([true, true])
  mkdirSync(dir.at('full/again'))
  const [ok, message, err] = await t.run("return os.remove('full')")
  expect([ok, message]).toEqual([undefined, 'cannot remove full: the directory is not empty (ENOTEMPTY)'])
  expect(err).toMatchObject({ kind: 'not_empty' })
  expect((await t.run("return select(3, os.remove('file')).kind"))[0]).toBe('not_found')
  await expect(t.run('os.remove()')).rejects.toThrow("bad argument #1 to 'os.remove' (string expected, got no value)")
})

test('os.rename: moves a file over another', async () => {
  writeFileSync(dir.at('a'), 'a')
  writeFileSync(dir.at('b'), 'b')
  expect(await t.run("return os.rename('a', 'b')")).toEqual([true])
  expect(readFileSync(dir.at('b'), 'utf8')).toBe('a')
  expect((await t.run("return select(2, os.rename('a', 'c'))"))[0]).toBe(
    'cannot rename a to c: no such file or directory (ENOENT)',
  )
  mkdirSync(dir.at('sub'))
  const kinds = "return select(3, os.rename('a', 'c')).kind, select(3, os.rename('b', 'sub')).kind"
  expect(await t.run(kinds)).toEqual(['not_found', 'is_directory'])
  await expect(t.run("os.rename('a')")).rejects.toThrow("bad argument #2 to 'os.rename'")
})

test('os.tmpname: says why it cannot make one', async () => {
  vi.stubEnv('TMPDIR', dir.at('missing'))
  onTestFinished(() => void vi.unstubAllEnvs())
  const [path, message, err] = await t.run('return os.tmpname()')
  expect([path, message]).toEqual([undefined, expect.stringMatching(/^cannot make .*: no such file or directory/)])
  expect(err).toMatchObject({ kind: 'not_found' })
})

test('os.tmpname: gives a new empty file', async () => {
  const [a, b] = (await t.run('return os.tmpname(), os.tmpname()')) as [string, string]
  expect([a !== b, readFileSync(a, 'utf8'), readFileSync(b, 'utf8')]).toEqual([true, '', ''])
  for (const path of [a, b]) rmSync(path)
})

test('os.exit: ends the script and not the process', async () => {
  for (const [code, number] of [
    ['', 0],
    ['true', 0],
    ['false', 1],
    ['7', 7],
  ]) {
    await expect(t.run(`os.exit(${code}) error('went on')`)).rejects.toMatchObject({
      kind: 'exit',
      value: { code: number },
      message: `the script ended itself with os.exit(${number})`,
    })
  }
  await expect(t.run("os.exit('x')")).rejects.toThrow("bad argument #1 to 'os.exit'")
})

test('os.getenv, os.setlocale: say what there is', async () => {
  expect(await t.run("return os.getenv('HOME'), os.getenv('NO'), os.setlocale(), os.setlocale('de_DE')")).toEqual([
    '/home/me',
    undefined,
    'C',
    undefined,
  ])
  await expect(t.run("os.setlocale('C', 'x')")).rejects.toThrow(
    "bad argument #2 to 'os.setlocale' (invalid option 'x')",
  )
})

test('os.time, os.date, os.clock, os.difftime: tell the time', async () => {
  const now = Math.floor(Date.now() / 1000)
  const [time, date, clock, difference] = (await t.run(
    "return os.time(), os.date('!%Y-%m-%d', 86400), os.clock(), os.difftime(5, 3)",
  )) as [number, string, number, number]
  expect(time - now).toBeLessThan(5)
  expect([date, clock > 0, difference]).toEqual(['1970-01-02', true, 2])
})

test('os.time, os.date: what is no time raises and says why', async () => {
  const cases: Record<string, string> = {
    'os.time({ year = 2024 })': "bad argument #1 to 'os.time' (field 'month' missing in date table)",
    "os.time({ year = 2024, month = 'May', day = 1 })":
      "bad argument #1 to 'os.time' (field 'month' is not an integer)",
    'os.time({ year = 1e300, month = 1, day = 1 })': "bad argument #1 to 'os.time' (",
    'os.time({ year = 300000, month = 1, day = 1 })':
      "bad argument #1 to 'os.time' (time result cannot be represented)",
    'os.time(5)': "bad argument #1 to 'os.time' (table expected, got number)",
    "os.date('%Q')": "bad argument #1 to 'os.date' (invalid conversion specifier '%Q')",
    "os.date('%c', 1e300)": "bad argument #2 to 'os.date' (date result cannot be represented, got 1e+300)",
    "os.date('%c', 'now')": "bad argument #2 to 'os.date' (number expected, got string)",
  }
  for (const [call, problem] of Object.entries(cases)) await expect(t.run(call), call).rejects.toThrow(problem)
})

test('os: sandboxed scripts see the clock and nothing that reaches out', () => {
  const [os] = sandboxed([module()])
  expect(Object.keys(os!.functions).sort()).toEqual(['clock', 'date', 'difftime', 'getenv', 'time'])
})
