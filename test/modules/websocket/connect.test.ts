// How a connection begins, lives and ends.
import http from 'node:http'
import https from 'node:https'
import net from 'node:net'
import { expect, it } from 'vitest'
import type { WebSocket } from 'ws'
import { refusalOf } from '../support/refusal.ts'
import { certificate, closedPort, listen } from '../support/server.ts'
import { CONNECT, echo, log, peer, rawSocket, withWebsocket } from './support.ts'

const ALL_BYTES = Buffer.from(Array.from({ length: 256 }, (_, i) => i))

it('websocket.connect: opens, receives text and binary messages and tells how it closed', async () => {
  await using server = await peer((socket) => {
    socket.send('hällo')
    socket.send(ALL_BYTES)
    socket.send(Buffer.from('text in binary'))
    socket.close(4001, 'enough')
  })
  await using t = await withWebsocket()
  await t.run(CONNECT, server.url)
  await expect
    .poll(() => log(t))
    .toEqual(['open ', 'message 6 false', 'message 256 true', 'message 14 true', 'close 4001 enough'])
  expect(t.errors).toEqual([])
})

it('websocket.connect: sends headers and offers subprotocols', async () => {
  await using server = await peer()
  await using t = await withWebsocket()
  await t.run(CONNECT, `${server.url}/path?q=1#f`, {
    headers: { 'X-Token': 'a', cookie: 'c=1' },
    protocols: ['x.v1', 'y'],
  })
  await expect.poll(() => log(t)).toEqual(['open x.v1'])
  expect(server.requests[0]).toMatchObject({ url: '/path?q=1', headers: { 'x-token': 'a', cookie: 'c=1' } })
})

it('websocket.connect: needs no handlers', async () => {
  await using server = await peer()
  await using t = await withWebsocket()
  await t.run('id = websocket.connect(...)', server.url)
  await expect.poll(() => t.run('return websocket.send(id, "x")').then(([sent]) => sent)).toBe(true)
})

it('websocket.connect: on_error says why there is no connection, and on_close follows', async () => {
  await using refusing = await listen(
    http.createServer((_, response) => response.writeHead(401).end()),
    'ws',
  )
  await using silent = await listen(
    net.createServer((socket) => socket.resume()),
    'ws',
  )
  await using wrong = await listen(
    net.createServer((socket) => socket.end('SSH-2.0\r\n\r\n')),
    'ws',
  )
  const mine = certificate('127.0.0.1')
  await using encrypted = await peer(undefined, {}, https.createServer(mine))
  const cases: [string, string, RegExp][] = [
    [`ws://127.0.0.1:${await closedPort()}`, 'connection_refused', /^connection refused: nothing listens at 127/],
    ['ws://no-such-host.invalid', 'host_not_found', /'no-such-host.invalid'/],
    [refusing.url, 'refused', /answered 401/],
    [silent.url, 'timeout', /did not open a WebSocket within 300 ms/],
    [wrong.url, 'protocol', /./],
    [encrypted.url, 'tls', /certificate of 127.0.0.1:\d+ is not trusted/],
  ]
  await using t = await withWebsocket()
  for (const [url, kind, message] of cases) {
    await t.run(CONNECT, url, { timeout_ms: kind === 'timeout' ? 300 : 25_000 })
    await expect.poll(() => log(t)).toEqual([`error ${kind}`, 'close 1006 '])
    expect(t.vm.getGlobal('reason')).toMatch(message)
    if (kind === 'refused') expect(t.vm.getGlobal('err_status')).toBe(401)
  }
  await expect.poll(() => silent.connections.size).toBe(0)
  await using trusting = await withWebsocket({ ca: mine.cert })
  await trusting.run(CONNECT, encrypted.url)
  await expect.poll(() => log(trusting)).toEqual(['open '])
})

it('websocket.connect: a connection that breaks, or breaks the rules, is told as error and close', async () => {
  const mistakes: Record<string, [(socket: WebSocket) => void, string[]]> = {
    'a vanished peer': [(socket) => socket.terminate(), ['open ', 'close 1006 ']],
    'a frame that makes no sense': [
      (socket) => rawSocket(socket).write(Buffer.from([0x83, 0x00])),
      ['open ', 'error protocol', 'close 1006 '],
    ],
    'text that is none': [
      (socket) => rawSocket(socket).write(Buffer.from([0x81, 0x01, 0xff])),
      ['open ', 'error protocol', 'close 1006 '],
    ],
    'a message beyond max_bytes': [
      (socket) => socket.send('x'.repeat(101)),
      ['open ', 'error too_large', 'close 1006 '],
    ],
  }
  for (const [name, [act, expected]] of Object.entries(mistakes)) {
    await using server = await peer(act)
    await using t = await withWebsocket()
    await t.run(CONNECT, server.url, { max_bytes: 100 })
    await expect.poll(() => log(t), { message: name }).toEqual(expected)
  }
})

it('websocket.connect: refuses what is no WebSocket URL, and a seventeenth connection', async () => {
  await using server = await peer()
  await using t = await withWebsocket()
  for (const url of ['', 'nonsense', server.url.replace('ws', 'http')]) {
    const source = 'return websocket.connect(..., { on_open = print })'
    expect(await t.run(source, url)).toEqual(refusalOf('invalid_url', 'a ws or wss URL', { op: 'websocket.connect' }))
  }
  await t.run('ids = {} for i = 1, 16 do ids[i] = assert(websocket.connect(...)) end', server.url)
  expect(await t.run('return websocket.connect(...)', server.url)).toEqual(refusalOf('busy', '16 connections'))
  await t.run('websocket.close(ids[1])')
  await expect.poll(() => t.run('return websocket.connect(...)', server.url)).toEqual([expect.any(Number)])
})

it('websocket.connect: on_close may connect again', async () => {
  await using server = await peer((socket) => server.sockets.length < 3 && socket.close())
  await using t = await withWebsocket()
  await t.run(
    `opens = 0
     local url = ...
     local function connect()
       websocket.connect(url, { on_open = function() opens = opens + 1 end, on_close = connect })
     end
     connect()`,
    server.url,
  )
  await expect.poll(() => t.vm.getGlobal('opens')).toBe(3)
})

it('websocket.connect: gives up a connection without a sign of life, and keeps one that answers pings', async () => {
  await using dead = await peer(undefined, { autoPong: false })
  await using alive = await peer()
  await using t = await withWebsocket()
  await t.run(CONNECT, alive.url, { ping_interval: 1 }) // both sides are this process, which may be kept waiting
  let pings = 0
  await expect.poll(() => alive.sockets.length).toBe(1)
  alive.sockets[0]?.on('ping', () => pings++)
  await expect.poll(() => pings).toBeGreaterThan(3)
  expect(log(t)).toEqual(['open '])
  await t.run(CONNECT, dead.url, { ping_interval: 0.02 })
  await expect.poll(() => log(t)).toEqual(['open ', 'error timeout', 'close 1006 '])
  expect(t.vm.getGlobal('reason')).toMatch(/no sign of life for 20 ms/)
})

it('websocket.connect: connections go with their owner, without a callback and without a trace', async () => {
  const codes: number[] = []
  await using server = await peer((socket) => socket.on('close', (code) => codes.push(code)))
  await using t = await withWebsocket()
  await t.vm.run(CONNECT, { chunkName: 'p.lua', owner: 'plugin.p', args: [server.url, { ping_interval: 5 }] })
  await t.vm.run('websocket.connect(...)', { chunkName: 'p.lua', owner: 'plugin.p', args: [server.url] })
  await expect.poll(() => server.sockets.length).toBe(2)
  await expect.poll(() => log(t)).toEqual(['open '])
  t.vm.releaseOwner('plugin.p')
  await expect.poll(() => server.listening.connections.size).toBe(0)
  // The goodbye is sent, but not waited for: it may be lost with the connection.
  expect(new Set([...codes, 1001, 1006])).toEqual(new Set([1001, 1006]))
  expect(log(t)).toEqual(['open '])
  expect(t.errors).toEqual([])
})

it('websocket.connect: closing the VM closes what is open and what is not open yet', async () => {
  await using server = await peer()
  await using silent = await listen(
    net.createServer((socket) => socket.resume()),
    'ws',
  )
  const t = await withWebsocket()
  await t.run('websocket.connect(...)', silent.url)
  await t.run(CONNECT, server.url)
  await expect.poll(() => log(t)).toEqual(['open '])
  await expect.poll(() => silent.connections.size).toBe(1)
  t.vm.close()
  await expect.poll(() => server.listening.connections.size + silent.connections.size).toBe(0)
})

it('websocket.connect: an error in a callback is reported and the connection goes on', async () => {
  await using server = await echo()
  await using t = await withWebsocket()
  await t.run(
    `id = websocket.connect(..., {
       on_open = function() error('broken') end,
       on_message = function(m) got = m end,
     })`,
    server.url,
  )
  await expect.poll(() => t.errors).toMatchObject([{ owner: 'test', message: 'test.lua:2: broken' }])
  await t.run("websocket.send(id, 'still there')")
  await expect.poll(() => t.vm.getGlobal('got')).toBe('still there')
})

it('websocket.connect: a burst of messages lets others have their turn', async () => {
  await using server = await peer((socket) => {
    for (let i = 0; i < 5000; i++) socket.send('x')
  })
  await using t = await withWebsocket()
  let turns = 0
  const timer = setInterval(() => turns++, 1)
  await t.run('count = 0 websocket.connect(..., { on_message = function() count = count + 1 end })', server.url)
  await expect.poll(() => t.vm.getGlobal('count')).toBe(5000)
  clearInterval(timer)
  expect(turns).toBeGreaterThan(10)
})
