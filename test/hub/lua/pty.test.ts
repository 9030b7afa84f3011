import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeWorld, until, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await makeWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

describe('A plugin’s terminal', () => {
  test('Runs a program, shows its screen, takes keys, and is gone after kill', async () => {
    const screen = await world.eval<string>(`
      handle = pty.spawn{ cmd = { "/bin/sh", "-c", "read x; echo got $x; sleep 1000" }, rows = 10, cols = 40, env = { FOO = "bar" } }
      handle:write("a key\\r")
      repeat runtime.sleep(0.02) until handle:get_screen():find("got a key")
      return handle:get_screen()
    `)
    expect(screen).toContain('got a key')
    expect(
      await world.eval(`
        local rows, cols = handle:dimensions()
        local alive = handle:is_alive()
        local same = pty.get(handle:session_id()) == handle
        local ending = handle:kill(0.5)
        return { rows, cols, alive, same, handle:is_alive(), ending.signal ~= nil or ending.code ~= nil, handle:release() }
      `),
    ).toEqual([10, 40, true, true, false, true, true])
    expect(await world.eval('return pty.get(handle:session_id()) == nil')).toBe(true)
  })
})

test('An agent’s environment can be filtered by a hook', async () => {
  await world.eval(`
    hooks.intercept("filter_agent_env", "secret", function(env, agent)
      env.HOME, env.KEY_OF = nil, agent.key
      return env
    end)
  `)
  const { key } = await world.command<{ key: string }>('create_agent', {
    worktree: false,
    name: 'filtered',
    command: 'echo "[$HOME] $KEY_OF"; sleep 1000',
  })
  await until(
    async () => (await world.command<{ text: string }>('screen', { agent: key })).text.includes('[] project-filtered'),
    'the screen',
  )
  await world.eval('hooks.unintercept("filter_agent_env", "secret")')
  await world.command('delete_agent', { agent: key })
})

// Last: it takes every terminal of this world with it.
test('When the ptyhost dies its agents are lost, worktrees stay, and new agents work', async () => {
  const { key, worktree_path } = await world.command<{ key: string; worktree_path: string }>('create_agent', {
    branch: 'doomed',
    command: 'sleep 1000',
  })
  process.kill(world.hub.ptyhost.pid!, 'SIGKILL')
  const status = async () => {
    const { agents } = await world.command<{ agents: { key: string; status: string }[] }>('list_agents')
    return agents.find((agent) => agent.key === key)?.status
  }
  await until(async () => (await status()) === 'lost', 'the loss')
  expect(await world.repository.git(['branch', '--show-current'], worktree_path)).toBe('doomed')
  const next = await world.command<{ status: string; key: string }>('create_agent', {
    worktree: false,
    command: 'sleep 1000',
  })
  expect(next.status).toBe('running')
  await world.command('delete_agent', { agent: key, delete_worktree: true })
})
