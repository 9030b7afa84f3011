// `worktree`: each reason for which something is not done, in one hub, and in hubs where nothing can be.
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeWorld, type World } from '../hub/lua/world.ts'

let world: World
beforeAll(async () => {
  world = await makeWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

/** The kind and message of a call that fails as expected. */
const failing = (call: string, where = world) =>
  where.eval<{ kind: string; message: string; files?: string[]; commits?: object[]; path?: string }>(
    `local v, m, e = ${call}
     assert(v == nil and e.message == m)
     return { kind = e.kind, message = m, files = e.files, commits = e.commits, path = e.path }`,
  )
const at = (name: string) => join(world.repository.base, `project-${name}`)

test('worktree.create: says in which way its branch cannot be', async () => {
  const { root } = world.repository
  expect(await failing('worktree.create{ branch = "bad..name" }')).toMatchObject({ kind: 'bad_branch' })
  expect(await failing('worktree.create{ branch = "main" }')).toMatchObject({ kind: 'branch_in_use', path: root })
  await world.repository.git(['branch', 'there'])
  expect(await failing('worktree.create{ branch = "there", from = "main" }')).toMatchObject({ kind: 'branch_exists' })
  expect(await failing('worktree.create{ branch = "x", from = "nowhere" }')).toMatchObject({ kind: 'bad_ref' })
})

test('worktree.create: passes on what git says when it refuses', async () => {
  const hook = join(world.repository.root, '.git/hooks/reference-transaction')
  await mkdir(join(hook, '..'), { recursive: true })
  await writeFile(hook, '#!/bin/sh\nexit 1\n')
  await chmod(hook, 0o755)
  expect(await failing('worktree.create{ branch = "refused" }')).toMatchObject({
    kind: 'git_failed',
    message: expect.stringContaining('hook'),
  })
  await chmod(hook, 0o644)
})

test('worktree.create: says that no directory can be made, and leaves no branch', async () => {
  await using other = await makeWorld()
  await writeFile(other.repository.base, 'a file in its place')
  expect(await failing('worktree.create{ branch = "nowhere" }', other)).toMatchObject({ kind: 'no_directory' })
  expect(await other.repository.git(['branch', '--list', 'nowhere'])).toBe('')
})

test('worktree.delete, worktree.may_delete: say why a worktree is kept', async () => {
  const { git, root } = world.repository
  for (const name of ['dirty', 'ahead', 'locked']) await world.eval(`worktree.create{ branch = "${name}" }`)
  await writeFile(join(at('dirty'), 'notes.txt'), 'mine')
  await git(['commit', '-q', '--allow-empty', '-m', 'only here'], at('ahead'))
  await git(['worktree', 'lock', at('locked')])
  const elsewhere = join(world.repository.directory, 'elsewhere')
  await git(['worktree', 'add', '-q', '-b', 'elsewhere', elsewhere])
  const kept: [kind: string, path: string, more?: object][] = [
    ['uncommitted_work', at('dirty'), { files: ['notes.txt'] }],
    ['unsaved_commits', at('ahead'), { commits: [{ hash: expect.any(String), subject: 'only here' }] }],
    ['main_worktree', root],
    ['outside_base', elsewhere],
    ['locked', at('locked')],
    ['not_a_worktree', world.repository.base],
  ]
  const options = '{ delete_branch = true }'
  for (const [kind, path, more] of kept) {
    for (const call of [`may_delete("${path}", ${options})`, `delete("${path}", nil, ${options})`]) {
      expect(await failing(`worktree.${call}`), call).toMatchObject({ kind, ...more })
    }
  }
  await expect(world.eval(`worktree.may_delete("${at('dirty')}", { forced = true })`)).rejects.toThrow(
    /bad argument #2 to 'worktree.may_delete' \(.*forced/,
  )
})

test('worktree.status, worktree.git_state, worktree.exclusive_commits: say when there is no such thing', async () => {
  expect(await failing('worktree.status("/")')).toMatchObject({ kind: 'not_a_worktree' })
  expect(await failing('worktree.git_state("/")')).toMatchObject({ kind: 'git_failed' })
  expect(await failing('worktree.exclusive_commits("none")')).toMatchObject({
    kind: 'git_failed',
    message: expect.stringContaining('none'),
  })
})

test('worktree.create: a repository without a commit has nothing to start from', async () => {
  await using empty = await makeWorld({ empty: true })
  expect(await failing('worktree.create{ branch = "x" }', empty)).toEqual({
    kind: 'no_commits',
    message: expect.stringContaining('commit once first'),
  })
})

test('worktree.create, worktree.delete, worktree.may_delete, worktree.status, worktree.git_state, worktree.exclusive_commits: say that there is no repository', async () => {
  await using other = await makeWorld({ isRepository: false })
  const calls = ['create{ branch = "x" }', 'delete("/x")', 'may_delete("/x")', 'status("/x")', 'git_state("/x")']
  for (const call of [...calls, 'exclusive_commits("x")']) {
    expect(await failing(`worktree.${call}`, other), call).toEqual({
      kind: 'no_repository',
      message: `${other.repository.root} is not in a git repository`,
    })
  }
  expect(await other.eval('return { #worktree.list(), worktree.find("x") == nil, worktree.is_git_repo() }')).toEqual([
    0,
    true,
    false,
  ])
})
