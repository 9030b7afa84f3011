// With a peer written from the public description of the protocol, which can also misbehave as a real server only does on
// its worst day.
import http from 'node:http'
import { expect, it } from 'vitest'
import { WebSocketServer } from 'ws'
import { actionCableModule } from '../../../lua/modules/action-cable.ts'
import { newVm } from '../../lua/support.ts'
import { expectExamplesToRun } from '../examples.ts'
import { refusalOf } from '../support/refusal.ts'
import { closedPort, listen } from '../support/server.ts'
import { CONNECT, log, peer, QUICK, SUBSCRIBE, withCable } from './support.ts'

it('action_cable.connect: sends token, headers and origin, and offers the protocol', async () => {
  await using server = await peer()
  await using t = await withCable()
  await t.run(CONNECT, { url: `${server.url}/cable?a=1`, token: 'abc', headers: { 'X-Kind': 'test' } })
  await expect.poll(() => log(t)).toEqual(['connected'])
  const { url, headers } = server.requests[0]!
  expect(url).toBe('/cable?a=1')
  expect(headers).toMatchObject({
    authorization: 'Bearer abc',
    'x-kind': 'test',
    origin: server.url.replace('ws', 'http'),
    'sec-websocket-protocol': 'actioncable-v1-json,actioncable-unsupported',
  })
})

it('action_cable.subscribe: sends the commands of the protocol, one subscription for the same parameters', async () => {
  await using server = await peer()
  await using t = await withCable()
  await t.run(CONNECT, { url: server.url })
  await t.run(SUBSCRIBE, 'ChatChannel', { room: 1, at: 'x' })
  await t.run(SUBSCRIBE, 'ChatChannel', { at: 'x', room: 1 })
  await expect.poll(() => log(t).length).toBe(3)
  await t.run('action_cable.perform(channel, "speak", { text = "hi", action = "other" })')
  await t.run('action_cable.unsubscribe(channel) action_cable.unsubscribe(channel - 1)')
  const identifier = '{"channel":"ChatChannel","at":"x","room":1}'
  await expect.poll(() => server.commands.length).toBe(3)
  expect(server.commands).toEqual([
    { command: 'subscribe', identifier },
    { command: 'message', identifier, data: expect.any(String) },
    { command: 'unsubscribe', identifier },
  ])
  expect(JSON.parse(server.commands[1]?.data ?? '')).toEqual({ text: 'hi', action: 'speak' })
})

it('action_cable.subscribe: the callback gets every kind of message, also false, zero and nothing', async () => {
  await using server = await peer()
  await using t = await withCable()
  await t.run(CONNECT, { url: server.url })
  await t.run(
    `got = {} action_cable.subscribe(conn, 'C', {}, function(m, id) got[#got + 1] = type(m) .. tostring(m) end)`,
  )
  await expect.poll(() => log(t).length).toBe(2)
  const identifier = '{"channel":"C"}'
  for (const message of [false, 0, null, '', 'x', 1.5]) server.send({ identifier, message })
  server.send({ identifier: 'unknown', message: 'nobody' })
  server.send({ type: 'of the future', identifier, message: 'x' })
  server.send({ identifier, message: 'last' })
  await expect
    .poll(() => t.vm.getGlobal('got'))
    .toEqual(['booleanfalse', 'number0', 'nilnil', 'string', 'stringx', 'number1.5', 'stringlast'])
})

it('action_cable.perform: waits for the subscription, at most a hundred times', async () => {
  let isOpen = false
  await using server = await peer((_, command) => command === 'subscribe' && !isOpen)
  await using t = await withCable({ ...QUICK, confirmMs: 40 })
  await t.run(CONNECT, { url: server.url })
  await t.run(SUBSCRIBE, 'C')
  const source = `
    for i = 1, 101 do
      local sent, message, err = action_cable.perform(channel, 'a', { i = i })
      if not sent then return sent, message, err, i end
    end`
  const [sent, message, err, count] = await t.run(source)
  expect([sent, message, err, count]).toEqual([...refusalOf('busy', '100 actions'), 101])
  await expect.poll(() => server.commands.length).toBeGreaterThan(1)
  isOpen = true // it is asked again, since it had not answered
  await expect.poll(() => server.commands.filter(({ command }) => command === 'message').length).toBe(100)
  const sentData = server.commands.flatMap(({ data }) =>
    data === undefined ? [] : [(JSON.parse(data) as { i: number }).i],
  )
  expect(sentData).toEqual(Array.from({ length: 100 }, (_, i) => i + 1))
  expect(server.commands.filter(({ command }) => command === 'subscribe').length).toBeGreaterThan(1)
})

it('action_cable.connect: comes back after a disconnect that allows it, and not after one that forbids it', async () => {
  await using server = await peer()
  await using t = await withCable()
  await t.run(CONNECT, { url: server.url })
  const [channel] = await t.run(SUBSCRIBE, 'C')
  const confirmed = `confirmed ${String(channel)}`
  await expect.poll(() => log(t)).toEqual(['connected', confirmed])
  server.send({ type: 'disconnect', reason: 'server_restart', reconnect: true })
  const again = ['connected', confirmed, 'disconnected refused true', 'connected', confirmed]
  await expect.poll(() => log(t)).toEqual(again)
  expect(t.vm.getGlobal('reason')).toMatch(/\(server_restart\)/)
  server.send({ type: 'disconnect', reason: 'remote', reconnect: false })
  await expect.poll(() => log(t)).toEqual([...again, 'disconnected refused false'])
  expect(await t.run('return action_cable.unsubscribe(channel), action_cable.close(conn)')).toEqual([false, false])
  expect(server.sockets).toHaveLength(2)
})

it('action_cable.connect: gives up a connection that falls silent or makes no sense, and makes a new one', async () => {
  await using server = await peer()
  await using t = await withCable({ ...QUICK, staleMs: 1500 })
  await t.run(CONNECT, { url: server.url })
  await expect.poll(() => log(t)).toEqual(['connected'])
  const pings = setInterval(() => server.send({ type: 'ping', message: 1 }), 10)
  const until = performance.now() + 4000
  await expect.poll(() => performance.now()).toBeGreaterThan(until)
  expect(log(t)).toEqual(['connected'])
  clearInterval(pings)
  await expect.poll(() => log(t).slice(1, 3)).toEqual(['disconnected timeout true', 'connected'])
  await t.run('log = {}')
  const nonsense = () => {
    server.send('nonsense') // again, to the connection that is there now
    return log(t)
  }
  await expect.poll(nonsense).toContain('disconnected protocol true')
})

it('action_cable.connect: tries again and again while nothing answers', async () => {
  await using t = await withCable({ firstDelayMs: 1, mostDelayMs: 5 })
  await t.run(CONNECT, { url: `ws://127.0.0.1:${await closedPort()}` })
  await expect.poll(() => log(t).length).toBeGreaterThan(5)
  expect(new Set(log(t))).toEqual(new Set(['disconnected connection_refused true']))
})

it('action_cable.connect: ends with a server that speaks another version', async () => {
  const server = http.createServer()
  const webSockets = new WebSocketServer({ server, handleProtocols: () => 'actioncable-unsupported' })
  await using listening = await listen(server, 'ws')
  await using t = await withCable()
  await t.run(CONNECT, { url: listening.url })
  await expect.poll(() => log(t)).toEqual(['disconnected protocol false'])
  webSockets.close()
})

it('action_cable.connect: refuses what is no URL, and a seventeenth connection', async () => {
  await using server = await peer()
  await using t = await withCable()
  const source = 'return action_cable.connect({ url = ..., on_connected = function() end })'
  expect(await t.run(source, 'nonsense')).toEqual(refusalOf('invalid_url', 'a ws or wss URL'))
  await t.run('for i = 1, 16 do conn = assert(action_cable.connect({ url = ... })) end', server.url)
  expect(await t.run(source, server.url)).toEqual(refusalOf('busy', '16 connections are open'))
  expect(await t.run('return action_cable.close(conn)')).toEqual([true])
  expect(await t.run(source, server.url)).toEqual([expect.any(Number)])
})

it('action_cable.subscribe, action_cable.perform, action_cable.unsubscribe: say when there is nothing to do it with', async () => {
  await using server = await peer()
  await using t = await withCable()
  const source = 'return action_cable.subscribe(99, "C", {}, function() end)'
  expect(await t.run(source)).toEqual(refusalOf('not_open', 'no such connection'))
  expect(await t.run('return action_cable.perform(99, "a")')).toEqual(refusalOf('not_open', 'no such subscription'))
  expect(await t.run('return action_cable.unsubscribe(99), action_cable.close(99)')).toEqual([false, false])
  await t.run('conn = action_cable.connect({ url = ... })', server.url)
  const many = `
    for i = 1, 1001 do
      local id, message, err = action_cable.subscribe(conn, 'C', { i = i }, function() end)
      if not id then return id, message, err end
    end`
  expect(await t.run(many)).toEqual(refusalOf('busy', '1000 subscriptions'))
})

it('action_cable.close: closes the connection, and nothing is called any more', async () => {
  await using server = await peer()
  await using t = await withCable()
  await t.run(CONNECT, { url: server.url })
  await t.run(SUBSCRIBE, 'C')
  await expect.poll(() => log(t).length).toBe(2)
  expect(await t.run('return action_cable.close(conn), action_cable.close(conn)')).toEqual([true, false])
  await expect.poll(() => server.sockets[0]?.readyState).toBe(3)
  expect(await t.run('return action_cable.unsubscribe(channel)')).toEqual([false])
  expect(log(t)).toHaveLength(2)
})

it('action_cable.subscribe and action_cable.connect: end with their owners', async () => {
  await using server = await peer()
  await using t = await withCable()
  await t.vm.run(CONNECT, { chunkName: 'p.lua', owner: 'plugin.p', args: [{ url: server.url }] })
  await t.vm.run(SUBSCRIBE, { chunkName: 'q.lua', owner: 'plugin.q', args: ['C'] })
  await expect.poll(() => log(t).length).toBe(2)
  t.vm.releaseOwner('plugin.q')
  await expect.poll(() => server.commands.at(-1)?.command).toBe('unsubscribe')
  t.vm.releaseOwner('plugin.p')
  await expect.poll(() => server.sockets.map(({ readyState }) => readyState)).toEqual([3])
  expect(log(t)).toHaveLength(2)
  expect(t.errors).toEqual([])
})

it('action_cable.connect: closing the VM leaves nothing that would connect again', async () => {
  await using server = await peer()
  const t = await withCable({ firstDelayMs: 4000, mostDelayMs: 4000 })
  await t.run(CONNECT, { url: server.url })
  await expect.poll(() => log(t)).toEqual(['connected'])
  server.send({ type: 'disconnect', reason: 'server_restart', reconnect: true })
  await expect.poll(() => log(t).length).toBe(2)
  t.vm.close()
  const { length } = server.sockets
  const until = performance.now() + 4500
  await expect.poll(() => performance.now()).toBeGreaterThan(until)
  expect(server.sockets.length).toBe(length)
  expect(server.sockets.every(({ readyState }) => readyState === 3)).toBe(true)
})

it('action_cable.connect, action_cable.subscribe, action_cable.perform, action_cable.unsubscribe and action_cable.close: wrong arguments raise and say what was expected', async () => {
  await using t = await withCable()
  const wrong: [string, string][] = [
    ['action_cable.connect()', "bad argument #1 to 'action_cable.connect' (table expected, got no value)"],
    ['action_cable.connect({})', "bad argument #1 to 'action_cable.connect' (url: string expected, got nil)"],
    ['action_cable.connect({ url = "ws://x", tokn = "" })', "unknown option 'tokn'"],
    ['action_cable.connect({ url = "ws://x", token = "a b" })', '(token: printable ASCII without spaces expected)'],
    ['action_cable.connect({ url = "ws://x", on_connected = 1 })', '(on_connected: function expected, got number)'],
    [
      'action_cable.subscribe(1, "C", {})',
      "bad argument #4 to 'action_cable.subscribe' (function expected, got no value)",
    ],
    [
      'action_cable.subscribe(1, "C", { 1 }, print)',
      "bad argument #3 to 'action_cable.subscribe' (table with names expected",
    ],
    ['action_cable.subscribe(1, "C", { a = 0/0 }, print)', 'JSON cannot hold the number NaN (at a)'],
    ['action_cable.subscribe("x", "C", {}, print)', "bad argument #1 to 'action_cable.subscribe' (integer expected"],
    ['action_cable.perform(1)', "bad argument #2 to 'action_cable.perform' (string expected, got no value)"],
    ['action_cable.perform(1, "a", { b = "\\xff" })', "bad argument #3 to 'action_cable.perform' (JSON cannot hold"],
    ['action_cable.unsubscribe()', "bad argument #1 to 'action_cable.unsubscribe' (integer expected, got no value)"],
    ['action_cable.close("x")', "bad argument #1 to 'action_cable.close' (integer expected, got string)"],
  ]
  for (const [source, message] of wrong) {
    await expect(t.run(source), source).rejects.toMatchObject({ message: expect.stringContaining(message), line: 1 })
  }
})

it('action_cable: its examples run', async () => {
  await using server = await peer()
  const module = actionCableModule()
  await using t = await newVm({ modules: [module] })
  await t.run(CONNECT, { url: server.url })
  await t.run(SUBSCRIBE, 'C')
  await expectExamplesToRun(t, module, `local url, log = '${server.url}', { info = print }`)
})
