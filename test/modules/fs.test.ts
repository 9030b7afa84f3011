import { type ChildProcess, spawn } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { fileFailure } from '../../lua/modules/fs/failures.ts'
import { fsModule } from '../../lua/modules/fs/index.ts'
import { canPin } from '../../lua/modules/fs/pinned.ts'
import { logModule } from '../../lua/modules/index.ts'
import { newVm, type TestVm } from '../lua/support.ts'
import { type TestDirectory, testDirectory } from './directory.ts'
import { expectExamplesToRun } from './examples.ts'

const ALL_BYTES = Uint8Array.from({ length: 256 }, (_, i) => i)
const LARGE = 1 << 20
/** How long somebody swaps a directory for a link while it is read: unprotected, some ten of thousands of reads leak. */
const ATTACK_MS = 3000

let dir: TestDirectory
let t: TestVm
beforeEach(async () => {
  dir = testDirectory()
  t = await newVm({ modules: [fsModule({ base: dir.path }), logModule(() => undefined)] })
})
afterEach(() => {
  t[Symbol.dispose]()
  dir[Symbol.dispose]()
})

/** What a failing call gives: its kind and message. */
async function failing(code: string, ...args: (string | Uint8Array)[]): Promise<{ kind: unknown; message: string }> {
  const [value, message, err] = await t.run(code, ...args)
  expect(value).toBeUndefined()
  const { kind, message: inTable } = err as { kind: unknown; message: string }
  expect(inTable).toBe(message)
  return { kind, message: message as string }
}

test('fs: every example of the reference runs', async () => {
  const before = `
    fs.write('settings.json', '{}') fs.write('notes/today.md', '') fs.write('notes/old.md', '')
    fs.write('draft.md', '') fs.write('notes.md', '') fs.mkdir('build/deep')`
  await expectExamplesToRun(t, fsModule({ base: dir.path }), before)
})

describe('fs.read', () => {
  test('fs.read: gives every byte of a file', async () => {
    writeFileSync(dir.at('bytes'), ALL_BYTES)
    expect(await t.run("return fs.read('bytes')")).toEqual([ALL_BYTES])
    expect(await t.run('return fs.read(...) == "" ', dir.at('missing'))).toEqual([false])
  })

  test('fs.read: a large file is waited for where Lua can wait, and read at once where it cannot', async () => {
    const bytes = new Uint8Array(LARGE).map((_, i) => i * 7)
    writeFileSync(dir.at('large'), bytes)
    expect((await t.run("return fs.read('large')"))[0]).toEqual(bytes)
    expect(t.now("return fs.read('large')")[0]).toEqual(bytes)
    const [order] = await t.run(`
      local order = {}
      local co = coroutine.wrap(function() order[1] = #fs.read('large') end)
      co()
      return order`)
    expect(order).toEqual([LARGE])
  })

  test('fs.read: files of /proc, which say they are empty, are read to their end', async () => {
    if (!existsSync('/proc/self/stat')) return
    expect(String((await t.run("return fs.read('/proc/self/stat')"))[0])).toContain(String(process.pid))
  })

  test('fs.read: says what is wrong', async () => {
    writeFileSync(dir.at('file'), '')
    mkdirSync(dir.at('sub'))
    symlinkSync('circle', dir.at('circle'))
    const path = dir.at('missing')
    expect(await failing('return fs.read(...)', path)).toEqual({
      kind: 'not_found',
      message: `cannot read ${path}: no such file or directory (ENOENT)`,
    })
    expect(await failing("return fs.read('sub')")).toMatchObject({ kind: 'is_directory' })
    expect(await failing("return fs.read('file/below')")).toMatchObject({ kind: 'not_directory' })
    expect(await failing("return fs.read('circle')")).toMatchObject({ kind: 'too_many_links' })
    expect(await failing("return fs.read(('n'):rep(300))")).toMatchObject({ kind: 'name_too_long' })
    expect(await failing("return fs.read('a\\0b')")).toMatchObject({ kind: 'invalid' })
    expect(await failing("return fs.read('')")).toMatchObject({ kind: 'invalid' })
  })

  test('fs.read: a pipe nobody writes to does not stop the hub', async () => {
    await run('mkfifo', dir.at('pipe'))
    expect(await failing("return fs.read('pipe')")).toMatchObject({ kind: 'not_a_file' })
    expect(await failing("return fs.read('/dev/zero')")).toMatchObject({ kind: 'not_a_file' })
  })

  test('fs.read: more than fits is refused before it is read', async () => {
    await run('truncate', '-s', '3G', dir.at('huge'))
    expect(await failing("return fs.read('huge')")).toEqual({
      kind: 'too_large',
      message: 'cannot read huge: its 3072 MB are too much to read at once (at most 64 MB): use io.open',
    })
  })

  test('fs.read: a wrong argument raises and names the function', async () => {
    await expect(t.run('return fs.read(nil)')).rejects.toThrow(
      "bad argument #1 to 'fs.read' (string expected, got nil)",
    )
    await expect(t.run("return fs.read('x', {within = 5})")).rejects.toThrow(
      "bad argument #2 to 'fs.read' (within: string expected)",
    )
  })
})

describe('fs.write', () => {
  test('fs.write: writes every byte, small and large, and makes the parents', async () => {
    expect(await t.run("return fs.write('a/b/c', ...)", ALL_BYTES)).toEqual([true])
    expect(new Uint8Array(readFileSync(dir.at('a/b/c')))).toEqual(ALL_BYTES)
    const large = new Uint8Array(LARGE).map((_, i) => i)
    expect(await t.run("return fs.write('a/large', ...)", large)).toEqual([true])
    expect(new Uint8Array(readFileSync(dir.at('a/large')))).toEqual(large)
    expect(t.now("return fs.write('a/now', ...)", large)).toEqual([true])
    expect(readdirSync(dir.at('a'))).toEqual(['b', 'large', 'now'])
  })

  test('fs.write: keeps the mode of a file, and a script stays executable', async () => {
    writeFileSync(dir.at('script'), 'old', { mode: 0o751 })
    chmodSync(dir.at('script'), 0o751)
    await t.run("fs.write('script', 'new') fs.write('script', ('x'):rep(1e6))")
    expect(statSync(dir.at('script')).mode & 0o777).toBe(0o751)
  })

  test('fs.write: a link is written through, also one that leads nowhere yet', async () => {
    mkdirSync(dir.at('real'))
    symlinkSync('real/config', dir.at('link'))
    await t.run("fs.write('link', 'first') fs.write('link', 'second')")
    expect(lstatSync(dir.at('link')).isSymbolicLink()).toBe(true)
    expect(readFileSync(dir.at('real/config'), 'utf8')).toBe('second')
  })

  test('fs.write: a reader never sees a part of it', async () => {
    const reader = spawn(process.execPath, ['-e', READS_WHOLE, dir.at('file')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    onTestFinished(() => void reader.kill())
    await t.run("fs.write('file', ('a'):rep(300000))")
    await once(reader, 'data')
    for (let i = 0; i < 60; i++) await t.run("fs.write('file', (...):rep(300000))", i % 2 ? 'a' : 'b')
    await t.run("fs.write('file', 'end')")
    expect(await ended(reader)).toBe(0)
  })

  test('fs.write: what fails leaves the old file and nothing else', async () => {
    mkdirSync(dir.at('sub'))
    writeFileSync(dir.at('file'), 'old')
    expect(await failing("return fs.write('sub', '')")).toMatchObject({ kind: 'is_directory' })
    expect(await failing("return fs.write('file/below', '')")).toMatchObject({ kind: 'not_directory' })
    expect(await failing("return fs.write(('n'):rep(300), '')")).toMatchObject({ kind: 'name_too_long' })
    expect(await failing("return fs.write('/dev/null', '')")).toMatchObject({ kind: 'not_a_file' })
    expect(await failing("return fs.write('/proc/sys/x', '')")).toMatchObject({
      kind: expect.stringMatching(/not_found|permission/),
    })
    expect(readdirSync(dir.path).sort()).toEqual(['file', 'sub'])
    await expect(t.run("return fs.write('x')")).rejects.toThrow("bad argument #2 to 'fs.write'")
  })
})

describe('Directories and entries', () => {
  test('fs.exists: true for files, directories and links that lead somewhere', async () => {
    writeFileSync(dir.at('file'), '')
    symlinkSync('file', dir.at('good'))
    symlinkSync('nowhere', dir.at('dangling'))
    const [seen] = await t.run(`
      local seen = {}
      for i, name in ipairs({ '.', 'file', 'good', 'dangling', 'missing', 'file/below', '', 'a\0' }) do
        seen[i] = fs.exists(name)
      end
      return seen`)
    expect(seen).toEqual([true, true, true, false, false, false, false, false])
    await expect(t.run('fs.exists({})')).rejects.toThrow("bad argument #1 to 'fs.exists' (string expected, got table)")
  })

  test('fs.is_dir: true for directories and links to them', async () => {
    mkdirSync(dir.at('sub'))
    writeFileSync(dir.at('file'), '')
    symlinkSync('sub', dir.at('link'))
    expect(await t.run("return fs.is_dir('sub'), fs.is_dir('link'), fs.is_dir('file'), fs.is_dir('missing')")).toEqual([
      true,
      true,
      false,
      false,
    ])
    await expect(t.run('fs.is_dir()')).rejects.toThrow("bad argument #1 to 'fs.is_dir' (string expected, got no value)")
  })

  test('fs.stat: says what is there, and that nothing is', async () => {
    writeFileSync(dir.at('file'), 'hello')
    chmodSync(dir.at('file'), 0o640)
    utimesSync(dir.at('file'), 1000.5, 1000.5)
    expect(await t.run("return fs.stat('file'), fs.stat('.').type, fs.stat('/dev/null').type")).toEqual([
      { exists: true, type: 'file', size: 5, modified: 1000.5, mode: 0o640, is_dir: false, is_file: true },
      'dir',
      'other',
    ])
    expect(await t.run("return fs.stat('missing'), fs.stat('file/x').exists")).toEqual([
      { exists: false, is_dir: false, is_file: false },
      false,
    ])
    symlinkSync('circle', dir.at('circle'))
    expect(await failing("return fs.stat('circle')")).toMatchObject({ kind: 'too_many_links' })
    await expect(t.run('fs.stat(true)')).rejects.toThrow("bad argument #1 to 'fs.stat' (string expected, got boolean)")
  })

  test('fs.listdir: gives sorted names, with every byte a name can have', async () => {
    mkdirSync(dir.at('sub'))
    for (const name of ['b', 'a', '.hidden', 'ü']) writeFileSync(dir.at('sub', name), '')
    const odd = Buffer.concat([Buffer.from(dir.at('sub/')), Buffer.from([0xff, 0x01, 0x0a])])
    writeFileSync(odd, 'found')
    const [names] = await t.run("return fs.listdir('sub')")
    expect(names).toEqual(['.hidden', 'a', 'b', 'ü', Uint8Array.of(0xff, 0x01, 0x0a)])
    expect(await t.run("return fs.read('sub/' .. fs.listdir('sub')[5])")).toEqual(['found'])
  })

  test('fs.listdir: an empty directory is an empty list, and thousands of entries are all there', async () => {
    mkdirSync(dir.at('empty'))
    mkdirSync(dir.at('many'))
    for (let i = 0; i < 1200; i++) writeFileSync(dir.at('many', `n${i}`), '')
    expect(await t.run("return #fs.listdir('empty'), #fs.listdir('many')")).toEqual([0, 1200])
    expect(t.now("return #fs.listdir('many')")).toEqual([1200])
    expect(await failing("return fs.listdir('nowhere')")).toMatchObject({ kind: 'not_found' })
    expect(await failing("return fs.listdir('many/n1')")).toMatchObject({ kind: 'not_directory' })
    await expect(t.run('fs.listdir(print)')).rejects.toThrow("bad argument #1 to 'fs.listdir'")
  })

  test('fs.copy: copies bytes and mode, over what is there, small and large', async () => {
    writeFileSync(dir.at('small'), ALL_BYTES, { mode: 0o600 })
    chmodSync(dir.at('small'), 0o750)
    writeFileSync(dir.at('large'), Buffer.alloc(3 << 20, 'xyz'))
    expect(await t.run("return fs.copy('small', 'to/small'), fs.copy('large', 'to/large')")).toEqual([true, true])
    expect(new Uint8Array(readFileSync(dir.at('to/small')))).toEqual(ALL_BYTES)
    expect(statSync(dir.at('to/small')).mode & 0o777).toBe(0o750)
    expect(readFileSync(dir.at('to/large')).equals(readFileSync(dir.at('large')))).toBe(true)
    expect(t.now("return fs.copy('large', 'to/small')")).toEqual([true])
    expect(statSync(dir.at('to/small'))).toMatchObject({ size: 3 << 20 })
    expect(await t.run("return fs.copy('small', 'small')")).toEqual([true])
    expect(new Uint8Array(readFileSync(dir.at('small')))).toEqual(ALL_BYTES)
  })

  test('fs.copy: says what is wrong and names both paths', async () => {
    mkdirSync(dir.at('sub'))
    expect(await failing("return fs.copy('missing', 'sub/deep/x')")).toEqual({
      kind: 'not_found',
      message: 'cannot copy missing to sub/deep/x: no such file or directory (ENOENT)',
    })
    expect(existsSync(dir.at('sub/deep'))).toBe(false)
    expect(await failing("return fs.copy('sub', 'other')")).toMatchObject({ kind: 'is_directory' })
    expect((await t.run("return select(3, fs.copy('sub', 'other')).to"))[0]).toBe('other')
    await expect(t.run("fs.copy('x')")).rejects.toThrow("bad argument #2 to 'fs.copy' (string expected, got no value)")
  })

  test('fs.rename: moves files and directories and makes the parents', async () => {
    await t.run("fs.write('a', '1') fs.write('sub/x', '2')")
    expect(await t.run("return fs.rename('a', 'new/place/b'), fs.rename('sub', 'new/sub')")).toEqual([true, true])
    expect(await t.run("return fs.read('new/place/b') .. fs.read('new/sub/x'), fs.exists('a')")).toEqual(['12', false])
  })

  test('fs.rename: says what is wrong, and makes nothing for what is not there', async () => {
    await t.run("fs.write('full/x', '') fs.mkdir('dir')")
    expect(await failing("return fs.rename('missing', 'made/x')")).toMatchObject({ kind: 'not_found' })
    expect(existsSync(dir.at('made'))).toBe(false)
    expect(await failing("return fs.rename('dir', 'full')")).toMatchObject({ kind: 'not_empty' })
    await expect(t.run("fs.rename('x', 5 > 4)")).rejects.toThrow("bad argument #2 to 'fs.rename'")
  })

  test('fs.mkdir: makes parents and does not mind what is there already', async () => {
    expect(await t.run("return fs.mkdir('a/b/c'), fs.mkdir('a/b/c'), fs.is_dir('a/b/c')")).toEqual([true, true, true])
    symlinkSync('a', dir.at('link'))
    await t.run("fs.write('file', '')")
    expect(await t.run("return fs.mkdir('link')")).toEqual([true])
    expect(await failing("return fs.mkdir('file')")).toMatchObject({ kind: 'exists' })
    expect(await failing("return fs.mkdir('file/sub')")).toMatchObject({ kind: 'not_directory' })
    await expect(t.run('fs.mkdir()')).rejects.toThrow("bad argument #1 to 'fs.mkdir'")
  })

  test('fs.rmdir: removes a tree and nothing that links in it lead to', async () => {
    await t.run("fs.write('keep/x', 'kept') fs.write('tree/a/b/c', '') fs.mkdir('tree/empty')")
    for (let i = 0; i < 1500; i++) writeFileSync(dir.at('tree/a', `n${i}`), '')
    symlinkSync('../keep', dir.at('tree/link'))
    expect(await t.run("return fs.rmdir('tree'), fs.exists('tree'), fs.read('keep/x')")).toEqual([true, false, 'kept'])
    await t.run("fs.write('tree/a/b', '')")
    expect(t.now("return fs.rmdir('tree'), fs.exists('tree')")).toEqual([true, false])
  })

  test('fs.rmdir: refuses files, links and the root', async () => {
    await t.run("fs.write('keep/x', '')")
    symlinkSync('keep', dir.at('link'))
    expect(await failing("return fs.rmdir('link')")).toMatchObject({ kind: 'not_directory' })
    expect(await failing("return fs.rmdir('keep/x')")).toMatchObject({ kind: 'not_directory' })
    expect(await failing("return fs.rmdir('missing')")).toMatchObject({ kind: 'not_found' })
    expect(await failing("return fs.rmdir('/')")).toMatchObject({ kind: 'invalid' })
    expect(readdirSync(dir.at('keep'))).toEqual(['x'])
    await expect(t.run('fs.rmdir(nil)')).rejects.toThrow("bad argument #1 to 'fs.rmdir'")
  })

  test('fs.delete: deletes files, links and empty directories', async () => {
    await t.run("fs.write('file', '') fs.write('full/x', '') fs.mkdir('empty')")
    symlinkSync('full', dir.at('link'))
    expect(await t.run("return fs.delete('file'), fs.delete('empty'), fs.delete('link')")).toEqual([true, true, true])
    expect(readdirSync(dir.path)).toEqual(['full'])
    expect(await failing("return fs.delete('full')")).toMatchObject({ kind: 'not_empty' })
    expect(await failing("return fs.delete('gone')")).toMatchObject({ kind: 'not_found' })
    await expect(t.run('fs.delete({})')).rejects.toThrow("bad argument #1 to 'fs.delete'")
  })
})

describe('Paths from elsewhere', () => {
  beforeEach(() => {
    mkdirSync(dir.at('root/sub'), { recursive: true })
    mkdirSync(dir.at('outside'))
    writeFileSync(dir.at('outside/secret'), 'SECRET')
    writeFileSync(dir.at('root/sub/file'), 'inside')
    symlinkSync('../outside', dir.at('root/out'))
    symlinkSync(dir.at('outside'), dir.at('root/absolute'))
    symlinkSync('sub', dir.at('root/in'))
    symlinkSync(dir.at('root/sub'), dir.at('root/in_absolute'))
    symlinkSync('sub/../../outside', dir.at('root/winding'))
    symlinkSync('a', dir.at('root/b'))
    symlinkSync('b', dir.at('root/a'))
  })

  test('fs.resolve_safe: gives the path, with links that stay inside followed', async () => {
    expect(
      await t.run(`
        return fs.resolve_safe('root', 'sub/file'), fs.resolve_safe('root', 'in/./file'),
          fs.resolve_safe('root', 'in_absolute//file'), fs.resolve_safe('root', 'not/there/yet'), fs.resolve_safe('root', '.')`),
    ).toEqual([...Array(3).fill(dir.at('root/sub/file')), dir.at('root/not/there/yet'), dir.at('root')])
  })

  test.each([
    '/etc/passwd',
    '../outside',
    'sub/..',
    '..',
    'sub/../../outside',
    'out/secret',
    'absolute/secret',
    'winding',
  ])('fs.resolve_safe: refuses %s', async (path) => {
    expect(await failing("return fs.resolve_safe('root', ...)", path)).toMatchObject({ kind: 'unsafe' })
  })

  test('fs.resolve_safe: refuses NUL, circles of links and roots that are none', async () => {
    expect(await failing("return fs.resolve_safe('root', 'a\0b')")).toMatchObject({ kind: 'unsafe' })
    expect(await failing("return fs.resolve_safe('root', 'a/x')")).toMatchObject({ kind: 'too_many_links' })
    expect(await failing("return fs.resolve_safe('missing', 'x')")).toMatchObject({ kind: 'not_found' })
    expect(await failing("return fs.resolve_safe('outside/secret', 'x')")).toMatchObject({ kind: 'not_directory' })
    await expect(t.run("fs.resolve_safe('root')")).rejects.toThrow(
      "bad argument #2 to 'fs.resolve_safe' (string expected, got no value)",
    )
  })

  test('fs: with `within`, everything works inside and nothing outside', async () => {
    const [seen] = await t.run(`
      local within = { within = 'root' }
      assert(fs.write('in/new/file', 'one', within))
      assert(fs.mkdir('made/deep', within))
      assert(fs.copy('in/new/file', 'copies/file', within))
      assert(fs.rename('copies/file', 'moved/file', within))
      local seen = {
        fs.read('sub/new/file', within), fs.read('moved/file', within), fs.exists('copies/file', within),
        fs.is_dir('made/deep', within), fs.is_dir('.', within), #fs.listdir('', within), fs.stat('sub', within).type,
      }
      assert(fs.delete('moved/file', within))
      assert(fs.rmdir('made', within))
      seen[#seen + 1] = fs.exists('made', within)
      return seen`)
    expect(seen).toEqual(['one', 'one', false, true, true, 11, 'dir', false])
    const calls = [
      "fs.read('out/secret', w)",
      "fs.write('out/secret', 'x', w)",
      "fs.write('out/new/x', 'x', w)",
      "fs.listdir('out', w)",
      "fs.stat('out/secret', w)",
      "fs.mkdir('absolute/made', w)",
      "fs.rmdir('out', w)",
      "fs.delete('out/secret', w)",
      "fs.copy('out/secret', 'stolen', w)",
      "fs.copy('sub/file', 'out/put', w)",
      "fs.rename('out/secret', 'stolen', w)",
      "fs.rename('sub/file', 'winding/put', w)",
    ]
    for (const call of calls) {
      expect(await failing(`local w = { within = 'root' } return ${call}`), call).toMatchObject({ kind: 'unsafe' })
    }
    expect(await t.run("return fs.exists('out/secret', {within = 'root'})")).toEqual([false])
    expect(await failing("return fs.rmdir('.', {within = 'root'})")).toMatchObject({ kind: 'invalid' })
    expect(readdirSync(dir.at('outside'))).toEqual(['secret'])
    expect(readFileSync(dir.at('outside/secret'), 'utf8')).toBe('SECRET')
  })

  // Elsewhere there is a moment between looking and using: the documents say so.
  test.runIf(canPin())('fs: with `within`, a link that appears at the last moment leads nowhere either', async () => {
    mkdirSync(dir.at('root/flip'))
    writeFileSync(dir.at('root/flip/secret'), 'inside')
    const attacker = spawn(process.execPath, ['-e', SWAPS, dir.at('root'), dir.at('outside')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    onTestFinished(() => void attacker.kill())
    await once(attacker, 'data')
    const attack = () =>
      t.run(`
      local w, seen = { within = 'root' }, { inside = 0, refused = 0, leaked = 0 }
      for i = 1, 200 do
        local content = fs.read('flip/secret', w)
        if content == 'SECRET' then seen.leaked = seen.leaked + 1
        elseif content then seen.inside = seen.inside + 1
        else seen.refused = seen.refused + 1 end
        if i % 20 == 0 then
          fs.write('flip/secret', 'inside', w)
          fs.write('flip/dropped' .. i, 'x', w)
          fs.delete('flip/dropped' .. i, w)
        end
      end
      return seen`)
    const total = { inside: 0, refused: 0, leaked: 0 }
    const until = Date.now() + ATTACK_MS
    while (Date.now() < until) {
      const [counts] = (await attack()) as [typeof total]
      for (const key of ['inside', 'refused', 'leaked'] as const) total[key] += counts[key]
    }
    attacker.kill()
    await ended(attacker)
    // The attack was real: some calls met the link, others the directory.
    expect(total).toEqual({ inside: expect.any(Number), refused: expect.any(Number), leaked: 0 })
    expect(Math.min(total.inside, total.refused)).toBeGreaterThan(0)
    expect(readdirSync(dir.at('outside'))).toEqual(['secret'])
    expect(readFileSync(dir.at('outside/secret'), 'utf8')).toBe('SECRET')
  })

  test('fs: random paths neither crash it nor leave the directory', async () => {
    let seed = 7
    const random = (below: number) => {
      seed = (seed * 1103515245 + 12345) % 2 ** 31
      return seed % below
    }
    const parts = ['..', '.', '/', 'sub', 'out', 'a', '\0', '', 'x'.repeat(300), 'in', '\xff\xfe', 'winding']
    for (let i = 0; i < 400; i++) {
      const path = Array.from({ length: 1 + random(5) }, () => parts[random(parts.length)]).join(random(2) ? '/' : '')
      await t.run(`local p, w = "${path}", { within = 'root' }
        fs.read(p, w) fs.write(p, 'x', w) fs.stat(p, w) fs.listdir(p, w) fs.exists(p, w) fs.resolve_safe('root', p)
        fs.read(p) fs.exists(p) fs.stat(p)`)
    }
    expect(readdirSync(dir.at('outside'))).toEqual(['secret'])
    expect(t.errors).toEqual([])
  })
})

test('fs: every error of the system is said in words', () => {
  for (const code of 'ENOENT EACCES EPERM EISDIR ENOTDIR EEXIST ENOTEMPTY ENOSPC EDQUOT EROFS EMFILE ENFILE ELOOP ENAMETOOLONG EXDEV EBUSY EIO EFAULT ENOMEM'.split(
    ' ',
  )) {
    const { message, fields } = fileFailure('write', '/x', Object.assign(new Error('raw'), { code }))
    expect(message).toMatch(new RegExp(`^cannot write /x: [a-z][^()]+ \\(${code}\\)$`))
    expect(fields).toMatchObject({ code, path: '/x', kind: expect.any(String) })
  }
  expect(() => fileFailure('write', '/x', new TypeError('a bug'))).toThrow('a bug')
})

test('fs: nothing stays open, whatever failed', async () => {
  if (!existsSync('/proc/self/fd')) return
  const open = () => readdirSync('/proc/self/fd').length
  const before = open()
  await t.run(`
    fs.write('sub/file', ('x'):rep(1e6))
    for i = 1, 20 do
      for _, w in ipairs({ {}, { within = 'sub' } }) do
        fs.read('file', w) fs.read('missing/x', w) fs.read('.', w) fs.write('.', 'x', w) fs.write('file/x', 'x', w)
        fs.listdir('file', w) fs.copy('file', '.', w) fs.copy('file', 'file/x', w) fs.rmdir('file', w)
        fs.rename('file', 'missing/../x', w)
      end
    end`)
  expect(open()).toBeLessThanOrEqual(before) // a process of another test may just have let go of its pipe
})

const READS_WHOLE = `
  const { readFileSync } = require('node:fs')
  process.stdout.write('ready')
  for (let seen = 0; ; seen++) {
    const text = readFileSync(process.argv[1], 'latin1')
    if (text === 'end') process.exit(seen > 10 ? 0 : 2)
    if (text.length !== 300000 || text !== text[0].repeat(300000)) process.exit(1)
  }`

const SWAPS = `
  const { renameSync, symlinkSync } = require('node:fs')
  const [, root, outside] = process.argv
  symlinkSync(outside, root + '/spare')
  process.stdout.write('ready')
  const move = (from, to) => {
    try {
      renameSync(root + from, root + to)
    } catch {} // the other side has just made something in its place
  }
  const pause = () => {
    for (const until = performance.now() + Math.random() * 0.2; performance.now() < until; );
  }
  for (;;) {
    move('/flip', '/aside')
    move('/spare', '/flip')
    pause()
    move('/flip', '/spare')
    move('/aside', '/flip')
    pause()
  }`

async function run(command: string, ...args: string[]): Promise<void> {
  expect(await ended(spawn(command, args, { stdio: 'inherit' }))).toBe(0)
}

function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode)
  return new Promise((done) => child.once('exit', done))
}

function once(child: ChildProcess, event: 'data'): Promise<void> {
  return new Promise((done) => child.stdout!.once(event, () => done()))
}
