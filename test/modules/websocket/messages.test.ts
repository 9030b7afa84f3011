import net from 'node:net'
import { expect, it } from 'vitest'
import { websocketModule } from '../../../lua/modules/websocket.ts'
import { newVm } from '../../lua/support.ts'
import { expectExamplesToRun } from '../examples.ts'
import { refusalOf } from '../support/refusal.ts'
import { listen } from '../support/server.ts'
import { CONNECT, echo, log, peer, rawSocket, withWebsocket } from './support.ts'

const ALL_BYTES = Buffer.from(Array.from({ length: 256 }, (_, i) => i))

it('websocket.send: sends text, binary and every byte, and gets them back', async () => {
  await using server = await echo()
  await using t = await withWebsocket()
  await t.run(CONNECT, server.url)
  await expect.poll(() => log(t)).toEqual(['open '])
  const source = `
    local bytes = ...
    return websocket.send(id, 'text'), websocket.send(id, bytes), websocket.send(id, 'as binary', true),
      websocket.send(id, '', false)`
  expect(await t.run(source, ALL_BYTES)).toEqual([true, true, true, true])
  await expect
    .poll(() => log(t))
    .toEqual(['open ', 'message 4 false', 'message 256 true', 'message 9 true', 'message 0 false'])
  await t.run('websocket.send(id, ...)', ALL_BYTES)
  await expect.poll(() => t.run('return last == ...', ALL_BYTES)).toEqual([true])
})

it('websocket.send: says when a connection is not open, or what is no text should go as text', async () => {
  await using server = await echo()
  await using t = await withWebsocket()
  const early = await t.run(`${CONNECT.replace('return id', 'return websocket.send(id, "x")')}`, server.url)
  expect(early).toEqual(refusalOf('not_open', 'not open yet'))
  await expect.poll(() => log(t)).toEqual(['open '])
  expect(await t.run('return websocket.send(id, "\\xff", false)')).toEqual(refusalOf('not_text', 'not valid UTF-8'))
  expect(await t.run('return websocket.send(999, "x")')).toEqual(refusalOf('not_open', 'not open'))
  expect(await t.run('websocket.close(id) return websocket.send(id, "x")')).toEqual(refusalOf('not_open', 'not open'))
})

it('websocket.send: refuses when the other side does not read', async () => {
  await using server = await peer((socket) => rawSocket(socket).pause())
  await using t = await withWebsocket()
  await t.run(CONNECT, server.url)
  await expect.poll(() => log(t)).toEqual(['open '])
  const source = `
    local megabyte = string.rep('x', 1 << 20)
    for i = 1, 64 do
      local sent, message, err = websocket.send(id, megabyte)
      if not sent then return sent, message, err, i end
    end`
  const [sent, message, err, count] = await t.run(source)
  expect([sent, message, err]).toEqual(refusalOf('busy', 'does not read'))
  expect(count).toBeGreaterThan(14)
})

it('websocket.close: closes with code and reason, once', async () => {
  const closes: unknown[] = []
  await using server = await peer((socket) => socket.on('close', (code, reason) => closes.push([code, String(reason)])))
  await using t = await withWebsocket()
  await t.run(CONNECT, server.url)
  await expect.poll(() => log(t)).toEqual(['open '])
  expect(await t.run("return websocket.close(id, 4000, 'tschüß'), websocket.close(id)")).toEqual([true, false])
  await expect.poll(() => log(t)).toEqual(['open ', 'close 4000 tschüß'])
  await expect.poll(() => closes).toEqual([[4000, 'tschüß']])
  await t.run(CONNECT, server.url)
  await expect.poll(() => log(t)).toEqual(['open '])
  await t.run('websocket.close(id)')
  await expect.poll(() => closes.at(-1)).toEqual([1000, ''])
  expect(await t.run('return websocket.close(id), websocket.close(999)')).toEqual([false, false])
})

it('websocket.close: ends a connection that is not open yet, without an error', async () => {
  await using silent = await listen(
    net.createServer((socket) => socket.resume()),
    'ws',
  )
  await using t = await withWebsocket()
  await t.run(CONNECT, silent.url)
  await expect.poll(() => silent.connections.size).toBe(1)
  expect(await t.run('return websocket.close(id)')).toEqual([true])
  await expect.poll(() => log(t)).toEqual(['close 1006 '])
  await t.run(`${CONNECT.replace('return id', 'websocket.close(id)')}`, silent.url)
  await expect.poll(() => log(t)).toEqual(['close 1006 '])
  await expect.poll(() => silent.connections.size).toBe(0)
})

it('websocket.ping: measures the way there and back, and answers pings of the other side', async () => {
  const pongs: string[] = []
  await using server = await peer((socket) => {
    socket.on('pong', (data) => pongs.push(String(data)))
    socket.ping('are you there')
  })
  await using t = await withWebsocket()
  await t.run(CONNECT, server.url)
  await expect.poll(() => log(t)).toEqual(['open '])
  const [milliseconds] = await t.run('return websocket.ping(id)')
  expect(milliseconds).toBeGreaterThan(0)
  await expect.poll(() => pongs).toEqual(['are you there'])
})

it('websocket.ping: says when there is no answer, or no connection', async () => {
  await using server = await peer(undefined, { autoPong: false })
  await using t = await withWebsocket()
  await t.run(CONNECT, server.url)
  await expect.poll(() => log(t)).toEqual(['open '])
  expect(await t.run('return websocket.ping(id, 50)')).toEqual(refusalOf('timeout', 'no answer to a ping within 50 ms'))
  const waiting = t.run('return websocket.ping(id)')
  server.sockets[0]?.terminate()
  expect(await waiting).toEqual(refusalOf('connection_lost', 'closed before the answer'))
  expect(await t.run('return websocket.ping(id)')).toEqual(refusalOf('not_open', 'not open'))
})

it('websocket.connect, websocket.send, websocket.ping and websocket.close: wrong arguments raise and say what was expected', async () => {
  await using t = await withWebsocket()
  const wrong: [string, string][] = [
    ['websocket.connect()', "bad argument #1 to 'websocket.connect' (string expected, got no value)"],
    ['websocket.connect("ws://x", print)', "bad argument #2 to 'websocket.connect' (table expected, got function)"],
    [
      'websocket.connect("ws://x", { on_open = 1 })',
      "bad argument #2 to 'websocket.connect' (on_open: function expected",
    ],
    ['websocket.connect("ws://x", { on_opened = print })', "unknown option 'on_opened'"],
    ['websocket.connect("ws://x", { headers = { a = print } })', 'headers: a: string expected, got function'],
    ['websocket.connect("ws://x", { headers = { ["a:"] = "x" } })', "'a:' cannot be the name of a header"],
    ['websocket.connect("ws://x", { protocols = { "x", 5 } })', 'list of strings expected, got a list with a number'],
    ['websocket.connect("ws://x", { protocols = { a = "x" } })', 'list of strings expected, got a table with names'],
    ['websocket.connect("ws://x", { protocols = "x" })', 'protocols: list of strings expected, got string'],
    ['websocket.connect("ws://x", { timeout_ms = 0 })', 'timeout_ms: number from 1 to 600000 expected, got 0'],
    ['websocket.connect("ws://x", { ping_interval = -1 })', 'ping_interval: number from 0 to 86400 expected, got -1'],
    ['websocket.send("x", "y")', "bad argument #1 to 'websocket.send' (integer expected, got string)"],
    ['websocket.send(1)', "bad argument #2 to 'websocket.send' (string expected, got no value)"],
    ['websocket.send(1, "x", 1)', "bad argument #3 to 'websocket.send' (boolean expected, got number)"],
    ['websocket.ping(1, 0)', "bad argument #2 to 'websocket.ping' (number from 1 to 600000 expected, got 0)"],
    ['websocket.close(1, 1006)', "bad argument #2 to 'websocket.close' (1000 or 3000 to 4999 expected, got 1006)"],
    ['websocket.close(1, 1000, ("x"):rep(124))', "bad argument #3 to 'websocket.close' (at most 123 bytes expected"],
  ]
  for (const [source, message] of wrong) {
    await expect(t.run(source), source).rejects.toMatchObject({ message: expect.stringContaining(message), line: 1 })
  }
})

it('websocket: its examples run', async () => {
  await using server = await echo()
  const module = websocketModule()
  await using t = await newVm({ modules: [module] })
  await t.run(CONNECT, server.url)
  await expect.poll(() => log(t)).toEqual(['open '])
  await expectExamplesToRun(t, module, `local url = '${server.url}' log = { info = print }`)
})
