import { lstat, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { canReachInto, copyFromPatterns, parsePatterns } from '../../../hub/worktrees/copy.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { refused, value } from '../support/outcome.ts'

async function copyOf(files: Record<string, string | Buffer>, patterns: string) {
  const directory = await temporaryDirectory()
  const source = join(directory.path, 'source')
  const destination = join(directory.path, 'destination')
  const patternFile = join(directory.path, 'include')
  await mkdir(destination)
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(source, path)), { recursive: true })
    await writeFile(join(source, path), content)
  }
  await writeFile(patternFile, patterns)
  const copy = async () =>
    value(await copyFromPatterns({ source, destination, patternFile, log: pino({ level: 'silent' }) })).sort()
  return { directory, source, destination, copy }
}

test('Files that a pattern names are copied byte by byte, also deep ones; the rest is not', async () => {
  const bytes = Buffer.from([0, 255, 10, 128])
  const { directory, destination, copy } = await copyOf(
    { '.env': bytes, 'a/b/.env': 'deep', 'config/x.json': '{}', 'config/y.txt': '', 'certs/a/b.pem': 'k', other: '' },
    '# secrets\n\n**/.env\n./config/*.json\ncerts/\n',
  )
  await using _ = directory
  expect(await copy()).toEqual(['.env', 'a/b/.env', 'certs/a/b.pem', 'config/x.json'])
  expect(await readFile(join(destination, '.env'))).toEqual(bytes)
  expect(await readdir(join(destination, 'config'))).toEqual(['x.json'])
})

test('Nothing of git is copied, and nothing above the source', async () => {
  const { directory, copy } = await copyOf(
    { '.git/config': 'x', 'sub/.git': 'x', f: '' },
    '**\n.git/config\n../include\n',
  )
  await using _ = directory
  expect(await copy()).toEqual(['f'])
})

test('What exists in the worktree already stays as it is', async () => {
  const { directory, destination, copy } = await copyOf({ '.env': 'theirs', '.env2': 'new' }, '.env*\n')
  await using _ = directory
  await writeFile(join(destination, '.env'), 'mine')
  expect(await copy()).toEqual(['.env2'])
  expect(await readFile(join(destination, '.env'), 'utf8')).toBe('mine')
})

test('A link to a file becomes its copy, one to a directory leads to the same place', async () => {
  const { directory, source, destination, copy } = await copyOf({ 'real/secret': 's', f: '' }, 'link\ndir\n')
  await using _ = directory
  await symlink('real/secret', join(source, 'link'))
  await symlink('real', join(source, 'dir'))
  expect(await copy()).toEqual(['dir', 'link'])
  expect((await lstat(join(destination, 'link'))).isFile()).toBe(true)
  expect(await readFile(join(destination, 'dir/secret'), 'utf8')).toBe('s')
})

test('A link that the worktree has in place of a directory is not written through', async () => {
  const { directory, destination, copy } = await copyOf({ 'config/secret': 's', ok: '' }, 'config/secret\nok\n')
  await using _ = directory
  const elsewhere = join(directory.path, 'elsewhere')
  await mkdir(elsewhere)
  await symlink(elsewhere, join(destination, 'config'))
  expect(await copy()).toEqual(['ok'])
  expect(await readdir(elsewhere)).toEqual([])
})

test('A missing pattern file is refused', async () => {
  const outcome = await copyFromPatterns({
    source: '/tmp',
    destination: '/tmp',
    patternFile: '/nonexistent',
    log: pino({ level: 'silent' }),
  })
  refused(outcome, 'no_pattern_file')
})

test('Directories that no pattern can reach are not read, those that one names are', () => {
  expect(parsePatterns('/a/\r\n#x\n  b  \n')).toEqual(['a', 'b'])
  expect(canReachInto('node_modules/x/y.json', 'node_modules/x')).toBe(true)
  expect(canReachInto('config/*.json', 'node_modules')).toBe(false)
  expect(canReachInto('config/*.json', 'config/deep')).toBe(false)
  expect(canReachInto('**/.env', 'any/where')).toBe(true)
  expect(canReachInto('a/**/z', 'a/b/c')).toBe(true)
  expect(canReachInto('*', 'a')).toBe(false)
})
