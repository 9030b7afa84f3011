import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import pino from 'pino'
import { expect, test, vi } from 'vitest'
import { WorktreeWatches } from '../../../hub/worktrees/watch.ts'
import { value } from '../support/outcome.ts'
import { makeRepository } from '../support/repository.ts'

/** Milliseconds: twice what a change takes to be told. */
const TOLD_MS = 600

/** Watches the worktrees at some paths; `told` holds those that changed, until it is emptied. */
async function watching(...paths: string[]) {
  const told = new Set<string>()
  const watches = new WorktreeWatches({ onChange: (path) => told.add(path), log: pino({ level: 'silent' }) })
  for (const path of paths) expect(await watches.add(path)).toBe(true)
  return {
    told,
    watches,
    [Symbol.dispose]: () => watches[Symbol.dispose](),
    /** Waits until exactly these were told of, and forgets them. */
    async tells(...expected: string[]) {
      await vi.waitFor(() => expect([...told].sort()).toEqual([...expected].sort()), { timeout: 30_000 })
      // One step changes several files, each of which may be told by itself.
      for (let size = 1; size > 0; size = told.size) {
        told.clear()
        await new Promise((resolve) => setTimeout(resolve, TOLD_MS))
      }
    },
  }
}

test('Whatever changes what git counts is told, for the worktree it is in', async () => {
  await using repository = await makeRepository()
  await repository.write(join(repository.root, 'src/deep/a.txt'), 'one\n')
  await repository.write(join(repository.root, '.gitignore'), 'build\n')
  await repository.git(['add', '-A'])
  await repository.git(['commit', '-qm', 'a deeper file'])
  const one = value(await repository.worktrees.create({ branch: 'one' })).path
  const two = value(await repository.worktrees.create({ branch: 'two' })).path
  using world = await watching(one, two)
  await repository.write(join(one, 'src/deep/a.txt'), 'changed\n')
  await world.tells(one)
  await repository.write(join(two, 'new.txt'), 'new\n')
  await world.tells(two)
  await repository.git(['add', '-A'], one)
  await world.tells(one)
  await repository.git(['commit', '-qm', 'a commit'], one)
  await world.tells(one)
  await repository.git(['commit', '-q', '--allow-empty', '-m', 'others are behind by this']) // in the main worktree
  await world.tells(one, two)
})

test('What git ignores wakes nobody, and looking does not', async () => {
  await using repository = await makeRepository()
  await repository.write(join(repository.root, '.gitignore'), 'build\n')
  await repository.git(['add', '-A'])
  await repository.git(['commit', '-qm', 'ignore'])
  const { path } = value(await repository.worktrees.create({ branch: 'one' }))
  mkdirSync(join(path, 'build'))
  using world = await watching(path)
  await repository.write(join(path, 'build/out.o'), 'x')
  value(await repository.worktrees.gitState(path))
  await repository.write(join(path, 'seen.txt'), 'x') // told after all that came before it
  await world.tells(path)
  await repository.write(join(path, 'build/out.o'), 'y')
  value(await repository.worktrees.gitState(path))
  await new Promise((resolve) => setTimeout(resolve, TOLD_MS))
  expect([...world.told]).toEqual([])
})

test('Directories that come, and come again, are watched; what was let go of is not', async () => {
  await using repository = await makeRepository()
  const { path } = value(await repository.worktrees.create({ branch: 'one' }))
  using world = await watching(path)
  for (const content of ['first', 'second']) {
    await repository.write(join(path, 'later/b.txt'), `${content}\n`)
    await repository.git(['add', '-A'], path)
    await world.tells(path)
    await vi.waitFor(async () => {
      await repository.write(join(path, 'later/b.txt'), `${content}, changed\n`)
      await vi.waitFor(() => expect(world.told.size).toBe(1), { timeout: 3000 })
    }, 60_000)
    await world.tells(path)
    rmSync(join(path, 'later'), { recursive: true })
    await repository.git(['add', '-A'], path)
    await world.tells(path)
  }
  world.watches.remove(path)
  await repository.write(join(path, 'new.txt'), 'x')
  await new Promise((resolve) => setTimeout(resolve, TOLD_MS))
  expect([...world.told]).toEqual([])
  expect(await world.watches.add(join(repository.directory, 'nowhere'))).toBe(false)
})
