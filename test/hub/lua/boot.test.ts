import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { COMMANDS } from '../../../hub/catalogue/commands/index.ts'
import { connect } from '../../../protocol/client.ts'
import { hubProtocol } from '../../../protocol/messages/hub.ts'
import { makeWorld, until, type World } from './world.ts'

let world: World
afterEach(() => world[Symbol.asyncDispose]())

test('Answers to the commands of the catalogue, and to no others, and says to a listener which it is asked', async () => {
  world = await makeWorld()
  const known = await world.eval<{ type: string; description: string; owner: string }[]>('return commands.list()')
  const shipped = known.filter(({ owner }) => owner.startsWith('handlers.'))
  const described = COMMANDS.flatMap(({ commands }) => commands.map(({ name }) => name))
  expect(shipped.map(({ type }) => type)).toEqual(described.toSorted())
  expect(shipped.filter(({ description }) => description === '')).toEqual([])
  await world.eval(`
    events.on("command_message", function(message) if message.type == "rename_agent" then heard = message end end)`)
  const renaming = { agent: 'nobody', name: 'x' }
  await expect(world.command('rename_agent', renaming)).rejects.toThrow('nobody')
  expect(await world.eval('return heard')).toEqual({
    client_id: 'test-client',
    type: 'rename_agent',
    command: { type: 'rename_agent', ...renaming },
  })
})

test('Boots without a single error, and runs what the user’s own file registers', async () => {
  world = await makeWorld()
  expect(world.errors()).toEqual([])
  expect(await world.eval('return 1 + 1')).toBe(2)
})

test('Loads everything in the documented order, and logs how long each step took', async () => {
  world = await makeWorld()
  const steps = () => world.log.flatMap(({ msg }) => /^boot: (.+) took [\d.]+ ms$/.exec(msg)?.[1] ?? [])
  await until(() => steps().includes('improvements'), 'the step that nobody waits for')
  expect(steps()).toEqual([
    'hub.state',
    'hub.hooks',
    'hub.loader',
    'lib.config_resolver',
    'lib.agent',
    'lib.commands',
    'lib.mcp',
    'handlers.trust',
    'handlers.connections',
    'handlers.agents',
    'handlers.agent_states',
    'handlers.hub_commands',
    'handlers.terminal',
    'handlers.connection_code',
    'handlers.questions',
    'handlers.mcp',
    'handlers.agent_tools',
    'handlers.restore',
    'handlers.worktrees',
    'handlers.webrtc',
    'handlers.plugins',
    'handlers.commands',
    'handlers.state_commands',
    'handlers.prompts',
    'handlers.inbox',
    'handlers.event_stream',
    'handlers.filesystem',
    'handlers.templates',
    'handlers.tui',
    'handlers.socket',
    'shutdown handler',
    'user.init',
    'plugins',
    'handlers.plugin_watcher',
    'handlers.module_watcher',
    'handlers.improvement_watcher',
    'improvements',
  ])
})

describe('A step that fails does not keep the hub from working:', () => {
  test('a broken user.init', async () => {
    world = await makeWorld({ files: { 'user/init.lua': 'commands.register("half", print)\nlocal x = 5 +' } })
    expect(world.errors()).toEqual([expect.stringMatching(/user\/init\.lua:2: unexpected symbol near <eof>/)])
    expect((await world.command<{ agents: unknown[] }>('list_agents')).agents).toEqual([])
    await expect(world.command('half')).rejects.toThrow('unknown command')
  })

  test('a user’s handler that replaces a shipped one and loops for ever', async () => {
    world = await makeWorld({ files: { 'handlers/socket.lua': '\nwhile true do end' } })
    expect(world.errors()).toEqual([expect.stringMatching(/handlers\/socket\.lua:2: stopped: it ran longer/)])
    expect(await world.eval('return 5')).toBe(5)
  })

  test('a user.init that waits for something that never comes', async () => {
    world = await makeWorld({ files: { 'user/init.lua': 'runtime.sleep(1e6)' }, waitsForBoot: false })
    expect((await world.command<{ agents: unknown[] }>('list_agents')).agents).toEqual([])
  })
})

test('A module that fails inside another is reported once, by its own name', async () => {
  world = await makeWorld({ files: { 'a.lua': 'require("b")', 'b.lua': 'error("deep down")' } })
  await expect(world.eval('require("a")')).rejects.toThrow(/b\.lua:1: deep down/)
  const reports = world.hub.errors.list().filter(({ message }) => message.includes('deep down'))
  expect(reports.map(({ owner }) => owner).filter((owner) => owner !== 'hub')).toEqual(['b'])
})

test('What Lua prints and logs goes into the hub’s log, with whose it is', async () => {
  world = await makeWorld({ files: { 'talk.lua': 'print("printed", 5)\nlog.warn("logged", { a = 1 })' } })
  await world.eval('require("talk")')
  const said = world.log.filter(({ owner }) => owner === 'talk').map(({ level, msg }) => [level, msg])
  expect(said).toEqual([
    [30, 'printed\t5'],
    [40, 'logged {"a":1}'],
  ])
})

test('Its last words are heard when the hub ends', async () => {
  world = await makeWorld()
  await world.eval('events.on("shutdown", function() log.info("farewell") end)')
  await world.restart()
  expect(world.log.map(({ msg }) => msg)).toContain('farewell')
})

test('A module’s file is found whatever its root, and nothing outside of the roots is', async () => {
  world = await makeWorld({ files: { 'deep/er/init.lua': 'return "deeper"' } })
  expect(await world.eval('return require("deep.er")')).toBe('deeper')
  expect(await world.eval('return runtime.find_module("deep.er")')).toBe(
    join(world.userDirectory, 'lua/deep/er/init.lua'),
  )
  for (const name of ['..secret', 'a/b', '.', 'x..y', '../user/init']) {
    await expect(world.eval(`require(${JSON.stringify(name)})`)).rejects.toThrow('not found')
  }
})

test('A command that is registered late in a long boot is waited for, and one that nobody registers is not known', async () => {
  world = await makeWorld({
    files: {
      'slow.lua': 'runtime.sleep(4) commands.register("late", function() return { here = true } end) return {}',
    },
  })
  await world.writeLua('user/init.lua', 'require("slow")')
  await world.restart({ waitsForBoot: false }) // the hub itself waits three seconds for it
  const [late, never] = await Promise.allSettled([world.command('late'), world.command('never')])
  expect(late).toMatchObject({ status: 'fulfilled', value: { here: true } })
  expect(never).toMatchObject({
    status: 'rejected',
    reason: { message: expect.stringContaining("unknown command 'never'") },
  })
})

test('Who subscribes before a long boot has come to it is heard once it has', async () => {
  world = await makeWorld({ files: { 'handlers/worktrees.lua': 'runtime.sleep(4) return {}' }, waitsForBoot: false })
  const types: unknown[] = []
  using client = await connect({
    path: world.hub.paths.hubSocket,
    protocol: hubProtocol,
    role: 'tui',
    onMessage: (message) => {
      if (message.type === 'message') types.push((message.data as { type: string }).type)
    },
  })
  client.send({ type: 'message', data: { subscriptionId: 'hub', type: 'subscribe', channel: 'hub' } })
  await expect.poll(() => types.slice(0, 2)).toEqual(['subscribed', 'agent_list'])
})
