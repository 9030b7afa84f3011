import { mkdir, realpath, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { findRoot } from '../../../hub/git/root.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { git, makeRepository } from '../support/repository.ts'

afterEach(() => vi.unstubAllEnvs())

test('The same hub is found from the top, from a subdirectory, from inside .git and from a linked worktree', async () => {
  await using repository = await makeRepository()
  const { root, directory } = repository
  const linked = join(directory, 'linked')
  await repository.git(['worktree', 'add', '-q', '-b', 'other', linked])
  await mkdir(join(linked, 'deep/er'), { recursive: true })
  for (const cwd of [root, join(root, 'src'), join(root, '.git')]) {
    expect(await findRoot(cwd)).toMatchObject({ root, isRepository: true })
  }
  expect(await findRoot(linked)).toEqual({ root, isRepository: true, currentWorktree: linked })
  expect(await findRoot(join(linked, 'deep/er'))).toEqual({ root, isRepository: true, currentWorktree: linked })
})

test('A path through a symbolic link leads to the same hub', async () => {
  await using repository = await makeRepository()
  const link = join(repository.directory, 'link')
  await symlink(repository.root, link)
  expect((await findRoot(join(link, 'src'))).root).toBe(repository.root)
})

test('Outside a repository every directory is its own root', async () => {
  await using directory = await temporaryDirectory()
  expect(await findRoot(directory.path)).toEqual({ root: directory.path, isRepository: false, currentWorktree: null })
})

test('A bare repository stands for its worktrees', async () => {
  await using repository = await makeRepository()
  const bare = join(repository.directory, 'bare.git')
  const linked = join(repository.directory, 'linked')
  await repository.git(['clone', '-q', '--bare', repository.root, bare])
  await git(['worktree', 'add', '-q', '-b', 'other', linked], bare)
  expect(await findRoot(bare)).toEqual({ root: bare, isRepository: true, currentWorktree: null })
  expect(await findRoot(linked)).toEqual({ root: bare, isRepository: true, currentWorktree: linked })
})

test('A submodule is a repository of its own, from its linked worktrees as well', async () => {
  await using repository = await makeRepository()
  await using library = await makeRepository()
  const submodule = join(repository.root, 'lib')
  const linked = join(repository.directory, 'linked')
  await repository.git(['-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', library.root, 'lib'])
  await git(['worktree', 'add', '-q', '-b', 'other', linked], submodule)
  expect((await findRoot(submodule)).root).toBe(submodule)
  expect((await findRoot(linked)).root).toBe(submodule)
})

test('Spaces, line ends and other scripts in a path change nothing', async () => {
  await using repository = await makeRepository({ name: ' we ird\nпроект "x"' })
  const linked = join(repository.directory, 'lin\nked')
  await repository.git(['worktree', 'add', '-q', '-b', 'other', linked])
  expect(await findRoot(join(repository.root, 'src'))).toMatchObject({ root: await realpath(repository.root) })
  expect(await findRoot(linked)).toMatchObject({ root: repository.root, currentWorktree: linked })
})

test('GIT_DIR of a hook around the hub does not lead it astray', async () => {
  await using repository = await makeRepository()
  await using other = await makeRepository()
  vi.stubEnv('GIT_DIR', join(other.root, '.git'))
  vi.stubEnv('GIT_WORK_TREE', other.root)
  expect((await findRoot(repository.root)).root).toBe(repository.root)
})

test('Without git a directory is its own root', async () => {
  await using repository = await makeRepository()
  vi.stubEnv('PATH', '/nonexistent')
  expect(await findRoot(repository.root)).toMatchObject({ root: repository.root, isRepository: false })
})
