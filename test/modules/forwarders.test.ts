// `create_pty_forwarder` of `tui`, `socket` and `webrtc`: a terminal as bytes, for clients that draw by themselves.
import { Terminal } from '@xterm/headless'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { hubModuleDescriptions } from '../../hub/modules/index.ts'
import { makeWorld, until, type World } from '../hub/lua/world.ts'
import { expectExamplesToRunIn } from './support/examples.ts'
import { type HubClient, hubClient } from './support/hub-client.ts'
import { Signalling } from './support/signalling.ts'

type Data = Record<string, unknown>

let world: World
let session: string
beforeAll(async () => {
  world = await makeWorld()
  session = await terminal('first')
})
afterAll(() => world[Symbol.asyncDispose]())

/** A terminal that says back what it is told, as the agent `key`. */
const terminal = (key: string) =>
  world.eval<string>(`
    local handle = pty.spawn{ cmd = { "sh", "-c", "stty -echo; echo ready; exec cat" }, rows = 10, cols = 40 }
    hub.register_agent("${key}", { handle })
    return handle:session_id()`)

/** The text on a screen that has only seen what a forwarder sent. */
async function screenOf(received: readonly Data[], subscription: string): Promise<string> {
  const screen = new Terminal({ rows: 10, cols: 40, allowProposedApi: true })
  for (const { type, subscriptionId, data } of received) {
    if (type !== 'output' || subscriptionId !== subscription) continue
    await new Promise<void>((resolve) => screen.write(data as Uint8Array, resolve))
  }
  const { active } = screen.buffer
  return Array.from({ length: 10 }, (_, y) => active.getLine(active.viewportY + y)!.translateToString(true))
    .join('\n')
    .trimEnd()
}
const shows = (received: readonly Data[], text: string, subscription = 'terminal') =>
  until(async () => (await screenOf(received, subscription)).includes(text), `${text} on the screen`)

/** Begins a forwarder that the script keeps as `name`. */
const forward = (name: string, module: string, client: HubClient, more = '') =>
  world.eval(`${name} = assert(${module}.create_pty_forwarder{ client_id = "${client.id}", agent_index = 0 ${more} })`)

test('tui.create_pty_forwarder: shows what is on the screen, and then what changes, to a client alone', async () => {
  using client = await hubClient(world, 'tui')
  using other = await hubClient(world, 'tui')
  await until(() => world.eval(`return pty.get("${session}"):get_screen():find("ready", 1, true)`), 'the program')
  await forward('shown', 'tui', client, ', subscription_id = "mine"')
  await shows(client.received, 'ready', 'mine') // from before
  await world.eval(`pty.get("${session}"):write("ünï\\r")`)
  await shows(client.received, 'ünï', 'mine')
  expect(other.received).toEqual([])
  await world.eval('shown:stop()')
})

test('socket.create_pty_forwarder: names a terminal by its session too, and a second one replaces the first', async () => {
  using client = await hubClient(world, 'peer')
  await forward('first', 'socket', client, ', subscription_id = "old"')
  await shows(client.received, 'ready', 'old')
  await world.eval(
    `second = assert(socket.create_pty_forwarder{ peer_id = "${client.id}", session_id = "${session}", subscription_id = "new" })`,
  )
  await shows(client.received, 'ready', 'new')
  expect(await world.eval('return { first:is_active(), second:is_active() }')).toEqual([false, true])
  const before = client.received.filter(({ subscriptionId }) => subscriptionId === 'old').length
  await world.eval(`pty.get("${session}"):write("again\\r")`)
  await shows(client.received, 'again', 'new')
  expect(client.received.filter(({ subscriptionId }) => subscriptionId === 'old')).toHaveLength(before)
  await world.eval('second:stop()')
})

test('webrtc.create_pty_forwarder: shows a terminal to a device', async () => {
  await using signalling = new Signalling(world)
  const { url } = await world.eval<{ url: string }>('return connection.regenerate()')
  const phone = await signalling.connect('phone', url)
  const id = phone.welcome!.peer_id as string
  await world.eval(`mobile = assert(webrtc.create_pty_forwarder{ peer_id = "${id}", agent_index = 0, pty_index = 0 })`)
  await shows(phone.received, 'ready')
  expect(await world.eval('return mobile:id()')).toBe(`${id}:${session}`)
  await world.eval(`webrtc.forget("${id}")`)
  await until(() => world.eval('return not mobile:is_active()'), 'the end of the forwarder with its device')
})

test('pty_forwarder:id, pty_forwarder:is_active, pty_forwarder:stop: say which it is, and end it once', async () => {
  using client = await hubClient(world, 'tui')
  await forward('shown', 'tui', client)
  expect(await world.eval('return { shown:id(), shown:is_active() }')).toEqual([`${client.id}:${session}`, true])
  await shows(client.received, 'ready')
  expect(await world.eval('return { shown:stop(), shown:is_active(), shown:id() == nil, shown:stop() }')).toEqual([
    true,
    false,
    true,
    false,
  ])
  const before = client.received.length
  using witness = await hubClient(world, 'tui')
  await forward('seen', 'tui', witness)
  await world.eval(`pty.get("${session}"):write("unseen\\r")`)
  await shows(witness.received, 'unseen')
  expect(client.received).toHaveLength(before)
})

test('pty_forwarder:is_active: ends with its client, with its session, and with the plugin that made it', async () => {
  const client = await hubClient(world, 'tui')
  await forward('shown', 'tui', client)
  client[Symbol.dispose]()
  await until(() => world.eval('return not shown:is_active()'), 'the end with its client')

  const second = await terminal('second')
  using watcher = await hubClient(world, 'tui')
  await world.eval(
    `shown = assert(tui.create_pty_forwarder{ client_id = "${watcher.id}", agent_index = 1, subscription_id = "s" })`,
  )
  await world.eval(`local handle = pty.get("${second}") handle:kill(0) handle:release()`)
  expect(await watcher.hear('terminal_closed')).toMatchObject({ subscriptionId: 's', message: expect.any(String) })
  expect(await world.eval('return shown:is_active()')).toBe(false)

  await forward('shown', 'tui', watcher)
  await world.eval(`
    mine = owners.call("plugin.shows", function()
      return assert(tui.create_pty_forwarder{ client_id = "${watcher.id}", agent_index = 0, subscription_id = "p" })
    end)`)
  expect(await world.eval('return { shown:is_active(), mine:is_active() }')).toEqual([false, true])
  await world.eval('owners.release("plugin.shows")')
  expect(await world.eval('return mine:is_active()')).toBe(false)
})

test('pty_forwarder:stop, tui.create_pty_forwarder: in a load of a module that fails, they change nothing', async () => {
  using client = await hubClient(world, 'tui')
  const module = (word: string, more = '') => `
    local M = { shown = assert(tui.create_pty_forwarder{ client_id = "${client.id}", agent_index = 0, subscription_id = "${word}" }) }
    ${more}
    return M`
  await world.writeLua('my/shows.lua', module('old', 'function M._before_reload() M.stopped = M.shown:stop() end'))
  await world.eval('shows = require("my.shows")')
  await shows(client.received, 'ready', 'old')
  await world.writeLua('my/shows.lua', module('broken', 'error("half way")'))
  expect(await world.eval('return select(2, loader.reload("my.shows"))')).toContain('half way')
  await world.eval(`pty.get("${session}"):write("unmoved\\r")`)
  await shows(client.received, 'unmoved', 'old')
  expect(await world.eval('return shows.shown:is_active()')).toBe(true)

  await world.eval('old = shows.shown')
  await world.writeLua('my/shows.lua', module('new'))
  expect(await world.eval('return loader.reload("my.shows")')).toBe(true)
  await shows(client.received, 'unmoved', 'new')
  expect(await world.eval('return { old:is_active(), shows.shown:is_active() }')).toEqual([false, true])
  expect(client.received.filter(({ subscriptionId }) => subscriptionId === 'broken')).toEqual([])
  await world.eval('loader.unload("my.shows")')
})

test('pty_forwarder:write, pty_forwarder:resize: type as a person does, and give the terminal the client’s size', async () => {
  using client = await hubClient(world, 'tui')
  await forward('shown', 'tui', client)
  expect(await world.eval('return { shown:write("typed\\r"), shown:resize(12, 50) }')).toEqual([true, true])
  await shows(client.received, 'typed')
  expect(await world.eval(`local rows, cols = pty.get("${session}"):dimensions() return { rows, cols }`)).toEqual([
    12, 50,
  ])
  expect(await world.eval('local ok, m, err = shown:resize(0, 40) return { ok == nil, m, err.kind }')).toEqual([
    true,
    expect.stringContaining('rows'),
    'bad_params',
  ])
  await world.eval('shown:resize(10, 40) shown:stop()')
  expect(
    await world.eval('local ok, m, err = shown:resize(10, 40) return { shown:write("x"), ok == nil, m, err.kind }'),
  ).toEqual([false, true, 'this forwarder has ended', 'ended'])
  await expect(world.eval('shown:resize("x", 1)')).rejects.toThrow("bad argument #1 to 'pty_forwarder:resize'")
  await expect(world.eval('shown:write({})')).rejects.toThrow("bad argument #1 to 'pty_forwarder:write'")
})

test('tui.create_pty_forwarder, socket.create_pty_forwarder, webrtc.create_pty_forwarder: say what is not there', async () => {
  using client = await hubClient(world, 'tui')
  const failing = (call: string) => world.eval(`local ok, m, err = ${call} return { ok == nil, m, err.kind }`)
  for (const module of ['tui', 'socket', 'webrtc']) {
    const create = `${module}.create_pty_forwarder`
    expect(await failing(`${create}{ client_id = "nobody", agent_index = 0 }`)).toEqual([
      true,
      `there is no connected ${module} client nobody`,
      'no_client',
    ])
    expect(await failing(`${create}{ client_id = "${client.id}", agent_index = 7, pty_index = 2 }`)).toEqual([
      true,
      'agent 7 has no terminal 2: both are counted from 0',
      'no_session',
    ])
    for (const [options, problem] of [
      ['{ agent_index = 0 }', 'client_id or peer_id is missing'],
      ['{ client_id = "x" }', 'agent_index or session_id is missing'],
      ['{ client_id = "x", agent_index = -1 }', 'agent_index'],
      ['"x"', 'table expected, got string'],
    ]) {
      await expect(world.eval(`${create}(${options})`)).rejects.toThrow(`bad argument #1 to '${create}'`)
      await expect(world.eval(`${create}(${options})`)).rejects.toThrow(problem!)
    }
  }
  using program = await hubClient(world, 'peer')
  await using signalling = new Signalling(world)
  const { url } = await world.eval<{ url: string }>('return connection.regenerate()')
  const phone = await signalling.connect('lost', url)
  for (const [module, id] of [
    ['tui', client.id],
    ['socket', program.id],
    ['webrtc', phone.welcome!.peer_id as string],
  ]) {
    const call = `${module}.create_pty_forwarder{ client_id = "${id}", session_id = "no such session" }`
    expect(await failing(call)).toEqual([true, 'there is no session no such session', 'unknown_session'])
  }
})

test('pty_forwarder: every example of the reference runs', async () => {
  using client = await hubClient(world, 'tui')
  const { handles } = hubModuleDescriptions().find(({ handles }) => handles?.pty_forwarder)!
  const before = `local forwarder = assert(tui.create_pty_forwarder{ client_id = "${client.id}", agent_index = 0 })\n`
  await expectExamplesToRunIn(world, handles!.pty_forwarder!.methods, before)
})
