// `tui` and `socket`: what scripts may do with those who are connected.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { hubModuleDescriptions } from '../../hub/modules/index.ts'
import { makeWorld, until, type World } from '../hub/lua/world.ts'
import { expectExamplesToRunIn } from './support/examples.ts'
import { hubClient } from './support/hub-client.ts'

let world: World
beforeAll(async () => {
  world = await makeWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

/** A client comes, says ping, and goes: the script notes in `heard` that it did. */
async function expectToHearOf(role: 'tui' | 'peer'): Promise<void> {
  const client = await hubClient(world, role)
  client.send({ type: 'ping' })
  const { id } = client
  // Those of earlier tests may still be leaving.
  const heard = async () => (await world.eval<string[]>('return heard')).filter((text) => text.includes(id))
  await until(async () => (await heard()).length === 2, 'the message')
  client[Symbol.dispose]()
  await until(async () => (await heard()).length === 3, 'the goodbye')
  expect(await heard()).toEqual([`connected ${id}`, `ping ${id}`, `gone ${id}: done`])
}

test('tui.on_connected, tui.on_message and tui.on_disconnected: a script hears of terminal UIs and what they say', async () => {
  await world.eval(`
    heard = {}
    tui.on_connected(function(id) heard[#heard + 1] = "connected " .. id end)
    tui.on_message(function(message, id) heard[#heard + 1] = message.type .. " " .. id end)
    tui.on_disconnected(function(id, reason) heard[#heard + 1] = "gone " .. id .. ": " .. reason end)`)
  await expectToHearOf('tui')
})

test('tui.send and tui.send_binary: reach one, or all of them, and say whether', async () => {
  using first = await hubClient(world, 'tui')
  using second = await hubClient(world, 'tui')
  using other = await hubClient(world, 'peer')
  const sent = await world.eval(`
    local id, peer = ${JSON.stringify(first.id)}, ${JSON.stringify(other.id)}
    return { tui.send({ type = "one", n = 1.5, list = { 1, 2 } }, id), tui.send({ type = "all" }), tui.send({ type = "x" }, "nobody"),
      tui.send({ type = "x" }, peer), tui.send_binary("\\0\\255", id), tui.send_binary("x", "nobody") }`)
  expect(sent).toEqual([true, true, false, false, true, false])
  expect(await first.hear('one')).toEqual({ type: 'one', n: 1.5, list: [1, 2] })
  expect([...((await first.hear('binary')).data as Uint8Array)]).toEqual([0, 255])
  await second.hear('all')
  expect(second.received.some(({ type }) => type === 'one')).toBe(false)
  expect(other.received).toEqual([])
  await expect(world.eval('tui.send({ 1, 2 })')).rejects.toThrow(
    "bad argument #1 to 'tui.send' (a table with names expected, got a list)",
  )
  await expect(world.eval('tui.send("x")')).rejects.toThrow(
    "bad argument #1 to 'tui.send' (table expected, got string)",
  )
})

test('socket.on_client_connected, socket.on_message and socket.on_client_disconnected: the same for programs', async () => {
  await world.eval(`
    heard = {}
    socket.on_client_connected(function(id) heard[#heard + 1] = "connected " .. id end)
    socket.on_message(function(id, message) heard[#heard + 1] = message.type .. " " .. id end)
    socket.on_client_disconnected(function(id, reason) heard[#heard + 1] = "gone " .. id .. ": " .. reason end)`)
  await expectToHearOf('peer')
})

test('socket.send and socket.send_binary: reach one program, and say whether', async () => {
  using client = await hubClient(world, 'peer')
  const sent = await world.eval(`
    local id = ${JSON.stringify(client.id)}
    return { socket.send(id, { type = "hello", deep = { a = true } }), socket.send_binary(id, "\\255"), socket.send("nobody", { type = "x" }) }`)
  expect(sent).toEqual([true, true, false])
  expect(await client.hear('hello')).toEqual({ type: 'hello', deep: { a: true } })
  expect([...((await client.hear('binary')).data as Uint8Array)]).toEqual([255])
  await expect(world.eval('socket.send("x", { 1 })')).rejects.toThrow(
    "bad argument #2 to 'socket.send' (a table with names expected, got a list)",
  )
  await expect(world.eval('socket.send("x")')).rejects.toThrow("bad argument #2 to 'socket.send' (table expected")
})

test('The examples of the reference run', async () => {
  using client = await hubClient(world, 'peer')
  for (const module of hubModuleDescriptions().filter(({ name }) => name === 'tui' || name === 'socket')) {
    await expectExamplesToRunIn(world, module.functions, `local client_id = ${JSON.stringify(client.id)}\n`)
  }
})
