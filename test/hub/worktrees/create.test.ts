import { chmod, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { Worktrees } from '../../../hub/worktrees/worktrees.ts'
import { refused, value } from '../support/outcome.ts'
import { makeRepository } from '../support/repository.ts'

const log = pino({ level: 'silent' })

test('A new branch gets a worktree of its own, with what its agent may want to know, and git sees no change', async () => {
  await using repository = await makeRepository()
  const steps: string[] = []
  const context = { prompt: 'fix it', metadata: { n: 1 } }
  const { path, branch, branchCreatedAt } = value(
    await repository.worktrees.create({ branch: 'feature/one', context, onProgress: (step) => steps.push(step) }),
  )
  expect(path).toBe(join(repository.base, 'project-feature-one'))
  expect(branch).toBe('feature/one')
  expect(branchCreatedAt).toBe(await repository.git(['rev-parse', 'main']))
  expect(await repository.git(['symbolic-ref', 'HEAD'], path)).toBe('refs/heads/feature/one')
  expect(await repository.git(['status', '--porcelain'], path)).toBe('')
  expect(await repository.git(['status', '--porcelain'])).toBe('')
  expect(JSON.parse(await readFile(join(path, '.botster/context.json'), 'utf8'))).toMatchObject({
    repo: 'project',
    branch_name: 'feature/one',
    prompt: 'fix it',
    metadata: { n: 1 },
    created_at: expect.stringMatching(/^\d{4}-/),
  })
  expect(steps).toContain('checking out feature/one')
  expect(await repository.worktrees.find('feature/one')).toMatchObject({ path, inBase: true, isMain: false })
  expect(await repository.worktrees.containing(join(path, 'src'))).toMatchObject({ path })
})

test('An existing branch is taken as it is, and one of a remote becomes a local one that follows it', async () => {
  await using repository = await makeRepository()
  await using upstream = await makeRepository()
  await repository.git(['branch', 'here'])
  await upstream.git(['branch', 'there'])
  await repository.git(['remote', 'add', 'origin', upstream.root])
  await repository.git(['fetch', '-q', 'origin'])
  expect(value(await repository.worktrees.create({ branch: 'here' })).branchCreatedAt).toBeNull()
  const { path } = value(await repository.worktrees.create({ branch: 'there' }))
  expect(await repository.git(['rev-parse', '--abbrev-ref', 'there@{upstream}'], path)).toBe('origin/there')
})

test('A new branch starts where it is told to', async () => {
  await using repository = await makeRepository()
  const first = await repository.git(['rev-parse', 'HEAD'])
  await repository.git(['tag', 'v1'])
  await repository.git(['commit', '-q', '--allow-empty', '-m', 'second'])
  const { path } = value(await repository.worktrees.create({ branch: 'old', from: 'v1' }))
  expect(await repository.git(['rev-parse', 'HEAD'], path)).toBe(first)
  refused(await repository.worktrees.create({ branch: 'old2', from: 'nonsense' }), 'bad_ref')
  refused(await repository.worktrees.create({ branch: 'old2', from: '--all' }), 'bad_ref')
  refused(await repository.worktrees.create({ branch: 'main', from: 'v1' }), 'branch_exists')
})

test('What stands in the way is never touched: the worktree gets another directory', async () => {
  await using repository = await makeRepository()
  const taken = join(repository.base, 'project-one')
  await mkdir(taken, { recursive: true })
  await writeFile(join(taken, 'precious'), 'mine')
  await writeFile(join(repository.base, 'project-one-2'), 'a file')
  await mkdir(join(repository.base, 'project-one-3')) // even an empty one is somebody's
  const { path } = value(await repository.worktrees.create({ branch: 'one' }))
  expect(path).toBe(join(repository.base, 'project-one-4'))
  expect(await readdir(taken)).toEqual(['precious'])
  expect(await readdir(join(repository.base, 'project-one-3'))).toEqual([])
})

test('Branches whose names meet in one directory name get one each', async () => {
  await using repository = await makeRepository()
  const paths = await Promise.all(
    ['a/b', 'a-b'].map(async (branch) => value(await repository.worktrees.create({ branch })).path),
  )
  expect(new Set(paths).size).toBe(2)
})

test('A worktree that another git is just making keeps nobody from making one', async () => {
  await using repository = await makeRepository()
  const { path } = value(await repository.worktrees.create({ branch: 'other' }))
  const file = join(repository.root, '.git/worktrees', basename(path), 'commondir')
  const whole = await readFile(file)
  await writeFile(file, '') // as it is for a moment; git refuses nearly everything meanwhile
  const making = repository.worktrees.create({ branch: 'mine' })
  for (let look = 0; look < 10; look++) {
    await expect(repository.git(['worktree', 'list'])).rejects.toThrow('commondir')
  }
  await writeFile(file, whole)
  expect(value(await making).branch).toBe('mine')
})

test('Of two that want the same new branch at once, one gets it and the other hears why not', async () => {
  await using repository = await makeRepository()
  const outcomes = await Promise.all([1, 2, 3].map(() => repository.worktrees.create({ branch: 'same' })))
  expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1)
  const { path } = value(outcomes.find(({ ok }) => ok)!)
  expect(await repository.git(['status', '--porcelain', '--branch'], path)).toBe('## same')
  expect(await readdir(repository.base)).toHaveLength(1)
})

test('A branch that is checked out elsewhere is refused with its place', async () => {
  await using repository = await makeRepository()
  const { details, message } = refused(await repository.worktrees.create({ branch: 'main' }), 'branch_in_use')
  expect(details).toEqual({ path: repository.root })
  expect(message).toContain(repository.root)
})

test('A branch whose worktree was removed by hand can be used again', async () => {
  await using repository = await makeRepository()
  const { path } = value(await repository.worktrees.create({ branch: 'one' }))
  await rm(path, { recursive: true })
  expect(value(await repository.worktrees.create({ branch: 'one' })).path).toBe(path)
})

test.each(['', '-x', '--upload-pack=x', 'a b', 'a..b', 'a\nb', '@{-1}', '@', 'a~1', 'x.lock', '/x', 'a\0b', 'HEAD'])(
  'The branch name %j is refused and leaves nothing behind',
  async (branch) => {
    await using repository = await makeRepository()
    expect((await repository.worktrees.create({ branch })).ok).toBe(false)
    expect(await readdir(repository.directory)).toEqual(['project'])
    expect(await repository.git(['branch', '--format=%(refname)'])).toBe('refs/heads/main')
  },
)

test.each(['ünï/cödé-日本', 'quote\'"$(x)`x`;x', 'b'.repeat(200)])('The branch name %j works', async (branch) => {
  await using repository = await makeRepository({ name: 'sp ace\nline' })
  const { path } = value(await repository.worktrees.create({ branch }))
  expect(await repository.git(['symbolic-ref', '--short', 'HEAD'], path)).toBe(branch)
  expect((await repository.worktrees.list()).map((worktree) => worktree.path)).toEqual([repository.root, path])
  expect(value(await repository.worktrees.remove({ path, deleteBranch: true })).deletedBranch).toBe(branch)
})

test('A program that a checkout hook leaves in the background holds nothing up', async () => {
  await using repository = await makeRepository()
  const hook = join(repository.root, '.git/hooks/post-checkout')
  await repository.write(hook, '#!/bin/sh\necho installing >&2; sleep 1000 & echo $! > "$PWD/pid"\n')
  await chmod(hook, 0o755)
  const { path } = value(await repository.worktrees.create({ branch: 'background' }))
  const pid = Number(await readFile(join(path, 'pid'), 'utf8'))
  expect(process.kill(pid, 'SIGKILL')).toBe(true) // it lives
})

test('A branch that is created twice at once is nobody else’s when the second is refused', async () => {
  await using repository = await makeRepository()
  const outcomes = await Promise.all([1, 2, 3].map(() => repository.worktrees.create({ branch: 'twice' })))
  const made = outcomes.filter(({ ok }) => ok).map(value)
  expect(made).toHaveLength(1)
  expect(await repository.git(['rev-parse', 'twice'], made[0]!.path)).toBe(await repository.git(['rev-parse', 'main']))
})

test('A branch that a checkout hook refuses leaves neither branch nor directory', async () => {
  await using repository = await makeRepository()
  await repository.write(
    join(repository.root, '.git/hooks/post-checkout'),
    '#!/bin/sh\necho no such luck >&2; exit 1\n',
  )
  await chmod(join(repository.root, '.git/hooks/post-checkout'), 0o755)
  expect(refused(await repository.worktrees.create({ branch: 'one' }), 'git_failed').message).toContain('no such luck')
  expect(await repository.git(['branch', '--format=%(refname)'])).toBe('refs/heads/main')
  expect(await readdir(repository.base)).toEqual([])
  expect(await repository.worktrees.list()).toHaveLength(1)
})

test('Cancelling while git works takes back what was made', async () => {
  await using repository = await makeRepository()
  const hook = join(repository.root, '.git/hooks/post-checkout')
  await repository.write(hook, '#!/bin/sh\necho waiting >&2; exec sleep 60\n')
  await chmod(hook, 0o755)
  const abort = new AbortController()
  const onProgress = (step: string) => step === 'waiting' && abort.abort()
  refused(await repository.worktrees.create({ branch: 'one', signal: abort.signal, onProgress }), 'cancelled')
  expect(await repository.git(['branch', '--format=%(refname)'])).toBe('refs/heads/main')
  expect(await readdir(repository.base)).toEqual([])
})

test('Without a commit there is nothing to branch from, and outside a repository no worktree', async () => {
  await using repository = await makeRepository({ empty: true })
  refused(await repository.worktrees.create({ branch: 'one' }), 'no_commits')
  expect(await readdir(repository.directory)).toEqual(['project'])
  const outside = new Worktrees({
    ...repository,
    root: repository.directory,
    isRepository: false,
    log,
  })
  refused(await outside.create({ branch: 'one' }), 'no_repository')
  expect(await outside.list()).toEqual([])
})

test('A bare repository and a detached main worktree can have worktrees too', async () => {
  await using repository = await makeRepository()
  const bare = join(repository.directory, 'bare.git')
  await repository.git(['clone', '-q', '--bare', repository.root, bare])
  await repository.git(['checkout', '-q', '--detach'])
  const ofBare = new Worktrees({
    root: bare,
    isRepository: true,
    base: join(repository.directory, 'b'),
    log,
  })
  value(await ofBare.create({ branch: 'main' })) // a bare repository's HEAD is no checkout
  value(await ofBare.create({ branch: 'one' }))
  value(await repository.worktrees.create({ branch: 'two' }))
})

test('A link that the repository has in place of .botster is not followed', async () => {
  await using repository = await makeRepository()
  const outside = join(repository.directory, 'outside')
  await mkdir(outside)
  await symlink(outside, join(repository.root, '.botster'))
  await repository.git(['add', '-A'])
  await repository.git(['commit', '-q', '-m', 'trap'])
  value(await repository.worktrees.create({ branch: 'one' }))
  expect(await readdir(outside)).toEqual([])
})

test('A context that the repository tracks, even as a link, is replaced without looking like a change', async () => {
  await using repository = await makeRepository()
  const target = join(repository.directory, 'target')
  await writeFile(target, 'untouched')
  await mkdir(join(repository.root, '.botster'))
  await symlink(target, join(repository.root, '.botster/context.json'))
  await repository.git(['add', '-A'])
  await repository.git(['commit', '-q', '-m', 'tracked'])
  const { path } = value(await repository.worktrees.create({ branch: 'one' }))
  expect(await readFile(target, 'utf8')).toBe('untouched')
  expect(await readFile(join(path, '.botster/context.json'), 'utf8')).toContain('branch_name')
  expect(await repository.git(['status', '--porcelain'], path)).toBe('')
  value(await repository.worktrees.remove({ path }))
})
