import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { hubModuleDescriptions } from '../../hub/modules/index.ts'
import { connect } from '../../protocol/client.ts'
import { hubProtocol } from '../../protocol/messages/hub.ts'
import { botsterVersion } from '../../protocol/version.ts'
import { makeWorld, until, type World } from '../hub/lua/world.ts'
import { expectExamplesToRunIn } from './support/examples.ts'

let world: World
// Each test has a hub of its own: one where nothing was registered or reported, and that it may end.
beforeEach(async () => {
  world = await makeWorld()
})
afterEach(() => world[Symbol.asyncDispose]())

test('hub.server_id, hub.version and hub.user_directory: say who it is', async () => {
  expect(await world.eval('return { hub.server_id(), hub.version(), hub.user_directory() }')).toEqual([
    world.hub.id,
    botsterVersion(),
    world.userDirectory,
  ])
})

test('hub.get_worktrees and hub.detect_repo: say where it works', async () => {
  expect(await world.eval('return hub.get_worktrees()')).toMatchObject([{ path: world.repository.root, is_main: true }])
  expect(await world.eval('return hub.detect_repo()')).toBe('project')
  await world.repository.git(['remote', 'add', 'origin', 'git@example.org:someone/shop.git'])
  expect(await world.eval('return hub.detect_repo()')).toBe('someone/shop')
})

test('hub.register_agent and hub.unregister_agent: name terminals in the order clients count them', async () => {
  const numbers = await world.eval(`
    local a = pty.spawn{ cmd = { "/bin/sleep", "1000" } }
    local first, second = hub.register_agent("a", { a }), hub.register_agent("b", { agent = a })
    local again = hub.register_agent("a", { a, a })
    local gone, unknown = hub.unregister_agent("a"), hub.unregister_agent("a")
    hub.unregister_agent("b")
    a:kill(0)
    a:release()
    return { second - first, again - first, gone, unknown }`)
  expect(numbers).toEqual([1, 0, true, false])
  await expect(world.eval('hub.register_agent("c", {})')).rejects.toThrow(
    "bad argument #2 to 'hub.register_agent' (at least one pty handle expected, got an empty table)",
  )
  await expect(world.eval('hub.register_agent("c", { agent = 5 })')).rejects.toThrow(
    "bad argument #2 to 'hub.register_agent' ([agent]: pty handle expected, got number)",
  )
  await expect(world.eval('hub.unregister_agent()')).rejects.toThrow("bad argument #1 to 'hub.unregister_agent'")
})

test('hub.errors: gives what was reported, of everybody or of one', async () => {
  const before = await world.eval<unknown[]>('return hub.errors()')
  await world.eval('runtime.report("plugin.one", { message = "a", traceback = "t" }) runtime.report("other", "b")')
  expect(await world.eval('return hub.errors("plugin.one")')).toEqual([
    { at: expect.any(Number), owner: 'plugin.one', message: 'a', traceback: 't' },
  ])
  expect(await world.eval('return #hub.errors()')).toBe(before.length + 2)
  expect(await world.eval('return hub.errors("nobody")')).toEqual([])
})

test('hub.clients, hub.client and hub.client_environment: tell who is connected, and from where', async () => {
  using connection = await connect({ path: world.hub.paths.hubSocket, protocol: hubProtocol, role: 'cli' })
  await connection.request('environment', { env: { EDITOR: 'ed', TERM: 'x' }, cwd: '/tmp' })
  const [client] = await world.eval<{ id: string; role: string; pid: number }[]>('return hub.clients()')
  expect(client).toMatchObject({ role: 'cli', pid: process.pid, version: botsterVersion() })
  const code = `local id = hub.clients()[1].id
    local own = hub.client_environment(id)
    return { hub.client(id).role, hub.client("nobody") == nil, own.env.EDITOR, own.env.TERM == nil, own.cwd,
      hub.client_environment().cwd }`
  expect(await world.eval(code)).toEqual(['cli', true, 'ed', true, '/tmp', world.hub.root])
})

test('hub.mcp_list_changed: wants to know which list', async () => {
  await expect(world.eval('hub.mcp_list_changed("tool")')).rejects.toThrow(
    `bad argument #1 to 'hub.mcp_list_changed' ("tools" or "prompts" expected, got "tool")`,
  )
})

test('The examples of the reference run', async () => {
  const { functions } = hubModuleDescriptions().find(({ name }) => name === 'hub')!
  const before = 'local client_id, offer, token = "x", { sdp = "" }, "y"\n'
  await expectExamplesToRunIn(world, functions, before)
})

test('hub.quit: ends the hub and leaves its agents, or takes them along', async () => {
  await world.eval('pty.spawn{ cmd = { "/bin/sleep", "1000" }, session_name = "lasting" }')
  await world.eval('hub.quit()')
  await world.hub.ended
  await world.restart()
  expect(await world.eval('return #pty.list()')).toBe(1)
  await world.eval('hub.quit{ agents = true }')
  await world.hub.ended
  await world.restart()
  expect(await until(() => world.eval('return #pty.list() == 0'), 'the end of the session')).toBe(true)
  await expect(world.eval('hub.quit("now")')).rejects.toThrow(
    "bad argument #1 to 'hub.quit' (table expected, got string)",
  )
})

test('Relative paths of scripts start where the hub is', async () => {
  await world.eval('fs.write("here.txt", "x")')
  expect(await world.eval(`return fs.exists(${JSON.stringify(join(world.hub.root, 'here.txt'))})`)).toBe(true)
})
