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

  test('Takes a string apart at white space, passes environment and port, and types first lines', async () => {
    const text = await world.eval<string>(`
      local handle = pty.spawn{ command = "/bin/sh", port = 8123, env = { FOO = "b a r" }, init_commands = { "echo $FOO-$PORT-$BOTSTER_HUB_ID" } }
      repeat runtime.sleep(0.02) until handle:get_screen():find("8123")
      local text, port = handle:get_screen(), handle:port()
      handle:kill(0.1); handle:release()
      return text .. port
    `)
    expect(text).toContain(`b a r-8123-${world.hub.id}`)
    expect(text).toMatch(/8123$/)
  })

  test('Tells of its end by an event', async () => {
    await world.eval(`
      ended = nil
      events.on("process_exited", function(event) ended = event end)
      pty.spawn{ cmd = { "/bin/sh", "-c", "exit 4" }, session_name = "brief" }
    `)
    const event = await until(() => world.eval<Record<string, unknown>>('return ended'), 'the event')
    expect(event).toMatchObject({ session_name: 'brief', exit_code: 4 })
  })

  test('That cannot start raises, and a wrong option is named', async () => {
    await expect(world.eval('pty.spawn{ cmd = "/bin/sh", cwd = "/does/not/exist" }')).rejects.toThrow(
      /does\/not\/exist|directory/,
    )
    await expect(world.eval('pty.spawn{ cmd = "x", rows = "many" }')).rejects.toThrow(
      "bad argument #1 to 'pty.spawn' (rows:",
    )
    await expect(world.eval('pty.spawn{ cmdd = "x" }')).rejects.toThrow('cmdd')
  })
})

test('The terminals of an agent can be registered, replaced and forgotten', async () => {
  expect(
    await world.eval(`
      local a = pty.spawn{ cmd = { "/bin/sleep", "1000" } }
      local first, second, again = hub.register_agent("a", { a }), hub.register_agent("b", { a }), hub.register_agent("a", { a, a })
      local gone, unknown = hub.unregister_agent("a"), hub.unregister_agent("a")
      local ok, err = pcall(hub.register_agent, "c", {})
      hub.unregister_agent("b"); a:kill(0); a:release()
      return { second - first, again - first, gone, unknown, ok, tostring(err) }
    `),
  ).toEqual([1, 0, true, false, false, expect.stringContaining('without a terminal')])
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

test('create_async tells of the worktree by an event', async () => {
  await world.eval(`
    made, failed = nil, nil
    events.on("worktree_created", function(event) made = event end)
    events.on("worktree_create_failed", function(event) failed = event end)
    worktree.create_async{ agent_key = "k", branch = "async", prompt = "p", metadata = { a = 1 }, client_rows = 5 }
    worktree.create_async{ agent_key = "k2", branch = "bad..name" }
  `)
  expect(await until(() => world.eval('return made'), 'worktree_created')).toMatchObject({
    agent_key: 'k',
    branch: 'async',
    path: `${world.repository.base}/project-async`,
    prompt: 'p',
    metadata: { a: 1 },
    client_rows: 5,
  })
  expect(await until(() => world.eval('return failed'), 'worktree_create_failed')).toMatchObject({ agent_key: 'k2' })
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
