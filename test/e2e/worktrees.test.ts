import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { World } from './harness/world.ts'

describe('worktrees', () => {
  test('two agents edit the same file on two branches without seeing each other', async () => {
    await using world = new World()
    const [one, two] = [await world.newAgent('one', 'sh'), await world.newAgent('two', 'sh')]
    await world.botster('send', 'one', 'echo from-one >> shared.txt; git commit -qam One; echo $? done', '--enter')
    await world.botster('send', 'two', 'echo from-two >> shared.txt; git commit -qam Two; echo $? done', '--enter')
    await world.screenOf('one', /^0 done/m)
    await world.screenOf('two', /^0 done/m)
    expect(readFileSync(join(one.worktree!, 'shared.txt'), 'utf8')).toBe('one\ntwo\nthree\nfrom-one\n')
    expect(readFileSync(join(two.worktree!, 'shared.txt'), 'utf8')).toBe('one\ntwo\nthree\nfrom-two\n')
    expect(readFileSync(join(world.repository, 'shared.txt'), 'utf8')).toBe('one\ntwo\nthree\n')
    expect(world.git('status', '--porcelain')).toBe('')
  })

  test('deleting one with uncommitted work is refused, names the files, and ends nothing', async () => {
    await using world = new World()
    const agent = await world.newAgent('busy', 'cat')
    appendFileSync(join(agent.worktree!, 'shared.txt'), 'changed\n')
    writeFileSync(join(agent.worktree!, 'new.txt'), '')
    const { status, stderr } = await world.run(['kill', 'busy', '--delete-worktree'])
    expect(status).toBe(1)
    expect(stderr).toMatch(/^botster: .*uncommitted work/)
    expect(stderr).toContain('--force')
    expect(stderr).toContain('shared.txt')
    expect(stderr).toContain('new.txt')
    expect(existsSync(join(agent.worktree!, 'new.txt'))).toBe(true)
    expect(await world.agents()).toMatchObject([{ id: agent.id, status: 'running' }])
    await world.botster('send', 'busy', 'alive', '--enter')
    await world.screenOf('busy', /alive\nalive/)
  })

  test('deleting a branch whose commits exist nowhere else is refused and names them; force does it', async () => {
    await using world = new World()
    const agent = await world.newAgent('busy', 'cat')
    writeFileSync(join(agent.worktree!, 'new.txt'), '')
    world.git('-C', agent.worktree!, 'add', '.')
    world.git('-C', agent.worktree!, 'commit', '-qm', 'Precious')
    const { status, stderr } = await world.run(['kill', 'busy', '--delete-worktree', '--delete-branch'])
    expect(status).toBe(1)
    expect(stderr).toContain('Precious')
    expect(existsSync(agent.worktree!)).toBe(true)
    await world.botster('kill', 'busy', '--delete-worktree', '--delete-branch', '--force')
    expect(existsSync(agent.worktree!)).toBe(false)
    expect(world.git('branch', '--list', 'busy')).toBe('')
  })

  test('an untouched worktree goes without force, and its branch stays', async () => {
    await using world = new World()
    const agent = await world.newAgent('idle', 'cat')
    await world.botster('kill', 'idle', '--delete-worktree')
    expect(existsSync(agent.worktree!)).toBe(false)
    expect(world.git('branch', '--list', 'idle')).toContain('idle')
    expect(await world.agents()).toEqual([])
  })

  test('killing an agent keeps its worktree, and its branch can be taken up again', async () => {
    await using world = new World()
    const first = await world.newAgent('again', 'cat')
    writeFileSync(join(first.worktree!, 'draft.txt'), 'kept')
    await world.botster('kill', 'again')
    expect(await world.agents()).toEqual([])
    const second = await world.newAgent('again', 'cat draft.txt; cat')
    expect(second.worktree).toBe(first.worktree)
    await world.screenOf('again', /kept/)
  })

  test('a branch starts where it was asked to', async () => {
    await using world = new World()
    const base = world.git('rev-parse', 'HEAD').trim()
    world.git('commit', '--quiet', '--allow-empty', '--message', 'Second')
    const agent = await world.newAgent('old', 'cat', '--from', base)
    expect(world.git('-C', agent.worktree!, 'rev-parse', 'HEAD').trim()).toBe(base)
    const { status, stderr } = await world.run(['new', 'bad', '--from', 'nonsense'])
    expect(status).toBe(1)
    expect(stderr).toContain('nonsense')
    expect(await world.agents()).toHaveLength(1)
  })
})
