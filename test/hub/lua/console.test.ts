import { afterAll, beforeAll, expect, test } from 'vitest'
import { connect } from '../../../protocol/client.ts'
import { hubProtocol } from '../../../protocol/messages/hub.ts'
import type { LuaOutcome, LuaRun } from '../../../protocol/messages/lua.ts'
import { makeWorld, until, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await makeWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

/** Somebody at the command line. */
async function person() {
  const heard: string[] = []
  const connection = await connect({
    path: world.hub.paths.hubSocket,
    protocol: hubProtocol,
    role: 'cli',
    onMessage: (message) => {
      if (message.type === 'luaOutput') heard.push(Buffer.from(message.text as string).toString())
    },
  })
  return {
    connection,
    heard: () => heard.join(''),
    run: (source: string, more: Partial<LuaRun> = {}): Promise<LuaOutcome> =>
      connection.request('lua', { source, chunkName: 'a.lua', show: 'quoted', ...more }),
    [Symbol.dispose]: () => connection[Symbol.dispose](),
  }
}

test('A person’s Lua sees the hub as the hub’s own does', async () => {
  using p = await person()
  expect(await p.run('hub.server_id()')).toEqual({ kind: 'done', text: JSON.stringify(world.hub.id) })
  expect(await p.run('worktree.list()[1].is_main')).toEqual({ kind: 'done', text: 'true' })
  expect(await p.run('require("lib.commands").has("list_agents")')).toEqual({ kind: 'done', text: 'true' })
  const { candidates } = await p.connection.request('luaComplete', { text: 'x = worktree.li' })
  expect(candidates).toEqual(['worktree.list'])
})

test('What is printed arrives while it runs, and nowhere else', async () => {
  using p = await person()
  using other = await person()
  const run = p.run('print("first") for i = 1, 1e9 do end')
  await until(() => p.heard() === 'first\n')
  expect(await other.run('x')).toEqual({ kind: 'done', text: 'nil' })
  p.connection.send({ type: 'luaCancel' })
  expect(await run).toMatchObject({ kind: 'failed', reason: 'cancelled' })
  expect(other.heard()).toBe('')
  expect(world.log.some(({ msg }) => msg === 'first')).toBe(false)
})

test('What is written to io.stdout is the person’s too, and os.exit ends only the script', async () => {
  using p = await person()
  expect(await p.run('io.write("half ") io.stdout:write("line\\n") os.exit(3)')).toEqual({ kind: 'exited', code: 3 })
  expect(p.heard()).toBe('half line\n')
  expect(await p.run('1')).toEqual({ kind: 'done', text: '1' })
})

test('The hub answers while a script runs without end', async () => {
  using p = await person()
  const run = p.run('while true do pcall(function() while true do end end) end')
  const late: number[] = []
  for (let i = 0; i < 20; i++) {
    const began = performance.now()
    await world.command('list_agents')
    late.push(performance.now() - began)
  }
  expect(late.sort((a, b) => a - b)[10]).toBeLessThan(2000)
  p.connection.send({ type: 'luaCancel' })
  expect(await run).toMatchObject({ reason: 'cancelled' })
})

test('A callback’s error is the person’s, not the hub’s', async () => {
  using p = await person()
  await p.run('timer.after(0, function() error("mine") end)')
  await until(() => p.heard().includes('a.lua:1: mine\nstack traceback:'))
  expect(world.errors()).toEqual([])
})

test('Whatever was registered goes when the person goes', async () => {
  const p = await person()
  await p.run('commands.register("typed", function() return "here" end) events.on("typed", function() end)')
  expect(await world.eval('return events.has("typed")')).toBe(true)
  const endless = p.run('while true do end').catch((error: Error) => error.name)
  p[Symbol.dispose]()
  await until(async () => !(await world.eval(`return events.has("typed") or commands.has("typed")`)))
  expect(await endless).toBe('ConnectionClosed')
})
