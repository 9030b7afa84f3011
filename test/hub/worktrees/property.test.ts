import { access, mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { value } from '../support/outcome.ts'
import { makeRepository, type TestRepository } from '../support/repository.ts'

/** Enough for every pair of neighbouring steps to come up; each costs some git processes. */
const STEPS = 60
const BRANCHES = ['one', 'two/x', 'two-x']

/** What this test made and nothing but force may take away. */
interface World {
  readonly repository: TestRepository
  readonly random: () => number
  /** By branch: the worktree made for it, and the content of the files in it that are not committed. */
  readonly worktrees: Map<string, { readonly path: string; readonly files: Map<string, string> }>
  readonly commits: Set<string>
  refused: number
  removed: number
}

// Seeds are fixed: a failure can be run again.
test.each([1, 2, 3])(
  'No order of creating, editing, committing, deleting, cleaning, pruning and crashing loses work without force (%i)',
  async (seed) => {
    await using repository = await makeRepository()
    const random = randomOf(seed)
    const world: World = { repository, random, worktrees: new Map(), commits: new Set(), refused: 0, removed: 0 }
    for (let step = 0; step < STEPS; step++) {
      const branch = pick(random, BRANCHES)
      const action = world.worktrees.has(branch)
        ? pick(random, [edit, edit, commit, detach, remove, remove, clean, prune])
        : pick(random, [create, create, crash])
      await action(world, branch)
      await check(world)
    }
    expect(world.removed).toBeGreaterThan(0) // else the sequence proved nothing
    expect(world.refused).toBeGreaterThan(0)
  },
)

async function create({ repository, worktrees }: World, branch: string): Promise<void> {
  const { path } = value(await repository.worktrees.create({ branch }))
  worktrees.set(branch, { path, files: new Map() })
}

async function edit({ worktrees, random }: World, branch: string): Promise<void> {
  const { path, files } = worktrees.get(branch)!
  const name = pick(random, ['README.md', 'src/code.txt', 'new', 'deep/er/new', '-dash', 'li\nne', '.hidden'])
  const content = `${random()}`
  await mkdir(dirname(join(path, name)), { recursive: true })
  await writeFile(join(path, name), content)
  files.set(name, content)
}

async function commit({ repository: { git }, worktrees, commits }: World, branch: string): Promise<void> {
  const { path, files } = worktrees.get(branch)!
  await git(['add', '-A'], path)
  await git(['commit', '-q', '--allow-empty', '-m', 'work'], path)
  commits.add(await git(['rev-parse', 'HEAD'], path))
  files.clear()
}

async function detach({ repository: { git }, worktrees }: World, branch: string): Promise<void> {
  await git(['checkout', '-q', '--detach'], worktrees.get(branch)!.path)
}

async function remove(world: World, branch: string): Promise<void> {
  const { repository, worktrees, random, commits } = world
  const { path, files } = worktrees.get(branch)!
  const force = random() < 0.2
  const outcome = await repository.worktrees.remove({ path, force, deleteBranch: random() < 0.5 })
  if (!outcome.ok) {
    expect(force).toBe(false)
    expect(files.size + commits.size, outcome.failure.message).toBeGreaterThan(0) // never without a reason
    world.refused++
    return
  }
  worktrees.delete(branch)
  if (force) {
    const left = await reachable(world)
    for (const hash of commits) if (!left.has(hash)) commits.delete(hash)
  } else {
    expect(files).toEqual(new Map()) // nothing uncommitted went
    world.removed++
  }
}

/** What `botster worktrees clean` does, with the branches whose commits are elsewhere. */
async function clean(world: World): Promise<void> {
  const { repository, worktrees, commits } = world
  for (const { path, mayGo } of await repository.worktrees.survey({ sizes: false })) {
    if (!mayGo) {
      world.refused++
      continue
    }
    const [branch, { files }] = [...worktrees].find(([, one]) => one.path === path)!
    expect(files).toEqual(new Map())
    const outcome = await repository.worktrees.remove({ path, deleteBranch: true })
    if (outcome.ok) {
      worktrees.delete(branch)
      world.removed++
    } else expect(commits.size, outcome.failure.message).toBeGreaterThan(0)
  }
}

async function prune({ repository: { git } }: World): Promise<void> {
  await git(['worktree', 'prune', '--expire=now'])
}

/** The hub is ended while git makes a worktree: whatever is left must stand in nobody's way. */
async function crash({ repository, random }: World, branch: string): Promise<void> {
  const signal = AbortSignal.timeout(Math.floor(random() * 60))
  const outcome = await repository.worktrees.create({ branch, signal })
  if (outcome.ok) value(await repository.worktrees.remove({ path: outcome.value.path }))
}

async function check(world: World): Promise<void> {
  for (const { path, files } of world.worktrees.values()) {
    await access(path)
    for (const [name, content] of files) expect(await readFile(join(path, name), 'utf8')).toBe(content)
  }
  const left = await reachable(world)
  for (const hash of world.commits) expect(left).toContain(hash)
}

/** Commits on a branch or in a worktree: what git keeps, and what a person can find. */
async function reachable({ repository: { git }, worktrees }: World): Promise<Set<string>> {
  const heads = await Promise.all([...worktrees.values()].map(({ path }) => git(['rev-parse', 'HEAD'], path)))
  return new Set((await git(['rev-list', '--branches', ...heads])).split('\n'))
}

function pick<T>(random: () => number, values: readonly T[]): T {
  return values[Math.floor(random() * values.length)]!
}

/** mulberry32: small, and the same everywhere. */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
