import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeWorld, until, type World } from './world.ts'

interface Agent {
  readonly id: string
  readonly key: string
  readonly branch_name: string
  readonly worktree_path: string
  readonly cwd: string
  readonly git?: { dirty: number; ahead: number; behind: number }
}

let world: World
beforeEach(async () => {
  world = await makeWorld()
})
afterEach(() => world[Symbol.asyncDispose]())

const create = (options: Record<string, unknown>) =>
  world.command<Agent>('create_agent', { command: 'sleep 1000', ...options })

test('A branch that is taken is explained, and shared or numbered when that is asked for', async () => {
  const first = await create({ branch: 'one' })
  await expect(create({ branch: 'one' })).rejects.toMatchObject({
    code: 'branch_in_use',
    message: `branch one is already checked out in ${first.worktree_path}, where project-one works: work there too (reuse), or take one-2, which starts from it (suffix)`,
  })
  const shared = await create({ branch: 'one', on_taken: 'reuse' })
  expect([shared.worktree_path, shared.key]).toEqual([first.worktree_path, 'project-one-2'])
  await world.repository.git(['commit', '-q', '--allow-empty', '-m', 'of one'], first.worktree_path)
  const numbered = await create({ branch: 'one', on_taken: 'suffix' })
  expect(numbered.branch_name).toBe('one-2')
  expect(await world.repository.git(['log', '-1', '--format=%s'], numbered.worktree_path)).toBe('of one')
  await expect(create({ branch: 'main', on_taken: 'reuse' })).rejects.toThrow('the repository itself')
  await world.repository.git(['branch', 'there'])
  await expect(create({ branch: 'there', from: 'one' })).rejects.toMatchObject({ code: 'branch_exists' })
  expect(await create({ branch: 'there', from: 'one', on_taken: 'suffix' })).toMatchObject({ branch_name: 'there-2' })
})

test('An agent starts from any ref, in a directory of its worktree', async () => {
  await world.repository.git(['tag', 'v1'])
  await world.repository.git(['commit', '-q', '--allow-empty', '-m', 'later'])
  const made = await create({ branch: 'old', from: 'v1', directory: 'src' })
  expect(await world.repository.git(['log', '-1', '--format=%s'], made.worktree_path)).toBe('first')
  expect(made.cwd).toBe(join(made.worktree_path, 'src'))
  await expect(create({ branch: 'bad', directory: '../..' })).rejects.toMatchObject({ code: 'no_directory' })
  expect(await world.repository.git(['branch', '--list', 'bad'])).toBe('')
})

test('How its worktree stands is known of an agent once it comes to rest', async () => {
  const made = await create({
    branch: 'x',
    command:
      'echo a > new.txt; git -c user.name=a -c user.email=a@b commit -q --allow-empty -m c; echo done; sleep 1000',
  })
  const state = async () => (await world.command<{ agents: Agent[] }>('list_agents')).agents[0]!.git
  const direct = () => world.eval(`return worktree.git_state('${made.worktree_path}')`)
  const stands = { dirty: 1, ahead: 1, behind: 0 }
  await until(async () => isDeepStrictEqual(await direct(), stands), 'what its command does')
  await until(async () => isDeepStrictEqual(await state(), stands), 'the state')
})

test('worktree.survey, worktree.git_state, worktree.branch_exists and worktree.free_space: tell Lua of worktrees', async () => {
  const made = await create({ branch: 'x' })
  expect(await world.eval(`return worktree.survey()`)).toMatchObject([
    { path: made.worktree_path, may_go: true, merged: 'merged' },
  ])
  expect(await world.eval(`return worktree.git_state('${made.worktree_path}')`)).toEqual({
    dirty: 0,
    ahead: 0,
    behind: 0,
  })
  expect(await world.eval(`return worktree.branch_exists('x') and not worktree.branch_exists('y')`)).toBe(true)
  expect(await world.eval(`return worktree.free_space()`)).toBeGreaterThan(0)
})

test('worktree.watch, worktree.unwatch: tell of changes that others make, until they are let go of', async () => {
  const made = await create({ branch: 'x' })
  await world.eval(`
    heard = {}
    events.on('worktree_changed', function(change) heard[#heard + 1] = change.path end)`)
  expect(await world.eval(`return worktree.watch('${made.worktree_path}')`)).toBe(true)
  await world.repository.write(join(made.worktree_path, 'new.txt'), 'x')
  await until(() => world.eval(`return heard[1]`), 'the change')
  expect(await world.eval(`return heard[1]`)).toBe(made.worktree_path)
  await world.repository.git(['commit', '-q', '--allow-empty', '-m', 'onwards'])
  const behind = async () => (await world.command<{ agents: Agent[] }>('list_agents')).agents[0]!.git
  await until(async () => (await behind())?.behind === 1, 'the agent to be behind')
  expect(await behind()).toEqual({ dirty: 1, ahead: 0, behind: 1 })
  await world.eval(`worktree.unwatch('${made.worktree_path}') worktree.unwatch('/nowhere')`)
  // The hub watches it for the agent, whoever else does.
  await world.repository.write(join(made.worktree_path, 'newer.txt'), 'x')
  await until(async () => (await behind())?.dirty === 2, 'the agent to be dirtier')
  expect(await world.eval(`return worktree.watch('/')`)).toBe(false)
})

test('What a plugin watches it watches no longer once it is unloaded, and others go on', async () => {
  const [gone, stays] = [world.repository.root, (await create({ branch: 'stays', command: 'true' })).worktree_path]
  const path = await world.writeLua('watching.lua', `worktree.watch('${gone}') worktree.watch('${stays}')`)
  await world.eval(`
    worktree.watch('${stays}') assert(loader.load_plugin('${path}', 'watching'))
    assert(loader.reload_plugin('watching'))
    heard = {}
    events.on('worktree_changed', function(change) heard[change.path] = true end)`)
  await world.repository.write(join(gone, 'new.txt'), 'x')
  await until(() => world.eval(`return heard['${gone}']`), 'the change')
  await world.eval(`assert(loader.unload('plugin.watching')) heard = {}`)
  await world.repository.write(join(gone, 'newer.txt'), 'x')
  await world.repository.write(join(stays, 'new.txt'), 'x')
  await until(() => world.eval(`return heard['${stays}']`), 'the change in the other')
  expect(await world.eval(`return heard['${gone}']`)).toBeUndefined()
})

test('Worktrees nobody needs are cleaned, those of agents and those with work are not', async () => {
  const used = await create({ branch: 'used' })
  const left = await create({ branch: 'left' })
  const dirty = await create({ branch: 'dirty' })
  await world.repository.write(join(dirty.worktree_path, 'new.txt'), 'x')
  for (const { key } of [left, dirty]) await world.command('delete_agent', { agent: key })
  const { worktrees } = await world.command<{ worktrees: { path: string; stale: boolean }[] }>('survey_worktrees')
  expect(worktrees.filter(({ stale }) => stale).map(({ path }) => path)).toEqual([left.worktree_path])
  const paths = [used, left, dirty].map(({ worktree_path }) => worktree_path)
  const { removed, failed } = await world.command<{ removed: { path: string }[]; failed: { message: string }[] }>(
    'clean_worktrees',
    { paths, branches: true },
  )
  expect(removed).toEqual([{ path: left.worktree_path, deleted_branch: 'left' }])
  expect(failed.map(({ message }) => message)).toEqual(['project-used works there', '1 file not committed'])
  await world.eval(`return config.set('worktree_budget_gb', 0.0000001)`)
  expect(await world.command('survey_worktrees')).toMatchObject({ warning: expect.stringContaining('more than') })
})
