import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { configModule } from '../../lua/modules/config/index.ts'
import { takeFileLock } from '../../lua/modules/file-lock.ts'
import { newVm, type TestVm } from '../lua/support.ts'
import { type TestDirectory, testDirectory } from './directory.ts'
import { expectExamplesToRun } from './examples.ts'

let dir: TestDirectory
let t: TestVm
const module = () =>
  configModule({ directory: dir.at('data'), luaPath: '/home/me/.botster/lua', env: { EDITOR: 'vim' } })
const file = () => dir.at('data/config.json')
beforeEach(async () => {
  dir = testDirectory()
  t = await newVm({ modules: [module()] })
})
afterEach(() => {
  t[Symbol.dispose]()
  dir[Symbol.dispose]()
})

test('config: every example of the reference runs', async () => {
  await expectExamplesToRun(t, module())
})

test('config.get: what was set is there, also for the next hub, as exactly as it was', async () => {
  const before = `return {
    text = 'ü', whole = 5, large = 9007199254740993, least = math.mininteger, float = 0.1, yes = true,
    list = { 1, 2 }, deep = { a = { b = { 'c' } } }, ['__proto__'] = 'own' }`
  const [values] = (await t.run(before)) as [Record<string, unknown>]
  for (const [key, value] of Object.entries(values)) await t.run('assert(config.set(...))', key, value as never)
  const read = 'local got = {} for k in pairs(config.all()) do got[k] = config.get(k) end return got'
  expect(await t.run(read)).toEqual([values])
  await using other = await newVm({ modules: [module()] })
  expect(await other.run(read)).toEqual([values])
  expect(await other.run("return config.get('large') == 9007199254740993, config.get('absent') == nil")).toEqual([
    true,
    true,
  ])
})

test('config.get: without a file there is nothing', async () => {
  expect(await t.run("return config.get('x'), next(config.all()) == nil")).toEqual([undefined, true])
  expect(existsSync(file())).toBe(false)
})

test('config.set: saves as a whole, readable for people, and for the user alone', async () => {
  await t.run("config.set('theme', 'light')")
  expect(readFileSync(file(), 'utf8')).toBe('{\n  "theme": "light"\n}\n')
  expect(statSync(file()).mode & 0o777).toBe(0o600)
  expect(statSync(dir.at('data')).mode & 0o777).toBe(0o700)
  expect(readdirSync(dir.at('data')).filter((name) => name.endsWith('.tmp'))).toEqual([])
})

test('config.set: nil removes a setting and leaves the others', async () => {
  await t.run("config.set('a', 1) config.set('b', 2) config.set('a', nil)")
  expect(await t.run('return config.all()')).toEqual([{ b: 2 }])
})

test('config.all: is a copy', async () => {
  await t.run("config.set('list', {1}) config.all().list[1] = 5 config.get('list')[1] = 5")
  expect(await t.run("return config.get('list')[1]")).toEqual([1])
})

test('config.get: sees what an editor changed', async () => {
  await t.run("config.set('a', 1)")
  writeFileSync(file(), '{"a": 2, "note": "by hand"}')
  expect(await t.run("return config.get('a')")).toEqual([2])
  await t.run("config.set('b', 3)")
  expect(JSON.parse(readFileSync(file(), 'utf8'))).toEqual({ a: 2, note: 'by hand', b: 3 })
})

test('config.set: hubs that save at the same time lose nothing of each other', async () => {
  mkdirSync(dir.at('data'))
  const others = ['x', 'y'].map((name) => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', SAVES, file(), name], { stdio: 'inherit' })
    onTestFinished(() => void child.kill())
    return child
  })
  for (let i = 0; i < 20; i++) {
    await t.run(SET_AT_LAST, `mine${i}`, i)
    await delay(10) // who never pauses may take the lock each time before the others look
  }
  expect(await Promise.all(others.map(ended))).toEqual([0, 0])
  expect(Object.keys(JSON.parse(readFileSync(file(), 'utf8')))).toHaveLength(60)
})

test('config.set: says so when others do not let go of the file', async () => {
  mkdirSync(dir.at('data'))
  {
    using _ = takeFileLock(`${file()}.lock`, 1000)
    expect((await t.run("return select(3, config.set('a', 1)).kind"))[0]).toBe('busy')
  }
  expect(await t.run("return config.set('a', 1)")).toEqual([true])
})

test('config.get, config.all, config.set: a broken file is said to be broken, and never overwritten', async () => {
  mkdirSync(dir.at('data'))
  for (const text of ['{ "a": 1,', '[1]', '5']) {
    writeFileSync(file(), text)
    for (const call of ["config.get('a')", 'config.all()', "config.set('a', 1)"]) {
      const [value, message, err] = await t.run(`return ${call}`)
      expect([value, err]).toEqual([undefined, expect.objectContaining({ kind: 'invalid', path: file() })])
      expect(message).toMatch(/^cannot (read|save) .*config\.json: it is not (valid JSON|a JSON object)/)
    }
    expect(readFileSync(file(), 'utf8')).toBe(text)
  }
})

test('config.set: says what cannot be saved, and forgets it', async () => {
  mkdirSync(file(), { recursive: true })
  expect((await t.run("return select(3, config.set('a', 1)).kind"))[0]).toBe('is_directory')
  const cases = {
    print: 'a function cannot be kept',
    '{ list = { 1, print } }': 'a function inside a table cannot leave Lua',
    '{ n = 0/0 }': 'NaN cannot be kept \\(at a.n\\)',
    '{ { b = "\\xff" } }': 'a string that is not text cannot be kept \\(at a\\[1\\].b\\)',
  }
  for (const [value, problem] of Object.entries(cases)) {
    await expect(t.run(`config.set('a', ${value})`)).rejects.toThrow(
      new RegExp(`bad argument #2 to 'config.set' \\(${problem}`),
    )
  }
})

test('config.get, config.set, config.env: wrong arguments raise and name the function', async () => {
  await expect(t.run('config.get()')).rejects.toThrow("bad argument #1 to 'config.get' (string expected, got no value)")
  await expect(t.run('config.set({}, 1)')).rejects.toThrow("bad argument #1 to 'config.set'")
  await expect(t.run('config.env(nil)')).rejects.toThrow("bad argument #1 to 'config.env'")
})

test('config.env: an environment variable, or nil', async () => {
  expect(await t.run("return config.env('EDITOR'), config.env('NO'), config.env('toString')")).toEqual([
    'vim',
    undefined,
    undefined,
  ])
})

test('config.lua_path, config.data_dir: where things are', async () => {
  expect(await t.run('return config.lua_path(), config.data_dir()')).toEqual(['/home/me/.botster/lua', dir.at('data')])
})

/** On a busy machine others may have the file for longer than one waits for it. */
const SET_AT_LAST = `
  local ok, message, err
  repeat ok, message, err = config.set(...) until ok or err.kind ~= 'busy'
  assert(ok, message)`

const SAVES = `
  import { ConfigFile } from ${JSON.stringify(new URL('../../lua/modules/config/file.ts', import.meta.url).href)}
  const [, path, name] = process.argv
  const file = new ConfigFile(path)
  for (let i = 0; i < 20; i++) {
    for (let isSaved = false; !isSaved; ) {
      try {
        file.set(name + i, i)
        isSaved = true
      } catch (error) {
        if (error.code !== 'EBUSY') throw error
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 10))
  }`

function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((done) => child.once('exit', done))
}
