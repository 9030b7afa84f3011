import { access, mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { refused, value } from '../support/outcome.ts'
import { git, makeRepository, type TestRepository } from '../support/repository.ts'

async function withWorktree(branch = 'one') {
  const repository = await makeRepository()
  const { path } = value(await repository.worktrees.create({ branch }))
  return { repository, path, worktrees: repository.worktrees }
}

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  )

test('An untouched worktree goes without force, its branch stays', async () => {
  const { repository, path, worktrees } = await withWorktree()
  await using _ = repository
  expect(value(await worktrees.status(path))).toMatchObject({ isClean: true, branch: 'one' })
  expect(value(await worktrees.remove({ path }))).toEqual({ path, deletedBranch: null, leftover: false })
  expect(await exists(path)).toBe(false)
  expect(await worktrees.list()).toHaveLength(1)
  expect(await repository.git(['branch', '--format=%(refname:short)'])).toBe('main\none')
})

test.each<[string, (repository: TestRepository, path: string) => Promise<unknown>, string]>([
  ['a changed file', (_, path) => writeFile(join(path, 'README.md'), 'changed'), 'README.md'],
  ['a new file', (_, path) => writeFile(join(path, 'new file\nx'), 'x'), 'new file\nx'],
  ['a deleted file', (_, path) => rm(join(path, 'README.md')), 'README.md'],
  [
    'a staged file',
    async ({ git }, path) => {
      await writeFile(join(path, 'staged'), 'x')
      await git(['add', 'staged'], path)
    },
    'staged',
  ],
  [
    'a staged and then removed file',
    async ({ git }, path) => {
      await writeFile(join(path, 'staged'), 'x')
      await git(['add', 'staged'], path)
      await rm(join(path, 'staged'))
    },
    'staged',
  ],
  ['a renamed file', ({ git }, path) => git(['mv', 'README.md', 'x'], path), 'x'],
  [
    'an untracked file that the user hides from status',
    async ({ git }, path) => {
      await git(['config', 'status.showUntrackedFiles', 'no'], path)
      await writeFile(join(path, 'quiet'), 'x')
    },
    'quiet',
  ],
  [
    'a change under assume-unchanged',
    async ({ git }, path) => {
      await git(['update-index', '--assume-unchanged', 'README.md'], path)
      await writeFile(join(path, 'README.md'), 'changed')
    },
    'README.md',
  ],
  [
    'a change under skip-worktree',
    async ({ git }, path) => {
      await git(['update-index', '--skip-worktree', 'src/code.txt'], path)
      await writeFile(join(path, 'src/code.txt'), 'changed')
    },
    'src/code.txt',
  ],
  [
    'a repository inside',
    async ({ git }, path) => {
      await git(['init', '-q', 'inner'], path)
      await git(['commit', '-q', '--allow-empty', '-m', 'x'], join(path, 'inner'))
    },
    'inner/',
  ],
])('%s keeps the worktree, is named, and goes only by force', async (_what, change, name) => {
  const { repository, path, worktrees } = await withWorktree()
  await using _ = repository
  await change(repository, path)
  const before = await readdir(path)
  const failure = refused(await worktrees.remove({ path, deleteBranch: true }), 'uncommitted_work')
  expect(failure.message).toContain(name)
  expect((failure.details as { files: string[] }).files).toContain(name)
  expect(await readdir(path)).toEqual(before)
  expect(value(await worktrees.status(path)).isClean).toBe(false)
  expect(value(await worktrees.remove({ path, force: true, deleteBranch: true })).deletedBranch).toBe('one')
  expect(await exists(path)).toBe(false)
})

test('Ignored files and what botster put there are no work', async () => {
  const { repository, path, worktrees } = await withWorktree()
  await using _ = repository
  await writeFile(join(repository.root, '.git/info/exclude'), 'node_modules\n', { flag: 'a' })
  await mkdir(join(path, 'node_modules'))
  await writeFile(join(path, 'node_modules/x'), 'x')
  await writeFile(join(repository.root, '.env'), 'SECRET=1')
  await writeFile(join(repository.directory, 'include'), '.env\n')
  expect(value(await worktrees.copyFromPatterns(repository.root, path, join(repository.directory, 'include')))).toEqual(
    ['.env'],
  )
  expect(value(await worktrees.status(path)).isClean).toBe(true)
  expect(value(await worktrees.remove({ path })).leftover).toBe(false)
})

test('Other files beside the context are work', async () => {
  const { repository, path, worktrees } = await withWorktree()
  await using _ = repository
  await writeFile(join(path, '.botster/notes.md'), 'mine')
  expect(refused(await worktrees.remove({ path }), 'uncommitted_work').message).toContain('.botster/')
})

test('Commits that are nowhere else keep a branch, and are named', async () => {
  const { repository, path, worktrees } = await withWorktree()
  await using _ = repository
  await repository.git(['commit', '-q', '--allow-empty', '-m', 'only here'], path)
  expect(value(await worktrees.exclusiveCommits('one'))).toMatchObject([{ subject: 'only here' }])
  const failure = refused(await worktrees.remove({ path, deleteBranch: true }), 'unsaved_commits')
  expect(failure.message).toContain('only here')
  expect(await exists(path)).toBe(true)
  expect(value(await worktrees.remove({ path })).deletedBranch).toBeNull() // with the branch, the commits stay
  expect(await repository.git(['log', '--format=%s', '-1', 'one'])).toBe('only here')
})

test.each(['branch', 'tag', 'remote'])('Commits that a %s has as well let the branch go', async (kind) => {
  const { repository, path, worktrees } = await withWorktree()
  await using _ = repository
  await repository.git(['commit', '-q', '--allow-empty', '-m', 'kept'], path)
  if (kind === 'branch') await repository.git(['branch', 'copy', 'one'])
  if (kind === 'tag') await repository.git(['tag', 'one', 'refs/heads/one']) // of the same name, to be mean
  if (kind === 'remote') await repository.git(['update-ref', 'refs/remotes/origin/one', 'refs/heads/one'])
  expect(value(await worktrees.remove({ path, deleteBranch: true })).deletedBranch).toBe('one')
  expect(await repository.git(['for-each-ref', 'refs/heads/one'])).toBe('')
})

test('Commits on a detached HEAD count as work even when no branch is to be deleted', async () => {
  const { repository, path, worktrees } = await withWorktree()
  await using _ = repository
  await repository.git(['checkout', '-q', '--detach'], path)
  value(await worktrees.status(path))
  await repository.git(['commit', '-q', '--allow-empty', '-m', 'floating'], path)
  expect(refused(await worktrees.remove({ path }), 'unsaved_commits').message).toContain('floating')
  await repository.git(['checkout', '-q', '--detach', 'main'], path)
  value(await worktrees.remove({ path }))
})

test('A merge and a rebase that are not finished count as work', async () => {
  const { repository, path, worktrees } = await withWorktree()
  await using _ = repository
  await repository.git(['commit', '-q', '--allow-empty', '-m', 'a'], path)
  await repository.git(['commit', '-q', '--allow-empty', '-m', 'b'])
  await repository.git(['merge', '-q', '--no-commit', '--no-ff', 'main'], path)
  expect(refused(await worktrees.remove({ path }), 'uncommitted_work').message).toContain('merge')
  await repository.git(['merge', '--abort'], path)
  value(await worktrees.remove({ path }))
})

test('Work in a submodule counts: its repository would go with the worktree', async () => {
  await using library = await makeRepository()
  await using repository = await makeRepository()
  const allow = ['-c', 'protocol.file.allow=always']
  await repository.git([...allow, 'submodule', '--quiet', 'add', library.root, 'lib'])
  await repository.git(['commit', '-q', '-m', 'with a submodule'])
  const { path } = value(await repository.worktrees.create({ branch: 'one' }))
  await repository.git([...allow, 'submodule', '--quiet', 'update', '--init'], path)
  expect(value(await repository.worktrees.status(path))).toMatchObject({ isClean: true, hasSubmodules: true })
  await git(['commit', '-q', '--allow-empty', '-m', 'in the library'], join(path, 'lib'))
  await repository.git(['commit', '-q', '-am', 'use it'], path)
  const failure = refused(await repository.worktrees.remove({ path }), 'uncommitted_work')
  expect(failure.message).toContain('lib')
  await git(['push', '-q', 'origin', 'HEAD:refs/heads/saved'], join(path, 'lib'))
  expect(value(await repository.worktrees.remove({ path })).leftover).toBe(false)
})

test('Only linked worktrees inside the base are ever removed', async () => {
  const { repository, worktrees } = await withWorktree()
  await using _ = repository
  const outside = join(repository.directory, 'outside')
  await repository.git(['worktree', 'add', '-q', '-b', 'own', outside])
  await mkdir(join(repository.base, 'plain'))
  refused(await worktrees.remove({ path: outside, force: true }), 'outside_base')
  refused(await worktrees.remove({ path: repository.root, force: true }), 'main_worktree')
  refused(await worktrees.remove({ path: join(repository.base, 'plain'), force: true }), 'not_a_worktree')
  refused(await worktrees.remove({ path: repository.base, force: true }), 'not_a_worktree')
  refused(await worktrees.remove({ path: join(repository.base, 'project-one/src'), force: true }), 'not_a_worktree')
  refused(await worktrees.remove({ path: '/', force: true }), 'not_a_worktree')
  expect(await readdir(repository.base)).toEqual(['plain', 'project-one'])
  expect(await exists(outside)).toBe(true)
})

test('A locked worktree stays, with the reason', async () => {
  const { repository, path, worktrees } = await withWorktree()
  await using _ = repository
  await repository.git(['worktree', 'lock', '--reason', 'on a stick', path])
  expect(refused(await worktrees.remove({ path, force: true }), 'locked').message).toContain('on a stick')
})

test('A worktree whose directory was removed by hand is forgotten, and its branch can go', async () => {
  const { repository, path, worktrees } = await withWorktree()
  await using _ = repository
  await rm(path, { recursive: true })
  expect(await worktrees.find('one')).toMatchObject({ isMissing: true })
  expect(value(await worktrees.remove({ path, deleteBranch: true })).deletedBranch).toBe('one')
  expect(await worktrees.list()).toHaveLength(1)
  expect(value(await worktrees.remove({ path })).deletedBranch).toBeNull() // and again: it is gone, which was the wish
})

test('A branch that another worktree has checked out stays', async () => {
  const { repository, path, worktrees } = await withWorktree()
  await using _ = repository
  await repository.git(['worktree', 'add', '-q', '-f', join(repository.directory, 'second'), 'one'])
  expect(value(await worktrees.remove({ path, deleteBranch: true })).deletedBranch).toBeNull()
})
