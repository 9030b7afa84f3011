import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { canPin } from '../../../lua/modules/fs/pinned.ts'
import { ended, firstOutput, fsForEachTest } from './support.ts'

const ATTACK_MS = 3000

const here = fsForEachTest()

describe('Paths from elsewhere', () => {
  beforeEach(() => {
    mkdirSync(here.dir.at('root/sub'), { recursive: true })
    mkdirSync(here.dir.at('outside'))
    writeFileSync(here.dir.at('outside/secret'), 'SECRET')
    writeFileSync(here.dir.at('root/sub/file'), 'inside')
    symlinkSync('../outside', here.dir.at('root/out'))
    symlinkSync(here.dir.at('outside'), here.dir.at('root/absolute'))
    symlinkSync('sub', here.dir.at('root/in'))
    symlinkSync(here.dir.at('root/sub'), here.dir.at('root/in_absolute'))
    symlinkSync('sub/../../outside', here.dir.at('root/winding'))
    symlinkSync('a', here.dir.at('root/b'))
    symlinkSync('b', here.dir.at('root/a'))
  })

  test('fs.resolve_safe: gives the path, with links that stay inside followed', async () => {
    expect(
      await here.t.run(`
        return fs.resolve_safe('root', 'sub/file'), fs.resolve_safe('root', 'in/./file'),
          fs.resolve_safe('root', 'in_absolute//file'), fs.resolve_safe('root', 'not/there/yet'), fs.resolve_safe('root', '.')`),
    ).toEqual([...Array(3).fill(here.dir.at('root/sub/file')), here.dir.at('root/not/there/yet'), here.dir.at('root')])
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
    expect(await here.failing("return fs.resolve_safe('root', ...)", path)).toMatchObject({ kind: 'unsafe' })
  })

  test('fs.resolve_safe: refuses NUL, circles of links and roots that are none', async () => {
    expect(await here.failing("return fs.resolve_safe('root', 'a\0b')")).toMatchObject({ kind: 'unsafe' })
    expect(await here.failing("return fs.resolve_safe('root', 'a/x')")).toMatchObject({ kind: 'too_many_links' })
    expect(await here.failing("return fs.resolve_safe('missing', 'x')")).toMatchObject({ kind: 'not_found' })
    expect(await here.failing("return fs.resolve_safe('outside/secret', 'x')")).toMatchObject({ kind: 'not_directory' })
    await expect(here.t.run("fs.resolve_safe('root')")).rejects.toThrow(
      "bad argument #2 to 'fs.resolve_safe' (string expected, got no value)",
    )
  })

  test('fs.read, fs.write, fs.stat, fs.listdir, fs.copy, fs.rename, fs.mkdir, fs.rmdir and fs.delete: with `within`, everything works inside and nothing outside', async () => {
    const [seen] = await here.t.run(`
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
      expect(await here.failing(`local w = { within = 'root' } return ${call}`), call).toMatchObject({ kind: 'unsafe' })
    }
    expect(await here.t.run("return fs.exists('out/secret', {within = 'root'})")).toEqual([false])
    expect(await here.failing("return fs.rmdir('.', {within = 'root'})")).toMatchObject({ kind: 'invalid' })
    expect(readdirSync(here.dir.at('outside'))).toEqual(['secret'])
    expect(readFileSync(here.dir.at('outside/secret'), 'utf8')).toBe('SECRET')
  })

  // Elsewhere there is a moment between looking and using: the documents say so.
  test.runIf(canPin())('fs: with `within`, a link that appears at the last moment leads nowhere either', async () => {
    mkdirSync(here.dir.at('root/flip'))
    writeFileSync(here.dir.at('root/flip/secret'), 'inside')
    const attacker = spawn(process.execPath, ['-e', SWAPS, here.dir.at('root'), here.dir.at('outside')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    onTestFinished(() => void attacker.kill())
    await firstOutput(attacker)
    const attack = () =>
      here.t.run(`
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
    expect(readdirSync(here.dir.at('outside'))).toEqual(['secret'])
    expect(readFileSync(here.dir.at('outside/secret'), 'utf8')).toBe('SECRET')
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
      await here.t.run(`local p, w = "${path}", { within = 'root' }
        fs.read(p, w) fs.write(p, 'x', w) fs.stat(p, w) fs.listdir(p, w) fs.exists(p, w) fs.resolve_safe('root', p)
        fs.read(p) fs.exists(p) fs.stat(p)`)
    }
    expect(readdirSync(here.dir.at('outside'))).toEqual(['secret'])
    expect(here.t.errors).toEqual([])
  })
})

const SWAPS = `
  const { existsSync, readlinkSync, renameSync, rmSync, symlinkSync } = require('node:fs')
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
    try {
      readlinkSync(root + '/spare')
    } catch {
      continue // the link is in the place of flip
    }
    // The other side has made a directory in between: it is flip from now on.
    if (existsSync(root + '/aside')) rmSync(root + '/aside', { recursive: true, force: true })
  }`
