import { spawn } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ended, fsForEachTest } from './support.ts'

const ALL_BYTES = Uint8Array.from({ length: 256 }, (_, i) => i)
const LARGE = 1 << 20

const here = fsForEachTest()

describe('fs.read', () => {
  test('fs.read: gives every byte of a file', async () => {
    writeFileSync(here.dir.at('bytes'), ALL_BYTES)
    expect(await here.t.run("return fs.read('bytes')")).toEqual([ALL_BYTES])
    expect(await here.t.run('return fs.read(...) == "" ', here.dir.at('missing'))).toEqual([false])
  })

  test('fs.read: a large file is waited for where Lua can wait, and read at once where it cannot', async () => {
    const bytes = new Uint8Array(LARGE).map((_, i) => i * 7)
    writeFileSync(here.dir.at('large'), bytes)
    expect((await here.t.run("return fs.read('large')"))[0]).toEqual(bytes)
    expect(here.t.now("return fs.read('large')")[0]).toEqual(bytes)
    const [order] = await here.t.run(`
      local order = {}
      local co = coroutine.wrap(function() order[1] = #fs.read('large') end)
      co()
      return order`)
    expect(order).toEqual([LARGE])
  })

  test('fs.read: files of /proc, which say they are empty, are read to their end', async () => {
    if (!existsSync('/proc/self/stat')) return
    expect(String((await here.t.run("return fs.read('/proc/self/stat')"))[0])).toContain(String(process.pid))
  })

  test('fs.read: says what is wrong', async () => {
    writeFileSync(here.dir.at('file'), '')
    mkdirSync(here.dir.at('sub'))
    symlinkSync('circle', here.dir.at('circle'))
    const path = here.dir.at('missing')
    expect(await here.failing('return fs.read(...)', path)).toEqual({
      kind: 'not_found',
      message: `cannot read ${path}: no such file or directory (ENOENT)`,
    })
    expect(await here.failing("return fs.read('sub')")).toMatchObject({ kind: 'is_directory' })
    expect(await here.failing("return fs.read('file/below')")).toMatchObject({ kind: 'not_directory' })
    expect(await here.failing("return fs.read('circle')")).toMatchObject({ kind: 'too_many_links' })
    expect(await here.failing("return fs.read(('n'):rep(300))")).toMatchObject({ kind: 'name_too_long' })
    expect(await here.failing("return fs.read('a\\0b')")).toMatchObject({ kind: 'invalid' })
    expect(await here.failing("return fs.read('')")).toMatchObject({ kind: 'invalid' })
  })

  test('fs.read: a pipe nobody writes to does not stop the hub', async () => {
    await run('mkfifo', here.dir.at('pipe'))
    expect(await here.failing("return fs.read('pipe')")).toMatchObject({ kind: 'not_a_file' })
    expect(await here.failing("return fs.read('/dev/zero')")).toMatchObject({ kind: 'not_a_file' })
  })

  test('fs.read: more than fits is refused before it is read', async () => {
    await run('truncate', '-s', '3G', here.dir.at('huge'))
    expect(await here.failing("return fs.read('huge')")).toEqual({
      kind: 'too_large',
      message: 'cannot read huge: its 3072 MB are too much to read at once (at most 64 MB): use io.open',
    })
  })

  test('fs.read: a wrong argument raises and names the function', async () => {
    await expect(here.t.run('return fs.read(nil)')).rejects.toThrow(
      "bad argument #1 to 'fs.read' (string expected, got nil)",
    )
    await expect(here.t.run("return fs.read('x', {within = 5})")).rejects.toThrow(
      "bad argument #2 to 'fs.read' (within: string expected, got number)",
    )
  })
})

describe('fs.write', () => {
  test('fs.write: writes every byte, small and large, and makes the parents', async () => {
    expect(await here.t.run("return fs.write('a/b/c', ...)", ALL_BYTES)).toEqual([true])
    expect(new Uint8Array(readFileSync(here.dir.at('a/b/c')))).toEqual(ALL_BYTES)
    const large = new Uint8Array(LARGE).map((_, i) => i)
    expect(await here.t.run("return fs.write('a/large', ...)", large)).toEqual([true])
    expect(new Uint8Array(readFileSync(here.dir.at('a/large')))).toEqual(large)
    expect(here.t.now("return fs.write('a/now', ...)", large)).toEqual([true])
    expect(readdirSync(here.dir.at('a'))).toEqual(['b', 'large', 'now'])
  })

  test('fs.write: keeps the mode of a file, and a script stays executable', async () => {
    writeFileSync(here.dir.at('script'), 'old', { mode: 0o751 })
    chmodSync(here.dir.at('script'), 0o751)
    await here.t.run("fs.write('script', 'new') fs.write('script', ('x'):rep(1e6))")
    expect(statSync(here.dir.at('script')).mode & 0o777).toBe(0o751)
  })

  test('fs.write: a link is written through, also one that leads nowhere yet', async () => {
    mkdirSync(here.dir.at('real'))
    symlinkSync('real/config', here.dir.at('link'))
    await here.t.run("fs.write('link', 'first') fs.write('link', 'second')")
    expect(lstatSync(here.dir.at('link')).isSymbolicLink()).toBe(true)
    expect(readFileSync(here.dir.at('real/config'), 'utf8')).toBe('second')
  })

  test('fs.write: a reader never sees a part of it', async () => {
    await here.t.run("fs.write('file', ('a'):rep(300000))")
    const reader = spawn(process.execPath, ['-e', READS_WHOLE, here.dir.at('file')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    onTestFinished(() => void reader.kill())
    let said = ''
    reader.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
    await expect.poll(() => said).toContain('ready')
    for (let i = 0; i < 60 || !said.includes('enough'); i++)
      await here.t.run("fs.write('file', (...):rep(300000))", i % 2 ? 'a' : 'b')
    await here.t.run("fs.write('file', 'end')")
    expect(await ended(reader)).toBe(0)
  })

  test('fs.write: what fails leaves the old file and nothing else', async () => {
    mkdirSync(here.dir.at('sub'))
    writeFileSync(here.dir.at('file'), 'old')
    expect(await here.failing("return fs.write('sub', '')")).toMatchObject({ kind: 'is_directory' })
    expect(await here.failing("return fs.write('file/below', '')")).toMatchObject({ kind: 'not_directory' })
    expect(await here.failing("return fs.write(('n'):rep(300), '')")).toMatchObject({ kind: 'name_too_long' })
    expect(await here.failing("return fs.write('/dev/null', '')")).toMatchObject({ kind: 'not_a_file' })
    expect(await here.failing("return fs.write('/proc/sys/x', '')")).toMatchObject({
      kind: expect.stringMatching(/not_found|permission/),
    })
    expect(readdirSync(here.dir.path).sort()).toEqual(['file', 'sub'])
    await expect(here.t.run("return fs.write('x')")).rejects.toThrow("bad argument #2 to 'fs.write'")
  })
})

const READS_WHOLE = `
  const { readFileSync } = require('node:fs')
  process.stdout.write('ready')
  for (let seen = 0; ; seen++) {
    const text = readFileSync(process.argv[1], 'latin1')
    if (seen === 10) process.stdout.write('enough')
    if (text === 'end') process.exit(seen > 10 ? 0 : 2)
    if (text.length !== 300000 || text !== text[0].repeat(300000)) process.exit(1)
  }`

async function run(command: string, ...args: string[]): Promise<void> {
  expect(await ended(spawn(command, args, { stdio: 'inherit' }))).toBe(0)
}
