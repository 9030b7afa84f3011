import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { chmod } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { RepositoryTrust } from '../../../hub/trust.ts'
import { type TemporaryDirectory, temporaryDirectory } from '../support/directory.ts'
import { refused, value } from '../support/outcome.ts'

let temporary: TemporaryDirectory
let root: string
let layer: string
let directory: string
beforeEach(async () => {
  temporary = await temporaryDirectory()
  root = join(temporary.path, 'repo')
  layer = join(root, '.botster')
  directory = join(temporary.path, 'config/hubs/x')
  mkdirSync(root)
})
afterEach(() => temporary[Symbol.asyncDispose]())

const open = (options: { ignored?: boolean; root?: string } = {}) =>
  RepositoryTrust.open({ root, directory, userDirectory: join(temporary.path, 'user'), ...options })

function write(path: string, text = '', at = layer): string {
  const file = join(at, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
  return file
}

const mode = (path: string) => (statSync(path).mode & 0o777).toString(8)

describe('Trusting a content', () => {
  test('There is nothing to trust without a layer, and nothing is in force before it is trusted', async () => {
    const trust = await open()
    expect(trust.status).toEqual({ path: layer, state: 'none', files: 0 })
    expect(refused(await trust.grant(), 'no_layer').message).toContain('nothing to trust')
    write('shared/plugins/p/init.lua', 'one')
    expect(await trust.look()).toMatchObject({
      state: 'untrusted',
      files: 1,
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
    expect(trust.status.root).toBeUndefined()
  })

  test('What was trusted is in force from a private copy, also for the next hub', async () => {
    const script = write('shared/workspace_teardown', '#!/bin/sh\n')
    await chmod(script, 0o755)
    mkdirSync(join(layer, 'profiles/empty'), { recursive: true })
    const status = value(await (await open()).grant())
    expect(status).toMatchObject({ state: 'trusted', grade: 'content' })
    const copy = status.root!
    expect(copy.startsWith(directory)).toBe(true)
    expect(readFileSync(join(copy, 'shared/workspace_teardown'), 'utf8')).toBe('#!/bin/sh\n')
    expect([mode(join(copy, 'shared/workspace_teardown')), mode(copy), mode(dirname(copy))]).toEqual([
      '755',
      '700',
      '700',
    ])
    expect(existsSync(join(copy, 'profiles/empty'))).toBe(true)
    expect(mode(join(directory, 'trust.json'))).toBe('600')
    expect((await open()).status).toEqual(status)
  })

  test.for<[string, () => unknown]>([
    ['another text', () => write('lua/a.lua', 'two')],
    [
      'a text of the same length and time',
      () => {
        const { atime, mtime } = statSync(join(layer, 'lua/a.lua'))
        write('lua/a.lua', 'ONE')
        execFileSync('touch', ['-d', mtime.toISOString(), join(layer, 'lua/a.lua')])
        return atime
      },
    ],
    ['a mode', () => chmod(join(layer, 'lua/a.lua'), 0o755)],
    ['one more file', () => write('lua/b.lua')],
    ['one more directory', () => mkdirSync(join(layer, 'profiles/x'), { recursive: true })],
    ['a file less', () => rmSync(join(layer, 'lua/c.lua'))],
    ['another name', () => renameSync(join(layer, 'lua/a.lua'), join(layer, 'lua/A.lua'))],
    [
      'a link in its place',
      () => {
        renameSync(join(layer, 'lua/a.lua'), join(temporary.path, 'a.lua'))
        symlinkSync(join(temporary.path, 'a.lua'), join(layer, 'lua/a.lua'))
      },
    ],
    [
      'a link in place of a directory',
      () => {
        renameSync(join(layer, 'lua'), join(temporary.path, 'lua'))
        symlinkSync(join(temporary.path, 'lua'), join(layer, 'lua'))
      },
    ],
    [
      'a link in place of all',
      () => {
        renameSync(layer, join(temporary.path, 'layer'))
        symlinkSync(join(temporary.path, 'layer'), layer)
      },
    ],
  ])('%s is noticed, and changes nothing of what is in force', async ([, change]) => {
    write('lua/a.lua', 'one')
    write('lua/c.lua', 'one')
    const before = value(await (await open()).grant())
    await change()
    const after = (await open()).status
    expect(after).toMatchObject({ state: 'changed', root: before.root })
    expect(readFileSync(join(after.root!, 'lua/a.lua'), 'utf8')).toBe('one')
  })

  test('What git, a file browser and botster itself keep there counts for nothing', async () => {
    write('lua/a.lua', 'one')
    const { root: copy } = value(await (await open()).grant())
    for (const path of ['context.json', '.git/HEAD', 'lua/.git/HEAD', '.DS_Store', 'lua/.DS_Store']) write(path, 'x')
    expect((await open()).status.state).toBe('trusted')
    expect(existsSync(join(copy!, 'context.json'))).toBe(false)
    write('lua/context.json', 'not botster’s')
    expect((await open()).status.state).toBe('changed')
  })

  test('What changed since it was shown is not trusted', async () => {
    write('lua/a.lua', 'harmless')
    const trust = await open()
    const shown = (await trust.review()).status.hash!
    write('lua/a.lua', 'hostile')
    expect(refused(await trust.grant({ hash: shown }), 'changed').message).toContain('has changed since it was shown')
    expect(refused(await trust.grant({ hash: shown, always: true }), 'changed').message).toContain('look at it again')
    expect(trust.status.state).toBe('untrusted')
    expect(existsSync(join(directory, 'trust.json'))).toBe(false)
  })

  test('Whatever is swapped while it is read: what is in force is what was shown, byte for byte', async () => {
    const shown = write('lua/a.lua', 'harmless')
    const other = join(temporary.path, 'other')
    const trust = await open()
    const { hash } = await trust.look()
    let isSwapping = true
    let turn = 0
    const swap = () => {
      if (!isSwapping) return
      const text = ['harmless', 'hostile!', undefined][turn++ % 3]
      if (text === undefined) symlinkSync('/etc/hostname', other)
      else writeFileSync(other, text)
      renameSync(other, shown)
      setImmediate(swap)
    }
    swap()
    for (let i = 0; i < 200; i++) {
      const outcome = await trust.grant({ hash })
      if (!outcome.ok) continue
      expect(readFileSync(join(outcome.value.root!, 'lua/a.lua'), 'utf8')).toBe('harmless')
      await trust.revoke()
    }
    isSwapping = false
    writeFileSync(other, 'harmless')
    renameSync(other, shown)
    value(await trust.grant({ hash }))
  })

  test('A copy that somebody meddled with is made anew, or not used when it cannot be', async () => {
    write('lua/a.lua', 'one')
    const { root: copy } = value(await (await open()).grant())
    writeFileSync(join(copy!, 'lua/a.lua'), 'two')
    writeFileSync(join(copy!, 'lua/more.lua'), 'two')
    expect((await open()).status.root).toBe(copy)
    expect(readFileSync(join(copy!, 'lua/a.lua'), 'utf8')).toBe('one')
    expect(existsSync(join(copy!, 'lua/more.lua'))).toBe(false)
    writeFileSync(join(copy!, 'lua/a.lua'), 'two')
    write('lua/a.lua', 'three')
    expect((await open()).status).toMatchObject({ state: 'changed', root: undefined })
  })

  test('A record of another directory, or a damaged one, is none', async () => {
    write('lua/a.lua', 'one')
    await (await open()).grant()
    const other = join(temporary.path, 'other')
    write('lua/a.lua', 'one', join(other, '.botster'))
    expect((await open({ root: other })).status).toMatchObject({ state: 'untrusted', root: undefined })
    writeFileSync(join(directory, 'trust.json'), '{"grade":"always"')
    expect((await open()).status.state).toBe('untrusted')
    writeFileSync(join(directory, 'trust.json'), JSON.stringify({ root, at: 0, grade: 'content', hash: '../../x' }))
    expect((await open()).status.state).toBe('untrusted')
  })

  test('Without its layer nothing is in force, and the same content is known again', async () => {
    write('lua/a.lua', 'one')
    const trust = await open()
    await trust.grant()
    renameSync(layer, `${layer}-`)
    expect(await trust.look()).toMatchObject({ state: 'none', root: undefined })
    renameSync(`${layer}-`, layer)
    expect((await trust.look()).state).toBe('trusted')
  })

  test('Copies of what is trusted no longer go', async () => {
    write('lua/a.lua', 'one')
    const trust = await open()
    const first = value(await trust.grant()).root!
    write('lua/a.lua', 'two')
    const second = value(await trust.grant()).root!
    expect([existsSync(first), existsSync(second)]).toEqual([true, true])
    await trust.prune()
    expect([existsSync(first), existsSync(second)]).toEqual([false, true])
    expect([await trust.revoke(), await trust.revoke()]).toEqual([true, false])
    expect(trust.status).toMatchObject({ state: 'untrusted', root: undefined })
    expect(existsSync(second)).toBe(false)
  })
})

describe('What cannot be trusted as it is', () => {
  test.for<[string, () => unknown]>([
    ['is a symbolic link', () => symlinkSync('/etc/passwd', join(layer, 'lua/link'))],
    ['is a symbolic link', () => symlinkSync('.', join(layer, 'lua/loop'))],
    ['is a pipe', () => execFileSync('mkfifo', [join(layer, 'lua/pipe')])],
    ['is larger than 4 MiB', () => write('lua/large', 'x'.repeat((4 << 20) + 1))],
    [
      'is larger than 16 MiB altogether',
      () => {
        for (let i = 0; i < 5; i++) write(`lua/large${i}`, 'x'.repeat(4 << 20))
      },
    ],
    [
      'holds more than 2000 files',
      () => {
        for (let i = 0; i < 2000; i++) write(`lua/${i}`)
      },
    ],
    ['is more than 16 directories deep', () => mkdirSync(join(layer, 'd/'.repeat(17)), { recursive: true })],
    [
      'whose name is not UTF-8',
      () => writeFileSync(Buffer.concat([Buffer.from(`${layer}/lua/`), Buffer.from([0xff])]), ''),
    ],
  ])('A file that %s: it is named, and only the directory can be trusted', async ([reason, make]) => {
    write('lua/a.lua', 'one')
    await make()
    const trust = await open()
    expect(trust.status).toMatchObject({ state: 'untrusted', problem: expect.stringContaining(reason) })
    expect(refused(await trust.grant(), 'not_trustable').message).toContain(reason)
    expect(value(await trust.grant({ always: true }))).toMatchObject({ state: 'trusted', grade: 'always', root: layer })
  })

  test('A link in place of the directory: not even for always', async () => {
    write('lua/a.lua', 'one', join(temporary.path, 'elsewhere'))
    symlinkSync(join(temporary.path, 'elsewhere'), layer)
    const trust = await open()
    expect(trust.status.problem).toContain('is a symbolic link: it must be a directory')
    for (const always of [false, true]) refused(await trust.grant({ always }), 'not_trustable')
    rmSync(layer)
    write('lua/a.lua', 'one')
    await trust.grant({ always: true })
    renameSync(layer, `${layer}-`)
    symlinkSync(`${layer}-`, layer)
    expect(await trust.look()).toMatchObject({ state: 'untrusted', root: undefined })
  })
})

describe('Trusting a directory for always', () => {
  test('Its files are used as they are, whatever they become', async () => {
    write('lua/a.lua', 'one')
    const trust = await open()
    value(await trust.grant({ always: true }))
    write('lua/b.lua', 'two')
    expect(await trust.look()).toMatchObject({ state: 'trusted', grade: 'always', root: layer, files: 2 })
    expect((await open()).status.root).toBe(layer)
    expect(value(await trust.grant())).toMatchObject({ state: 'trusted', grade: 'content' })
    write('lua/b.lua', 'three')
    expect(await trust.look()).toMatchObject({ state: 'changed' })
  })
})

describe('Ignoring a layer', () => {
  test('Takes nothing of it, whatever was trusted, until it is trusted anew', async () => {
    write('lua/a.lua', 'one')
    await (await open()).grant()
    const trust = await open({ ignored: true })
    expect(trust.status).toMatchObject({ state: 'ignored', grade: 'content', root: undefined })
    expect((await open()).status.state).toBe('trusted')
    expect(value(await trust.grant()).state).toBe('trusted')
    expect((await trust.ignore()).state).toBe('ignored')
  })

  test('The user’s own directory is no layer of a repository', async () => {
    write('lua/a.lua', 'one')
    const trust = await RepositoryTrust.open({ root, directory, userDirectory: layer })
    expect(trust.status).toEqual({ path: layer, state: 'none', files: 0 })
  })
})

describe('A review', () => {
  test('Shows every text before it is trusted, with what cannot be seen in it spelled out', async () => {
    write('lua/a.lua', 'local x = 1\nprint("a\x1b[2K\r\u202e\u200b\u{e0041}b")\n')
    write('binary', 'a\0b')
    const { files } = await (await open()).review()
    expect(files.map(({ path, change, isBinary, size }) => ({ path, change, isBinary, size }))).toEqual([
      { path: 'binary', change: 'new', isBinary: true, size: 3 },
      { path: 'lua/a.lua', change: 'new', isBinary: false, size: 39 },
    ])
    expect(files[1]!.lines()).toEqual([
      { kind: 'same', text: 'local x = 1' },
      { kind: 'same', text: 'print("a\\u{1b}[2K\\u{d}\\u{202e}\\u{200b}\\u{e0041}b")' },
    ])
  })

  test('Shows afterwards what differs from what was trusted', async () => {
    for (const name of ['same', 'mode', 'gone', 'text']) write(name, 'one\ntwo\nthree\n')
    const trust = await open()
    await trust.grant()
    await chmod(join(layer, 'mode'), 0o755)
    rmSync(join(layer, 'gone'))
    write('text', 'zero\none\nthree\nfour\n')
    write('new\nline', 'x')
    const { files, status } = await trust.review()
    expect(status.state).toBe('changed')
    expect(files.map(({ path, change, mode, trustedMode }) => [path, change, mode, trustedMode])).toEqual([
      ['gone', 'removed', '644', undefined],
      ['mode', 'mode', '755', '644'],
      ['new\\nline', 'added', '644', undefined],
      ['same', 'same', '644', undefined],
      ['text', 'changed', '644', undefined],
    ])
    expect(files[4]!.lines().map(({ kind, text }) => `${kind} ${text}`)).toEqual([
      'added zero',
      'same one',
      'removed two',
      'same three',
      'added four',
    ])
    expect(files[0]!.lines().map(({ kind }) => kind)).toEqual(['removed', 'removed', 'removed'])
  })

  test('Of very long texts shows the part that differs as replaced', async () => {
    const text = (word: string) => Array.from({ length: 3000 }, (_, i) => `${word} ${i}`).join('\n')
    write('long', `first\n${text('a')}\nlast\n`)
    const trust = await open()
    await trust.grant()
    write('long', `first\n${text('b')}\nlast\n`)
    const lines = (await trust.review()).files[0]!.lines()
    expect(lines).toHaveLength(6002)
    expect([lines[0], lines[1], lines[3001], lines[6001]]).toEqual([
      { kind: 'same', text: 'first' },
      { kind: 'removed', text: 'a 0' },
      { kind: 'added', text: 'b 0' },
      { kind: 'same', text: 'last' },
    ])
  })
})
