import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { describe, expect, test } from 'vitest'
import { testDirectory } from '../directory.ts'
import { fsForEachTest } from './support.ts'

const ALL_BYTES = Uint8Array.from({ length: 256 }, (_, i) => i)

const here = fsForEachTest()

describe('Directories and entries', () => {
  test('fs.exists: true for files, directories and links that lead somewhere', async () => {
    writeFileSync(here.dir.at('file'), '')
    symlinkSync('file', here.dir.at('good'))
    symlinkSync('nowhere', here.dir.at('dangling'))
    const [seen] = await here.t.run(`
      local seen = {}
      for i, name in ipairs({ '.', 'file', 'good', 'dangling', 'missing', 'file/below', '', 'a\0' }) do
        seen[i] = fs.exists(name)
      end
      return seen`)
    expect(seen).toEqual([true, true, true, false, false, false, false, false])
    await expect(here.t.run('fs.exists({})')).rejects.toThrow(
      "bad argument #1 to 'fs.exists' (string expected, got table)",
    )
  })

  test('fs.is_dir: true for directories and links to them', async () => {
    mkdirSync(here.dir.at('sub'))
    writeFileSync(here.dir.at('file'), '')
    symlinkSync('sub', here.dir.at('link'))
    expect(
      await here.t.run("return fs.is_dir('sub'), fs.is_dir('link'), fs.is_dir('file'), fs.is_dir('missing')"),
    ).toEqual([true, true, false, false])
    await expect(here.t.run('fs.is_dir()')).rejects.toThrow(
      "bad argument #1 to 'fs.is_dir' (string expected, got no value)",
    )
  })

  test('fs.stat: says what is there, and that nothing is', async () => {
    writeFileSync(here.dir.at('file'), 'hello')
    chmodSync(here.dir.at('file'), 0o640)
    utimesSync(here.dir.at('file'), 1000.5, 1000.5)
    expect(await here.t.run("return fs.stat('file'), fs.stat('.').type, fs.stat('/dev/null').type")).toEqual([
      { exists: true, type: 'file', size: 5, modified: 1000.5, mode: 0o640, is_dir: false, is_file: true },
      'dir',
      'other',
    ])
    expect(await here.t.run("return fs.stat('missing'), fs.stat('file/x').exists")).toEqual([
      { exists: false, is_dir: false, is_file: false },
      false,
    ])
    symlinkSync('circle', here.dir.at('circle'))
    expect(await here.failing("return fs.stat('circle')")).toMatchObject({ kind: 'too_many_links' })
    await expect(here.t.run('fs.stat(true)')).rejects.toThrow(
      "bad argument #1 to 'fs.stat' (string expected, got boolean)",
    )
  })

  test('fs.listdir: gives sorted names, with every byte a name can have', async () => {
    mkdirSync(here.dir.at('sub'))
    for (const name of ['b', 'a', '.hidden', 'ü']) writeFileSync(here.dir.at('sub', name), '')
    const odd = Buffer.concat([Buffer.from(here.dir.at('sub/')), Buffer.from([0xff, 0x01, 0x0a])])
    writeFileSync(odd, 'found')
    const [names] = await here.t.run("return fs.listdir('sub')")
    expect(names).toEqual(['.hidden', 'a', 'b', 'ü', Uint8Array.of(0xff, 0x01, 0x0a)])
    expect(await here.t.run("return fs.read('sub/' .. fs.listdir('sub')[5])")).toEqual(['found'])
  })

  test('fs.listdir: an empty directory is an empty list, and thousands of entries are all there', async () => {
    mkdirSync(here.dir.at('empty'))
    mkdirSync(here.dir.at('many'))
    for (let i = 0; i < 1200; i++) writeFileSync(here.dir.at('many', `n${i}`), '')
    expect(await here.t.run("return #fs.listdir('empty'), #fs.listdir('many')")).toEqual([0, 1200])
    expect(here.t.now("return #fs.listdir('many')")).toEqual([1200])
    expect(await here.failing("return fs.listdir('nowhere')")).toMatchObject({ kind: 'not_found' })
    expect(await here.failing("return fs.listdir('many/n1')")).toMatchObject({ kind: 'not_directory' })
    await expect(here.t.run('fs.listdir(print)')).rejects.toThrow("bad argument #1 to 'fs.listdir'")
  })

  test('fs.copy: copies bytes and mode, over what is there, small and large', async () => {
    writeFileSync(here.dir.at('small'), ALL_BYTES, { mode: 0o600 })
    chmodSync(here.dir.at('small'), 0o750)
    writeFileSync(here.dir.at('large'), Buffer.alloc(3 << 20, 'xyz'))
    expect(await here.t.run("return fs.copy('small', 'to/small'), fs.copy('large', 'to/large')")).toEqual([true, true])
    expect(new Uint8Array(readFileSync(here.dir.at('to/small')))).toEqual(ALL_BYTES)
    expect(statSync(here.dir.at('to/small')).mode & 0o777).toBe(0o750)
    expect(readFileSync(here.dir.at('to/large')).equals(readFileSync(here.dir.at('large')))).toBe(true)
    expect(here.t.now("return fs.copy('large', 'to/small')")).toEqual([true])
    expect(statSync(here.dir.at('to/small'))).toMatchObject({ size: 3 << 20 })
    expect(await here.t.run("return fs.copy('small', 'small')")).toEqual([true])
    expect(new Uint8Array(readFileSync(here.dir.at('small')))).toEqual(ALL_BYTES)
  })

  test('fs.copy: says what is wrong and names both paths', async () => {
    mkdirSync(here.dir.at('sub'))
    expect(await here.failing("return fs.copy('missing', 'sub/deep/x')")).toEqual({
      kind: 'not_found',
      message: 'cannot copy missing to sub/deep/x: no such file or directory (ENOENT)',
    })
    expect(existsSync(here.dir.at('sub/deep'))).toBe(false)
    expect(await here.failing("return fs.copy('sub', 'other')")).toMatchObject({ kind: 'is_directory' })
    expect((await here.t.run("return select(3, fs.copy('sub', 'other')).to"))[0]).toBe('other')
    await expect(here.t.run("fs.copy('x')")).rejects.toThrow(
      "bad argument #2 to 'fs.copy' (string expected, got no value)",
    )
  })

  test('fs.rename: moves files and directories and makes the parents', async () => {
    await here.t.run("fs.write('a', '1') fs.write('sub/x', '2')")
    expect(await here.t.run("return fs.rename('a', 'new/place/b'), fs.rename('sub', 'new/sub')")).toEqual([true, true])
    expect(await here.t.run("return fs.read('new/place/b') .. fs.read('new/sub/x'), fs.exists('a')")).toEqual([
      '12',
      false,
    ])
  })

  test('fs.rename: says what is wrong, and makes nothing for what is not there', async () => {
    await here.t.run("fs.write('full/x', '') fs.mkdir('dir')")
    expect(await here.failing("return fs.rename('missing', 'made/x')")).toMatchObject({ kind: 'not_found' })
    expect(existsSync(here.dir.at('made'))).toBe(false)
    expect(await here.failing("return fs.rename('dir', 'full')")).toMatchObject({ kind: 'not_empty' })
    await expect(here.t.run("fs.rename('x', 5 > 4)")).rejects.toThrow("bad argument #2 to 'fs.rename'")
  })

  const other = '/dev/shm'
  const hasOther = existsSync(other) && statSync(other).dev !== statSync(tmpdir()).dev
  test.runIf(hasOther)('fs.rename: does not copy by itself to another file system', async () => {
    writeFileSync(here.dir.at('file'), 'here')
    using there = testDirectory(other)
    const target = there.at('file')
    expect(await here.failing('return fs.rename("file", ...)', target)).toEqual({
      kind: 'cross_device',
      message: `cannot rename file to ${target}: it would leave its file system: copy it and delete the original (EXDEV)`,
    })
    expect([readFileSync(here.dir.at('file'), 'utf8'), existsSync(target)]).toEqual(['here', false])
  })

  test('fs.mkdir: makes parents and does not mind what is there already', async () => {
    expect(await here.t.run("return fs.mkdir('a/b/c'), fs.mkdir('a/b/c'), fs.is_dir('a/b/c')")).toEqual([
      true,
      true,
      true,
    ])
    symlinkSync('a', here.dir.at('link'))
    await here.t.run("fs.write('file', '')")
    expect(await here.t.run("return fs.mkdir('link')")).toEqual([true])
    expect(await here.failing("return fs.mkdir('file')")).toMatchObject({ kind: 'exists' })
    expect(await here.failing("return fs.mkdir('file/sub')")).toMatchObject({ kind: 'not_directory' })
    await expect(here.t.run('fs.mkdir()')).rejects.toThrow("bad argument #1 to 'fs.mkdir'")
  })

  test('fs.rmdir: removes a tree and nothing that links in it lead to', async () => {
    await here.t.run("fs.write('keep/x', 'kept') fs.write('tree/a/b/c', '') fs.mkdir('tree/empty')")
    for (let i = 0; i < 1500; i++) writeFileSync(here.dir.at('tree/a', `n${i}`), '')
    symlinkSync('../keep', here.dir.at('tree/link'))
    expect(await here.t.run("return fs.rmdir('tree'), fs.exists('tree'), fs.read('keep/x')")).toEqual([
      true,
      false,
      'kept',
    ])
    await here.t.run("fs.write('tree/a/b', '')")
    expect(here.t.now("return fs.rmdir('tree'), fs.exists('tree')")).toEqual([true, false])
  })

  test('fs.rmdir: refuses files, links and the root', async () => {
    await here.t.run("fs.write('keep/x', '')")
    symlinkSync('keep', here.dir.at('link'))
    expect(await here.failing("return fs.rmdir('link')")).toMatchObject({ kind: 'not_directory' })
    expect(await here.failing("return fs.rmdir('keep/x')")).toMatchObject({ kind: 'not_directory' })
    expect(await here.failing("return fs.rmdir('missing')")).toMatchObject({ kind: 'not_found' })
    expect(await here.failing("return fs.rmdir('/')")).toMatchObject({ kind: 'invalid' })
    expect(readdirSync(here.dir.at('keep'))).toEqual(['x'])
    await expect(here.t.run('fs.rmdir(nil)')).rejects.toThrow("bad argument #1 to 'fs.rmdir'")
  })

  test('fs.delete: deletes files, links and empty directories', async () => {
    await here.t.run("fs.write('file', '') fs.write('full/x', '') fs.mkdir('empty')")
    symlinkSync('full', here.dir.at('link'))
    expect(await here.t.run("return fs.delete('file'), fs.delete('empty'), fs.delete('link')")).toEqual([
      true,
      true,
      true,
    ])
    expect(readdirSync(here.dir.path)).toEqual(['full'])
    expect(await here.failing("return fs.delete('full')")).toMatchObject({ kind: 'not_empty' })
    expect(await here.failing("return fs.delete('gone')")).toMatchObject({ kind: 'not_found' })
    await expect(here.t.run('fs.delete({})')).rejects.toThrow("bad argument #1 to 'fs.delete'")
  })
})
