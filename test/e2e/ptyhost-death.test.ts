import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { isAlive, kill } from './harness/processes.ts'
import { until } from './harness/until.ts'
import { World } from './harness/world.ts'

describe('the death of a ptyhost', () => {
  test('marks its agents lost, leaves worktrees untouched, says so, and new agents work', async () => {
    await using world = new World()
    const agent = await world.newAgent('doomed', 'cat')
    writeFileSync(join(agent.worktree!, 'draft.txt'), 'not committed')
    const terminal = world.open(['attach'])
    await terminal.waitFor(/doomed \[AGENT/)
    const { ptyhost } = await world.status()
    kill(ptyhost!.pid, 'SIGKILL')
    await terminal.waitFor(/lost/i)
    await until(async () => (await world.agent('doomed')).status === 'lost', { what: 'the agent to be marked lost' })
    expect(world.git('-C', agent.worktree!, 'status', '--porcelain')).toBe('?? draft.txt\n')
    await world.newAgent('next', 'echo alive; cat')
    await world.screenOf('next', /alive/)
    terminal.keys('ctrl+j')
    await terminal.waitFor('alive')
    terminal.type('typed\r')
    await terminal.waitFor(/typed[\s\S]*typed/)
  })

  test('together with its hub loses the programs and nothing else', async () => {
    await using world = new World()
    const agent = await world.newAgent('doomed', 'cat')
    writeFileSync(join(agent.worktree!, 'draft.txt'), 'not committed')
    const { hub, ptyhost } = await world.status()
    kill(hub.pid, 'SIGKILL')
    kill(ptyhost!.pid, 'SIGKILL')
    await until(() => !isAlive(hub.pid) && !isAlive(ptyhost!.pid), { what: 'both to be dead' })
    expect(await world.agents()).toMatchObject([{ id: agent.id, key: agent.key, name: 'doomed', status: 'lost' }])
    expect(world.git('-C', agent.worktree!, 'status', '--porcelain')).toBe('?? draft.txt\n')
    expect((await world.run(['kill', 'doomed', '--delete-worktree'])).stderr).toContain('draft.txt')
  })
})
