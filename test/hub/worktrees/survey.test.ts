import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { refused, value } from '../support/outcome.ts'
import { makeRepository, type TestRepository } from '../support/repository.ts'

async function work(repository: TestRepository, branch: string, file: string): Promise<string> {
  const { path } = value(await repository.worktrees.create({ branch }))
  for (const content of ['one\n', 'two\n']) {
    await repository.write(join(path, file), content)
    await repository.git(['add', '-A'], path)
    await repository.git(['commit', '-qm', `${file} ${content}`], path)
  }
  return path
}

const survey = async ({ worktrees }: TestRepository) =>
  Object.fromEntries((await worktrees.survey({ sizes: true })).map((one) => [one.branch, one]))

test('A branch that was squashed into the main one counts as merged, also when that went on', async () => {
  await using repository = await makeRepository()
  await work(repository, 'squashed', 'a.txt')
  await work(repository, 'open', 'b.txt')
  const merged = await work(repository, 'merged', 'c.txt')
  await repository.git(['merge', '-q', '--squash', 'squashed'])
  await repository.git(['commit', '-qm', 'a, as one commit'])
  await repository.git(['merge', '-q', '--no-ff', '-m', 'merge', 'merged'])
  await repository.write(join(repository.root, 'a.txt'), 'and on it goes\n')
  await repository.git(['commit', '-qam', 'a goes on'])
  expect(await survey(repository)).toMatchObject({
    squashed: { merged: 'squashed', mayGo: true, reason: 'merged as one commit', bytes: expect.any(Number) },
    merged: { merged: 'merged', mayGo: true, reason: 'merged' },
    open: { merged: null, mayGo: false, reason: 'its commits are not merged' },
  })
  await repository.write(join(merged, 'new.txt'), 'x')
  expect(await survey(repository)).toMatchObject({ merged: { mayGo: false, reason: '1 file not committed' } })
  await rm(merged, { recursive: true })
  expect(await survey(repository)).toMatchObject({ merged: { mayGo: true, reason: 'its directory is gone' } })
})

test('Its commits are named all the same when the branch is deleted, unless the caller accepts that', async () => {
  await using repository = await makeRepository()
  const path = await work(repository, 'squashed', 'a.txt')
  await repository.git(['merge', '-q', '--squash', 'squashed'])
  await repository.git(['commit', '-qm', 'a, as one commit'])
  const { message } = refused(await repository.worktrees.remove({ path, deleteBranch: true }), 'unsaved_commits')
  expect(message).toContain('all they change is merged already')
  expect(message).toContain('a.txt two')
  const removed = value(await repository.worktrees.remove({ path, deleteBranch: true, acceptMerged: true }))
  expect(removed.deletedBranch).toBe('squashed')
  const open = await work(repository, 'open', 'b.txt')
  refused(await repository.worktrees.remove({ path: open, deleteBranch: true, acceptMerged: true }), 'unsaved_commits')
})

test('Submodules that the main worktree uses are checked out, and one that cannot be fetched is told of', async () => {
  await using part = await makeRepository({ name: 'part' })
  await using repository = await makeRepository()
  const config = join(repository.directory, 'gitconfig')
  await repository.write(config, '[protocol "file"]\n  allow = always\n')
  vi.stubEnv('GIT_CONFIG_GLOBAL', config)
  try {
    await repository.git(['-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', part.root, 'lib/part'])
    await repository.git(['commit', '-qm', 'with a part'])
    const { path, problem } = value(await repository.worktrees.create({ branch: 'one' }))
    expect([problem, await repository.git(['status', '--porcelain'], path)]).toEqual([undefined, ''])
    expect(await repository.git(['rev-parse', '--show-toplevel'], join(path, 'lib/part'))).toBe(join(path, 'lib/part'))
    await rm(part.root, { recursive: true })
    expect(value(await repository.worktrees.create({ branch: 'two' })).problem).toContain(
      'submodules are not checked out',
    )
  } finally {
    vi.unstubAllEnvs()
  }
})

test('How a worktree stands is counted against its upstream, else against the main worktree', async () => {
  await using repository = await makeRepository()
  const path = await work(repository, 'one', 'a.txt')
  await repository.write(join(path, 'new.txt'), 'x')
  await repository.git(['commit', '-q', '--allow-empty', '-m', 'main goes on'])
  expect(value(await repository.worktrees.gitState(path))).toEqual({ dirty: 1, ahead: 2, behind: 1 })
  await repository.git(['branch', 'base', 'one~1'])
  await repository.git(['branch', '-q', '--set-upstream-to', 'base', 'one'])
  expect(value(await repository.worktrees.gitState(path))).toEqual({ dirty: 1, ahead: 1, behind: 0 })
})
