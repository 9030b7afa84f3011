import http from 'node:http'
import https from 'node:https'
import net from 'node:net'
import { expect, it } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { type WebSocketModuleOptions, websocketModule } from '../../lua/modules/websocket.ts'
import { newVm, type TestVm } from '../lua/support.ts'
import { expectExamplesToRun } from './examples.ts'
import { refusalOf } from './support/refusal.ts'
import { certificate, closedPort, listen, type TestServer } from './support/server.ts'

const ALL_BYTES = Buffer.from(Array.from({ length: 256 }, (_, i) => i))

/** Notes in the global `log` what happens to a connection; its id is the global `id`. */
const CONNECT = `
  log = {}
  local function note(...) log[#log + 1] = table.concat({ ... }, ' ') end
  local url, more = ...
  local handlers = {
    on_open = function(protocol) note('open', protocol) end,
    on_message = function(message, is_binary) note('message', #message, tostring(is_binary)) last = message end,
    on_close = function(code, reason) note('close', code, reason) end,
    on_error = function(message, err) note('error', err.kind) reason = message err_status = err.status end,
  }
  for key, value in pairs(more or {}) do handlers[key] = value end
  id = assert(websocket.connect(url, handlers))
  return id`

const withWebsocket = (options: WebSocketModuleOptions = {}): Promise<TestVm> =>
  newVm({ modules: [websocketModule(options)] })

const log = (t: TestVm) => t.vm.getGlobal('log')

interface Peer extends AsyncDisposable {
  readonly url: string
  readonly sockets: WebSocket[]
  readonly listening: Omit<TestServer, 'received'>
  readonly requests: http.IncomingMessage[]
}

/** A WebSocket server that does as told with each connection. */
async function peer(
  onSocket: (socket: WebSocket) => void = () => undefined,
  options: object = {},
  server: http.Server | https.Server = http.createServer(),
): Promise<Peer> {
  const sockets: WebSocket[] = []
  const requests: http.IncomingMessage[] = []
  const webSockets = new WebSocketServer({ server, ...options })
  webSockets.on('connection', (socket, request) => {
    sockets.push(socket)
    requests.push(request)
    socket.on('error', () => undefined)
    onSocket(socket)
  })
  const listening = await listen(server, server instanceof https.Server ? 'wss' : 'ws')
  const dispose = async () => {
    webSockets.close()
    await listening[Symbol.asyncDispose]()
  }
  return { url: listening.url, sockets, requests, listening, [Symbol.asyncDispose]: dispose }
}

const echo = () => peer((socket) => socket.on('message', (data, binary) => socket.send(data, { binary })))

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
    await t.run(CONNECT, url, { timeout_ms: kind === 'timeout' ? 300 : 5000 })
    await expect.poll(() => log(t), { timeout: 5000 }).toEqual([`error ${kind}`, 'close 1006 '])
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
  expect(closes).toEqual([[4000, 'tschüß']])
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
  expect(pongs).toEqual(['are you there'])
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

it('websocket.connect: gives up a connection without a sign of life, and keeps one that answers pings', async () => {
  await using dead = await peer(undefined, { autoPong: false })
  await using alive = await peer()
  await using t = await withWebsocket()
  await t.run(CONNECT, alive.url, { ping_interval: 0.02 })
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
  await t.vm.run(CONNECT, { chunkName: 'p.lua', owner: 'plugin.p', args: [server.url, { ping_interval: 0.01 }] })
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
  await expect.poll(() => t.vm.getGlobal('count'), { timeout: 10_000 }).toBe(5000)
  clearInterval(timer)
  expect(turns).toBeGreaterThan(10)
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
    ['websocket.connect("ws://x", { protocols = "x" })', 'protocols: list of strings expected, got string'],
    ['websocket.connect("ws://x", { timeout_ms = 0 })', 'timeout_ms: number from 1 to 600000 expected, got 0'],
    ['websocket.connect("ws://x", { ping_interval = -1 })', 'ping_interval: number from 0 to 86400 expected, got -1'],
    ['websocket.send("x", "y")', "bad argument #1 to 'websocket.send' (integer expected, got string)"],
    ['websocket.send(1)', "bad argument #2 to 'websocket.send' (string expected, got no value)"],
    ['websocket.send(1, "x", 1)', "bad argument #3 to 'websocket.send' (boolean expected, got number)"],
    ['websocket.ping(1, 0)', "bad argument #2 to 'websocket.ping' (number from 1 to 600000 expected)"],
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

/** The TCP connection below a server's WebSocket. */
function rawSocket(socket: WebSocket): net.Socket {
  return (socket as unknown as { _socket: net.Socket })._socket
}
