import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { connect as connectSocket, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { connect } from '../../protocol/client.ts'
import { Connection, type MethodHandlers } from '../../protocol/connection.ts'
import { defineProtocol, method, nothing } from '../../protocol/definition.ts'
import { ConnectionClosed, RequestError, VersionMismatch } from '../../protocol/errors.ts'
import { encodeFrame, FrameDecoder } from '../../protocol/frame.ts'
import { type SocketServer, serve } from '../../protocol/server.ts'

const toys = defineProtocol({
  name: 'toys',
  version: 3,
  methods: {
    double: method(z.object({ value: z.number() }), z.object({ value: z.number() })),
    wait: method(nothing, nothing),
    fail: method(z.object({ how: z.enum(['expected', 'bug', 'lie']) }), z.object({ fine: z.literal(true) })),
  },
  toServer: { poke: z.object({ text: z.string() }) },
  toClient: { news: z.object({ text: z.string() }) },
})
type Toys = typeof toys

let directory: string
let server: SocketServer
let accepted: Connection<Toys, 'server'>[]
let pokes: string[]
let warnings: string[]
let goodbyes: [reason: string, saidBye: boolean][]

const methods: MethodHandlers<Toys> = {
  double: ({ value }) => ({ value: value * 2 }),
  wait: () => new Promise(() => {}),
  fail: ({ how }) => {
    if (how === 'expected') throw new RequestError({ code: 'no', message: 'not today', details: { until: 'tomorrow' } })
    if (how === 'bug') throw new TypeError('undefined is not a function')
    return { fine: false } as unknown as { fine: true }
  },
}

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'proto-'))
  accepted = []
  pokes = []
  warnings = []
  goodbyes = []
  server = await serve(join(directory, 's', 'toys.sock'), (socket) => {
    accepted.push(
      new Connection({
        socket,
        protocol: toys,
        side: 'server',
        role: 'hub',
        methods,
        onMessage: ({ text }) => pokes.push(text),
        onClose: (reason, saidBye) => goodbyes.push([reason, saidBye]),
        onWarning: (warning) => warnings.push(warning),
      }),
    )
  })
})
afterEach(async () => {
  for (const connection of accepted) connection.close('the test is over')
  await server[Symbol.asyncDispose]()
  rmSync(directory, { recursive: true, force: true })
})

async function until(what: string, probe: () => boolean): Promise<void> {
  for (const end = performance.now() + 30_000; !probe(); ) {
    if (performance.now() > end) throw new Error(`waited in vain for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

const client = (more: Partial<Parameters<typeof connect<Toys>>[0]> = {}) =>
  connect({ path: server.path, protocol: toys, role: 'tui', ...more })

/** A peer that speaks bytes. */
class Raw {
  readonly socket: Socket
  readonly received: unknown[] = []
  closed = false

  constructor(path: string) {
    const decoder = new FrameDecoder()
    this.socket = connectSocket(path)
    this.socket.on('data', (chunk) => this.received.push(...decoder.push(chunk)))
    this.socket.on('error', () => {})
    this.socket.on('close', () => {
      this.closed = true
    })
  }

  send(...messages: unknown[]): void {
    this.socket.write(Buffer.concat(messages.map(encodeFrame)))
  }
}

const hello = { type: 'hello', protocol: 3, version: '9.9.9', role: 'tui', pid: 1 }

test('both sides say hello, then requests are answered and messages arrive', async () => {
  const news: string[] = []
  using connection = await client({ onMessage: ({ text }) => news.push(text) })
  expect(connection.peer).toMatchObject({ protocol: 3, role: 'hub', pid: process.pid })
  expect(await connection.request('double', { value: 21 })).toEqual({ value: 42 })
  connection.send({ type: 'poke', text: 'hello' })
  await until('the poke', () => pokes.length === 1)
  accepted[0]!.send({ type: 'news', text: 'world' })
  await until('the news', () => news.length === 1)
  expect([pokes, news]).toEqual([['hello'], ['world']])
})

test('expected failures keep their code and details, bugs and wrong answers are failures too', async () => {
  using connection = await client()
  await expect(connection.request('fail', { how: 'expected' })).rejects.toMatchObject({
    name: 'RequestError',
    code: 'no',
    message: 'not today',
    details: { until: 'tomorrow' },
  })
  await expect(connection.request('fail', { how: 'bug' })).rejects.toMatchObject({ code: 'internal' })
  await expect(connection.request('fail', { how: 'lie' })).rejects.toMatchObject({ code: 'bad_result' })
  await expect(connection.request('double', { value: 'x' as unknown as number })).rejects.toMatchObject({
    code: 'bad_params',
    message: expect.stringContaining('value'),
  })
  expect(await connection.request('double', { value: 1 })).toEqual({ value: 2 })
  expect(warnings.join()).toContain('undefined is not a function')
})

test('who waits for an answer is told when it cannot come any more', async () => {
  using connection = await client()
  const aborted = connection.request('wait', {}, { signal: AbortSignal.timeout(20) })
  await expect(aborted).rejects.toMatchObject({ name: 'TimeoutError' })
  const waiting = connection.request('wait', {})
  accepted[0]!.close('going home')
  await expect(waiting).rejects.toThrow(ConnectionClosed)
  await expect(waiting).rejects.toThrow('going home')
  await expect(connection.request('double', { value: 1 })).rejects.toThrow('going home')
})

test('a goodbye is told from a lost connection', async () => {
  const connection = await client()
  connection.close('enough')
  await until('the goodbye', () => goodbyes.length === 1)
  const raw = new Raw(server.path)
  raw.send(hello)
  await until('its greeting', () => accepted[1]?.peer !== undefined)
  raw.socket.destroy()
  await until('its loss', () => goodbyes.length === 2)
  expect(goodbyes).toEqual([
    ['enough', true],
    ['the connection was lost', false],
  ])
})

test('a peer of another version is told which of the two to restart', async () => {
  for (const [protocol, advice] of [
    [2, 'the tui is the older one'],
    [4, 'the hub is the older one: run `botster restart`'],
  ] as const) {
    const older = defineProtocol({ ...toys, version: protocol })
    const failed = connect({ path: server.path, protocol: older, role: 'tui' })
    await expect(failed).rejects.toThrow(VersionMismatch)
    await expect(failed).rejects.toThrow(advice)
  }
})

test('a newer client that still speaks the older protocol does so', async () => {
  const newer = defineProtocol({ ...toys, version: 5, oldest: 2 })
  using connection = await connect({ path: server.path, protocol: newer, role: 'hub' })
  expect(connection.protocol).toBe(3)
  expect(await connection.request('double', { value: 1 })).toEqual({ value: 2 })
  expect(accepted[0]?.protocol).toBe(3)
  const tooNew = defineProtocol({ ...toys, version: 5, oldest: 4 })
  await expect(connect({ path: server.path, protocol: tooNew, role: 'cli' })).rejects.toThrow(VersionMismatch)
})

test('a reason that merely speaks of a protocol is no mismatch', async () => {
  const path = join(directory, 'rude.sock')
  const rude = createServer((socket) => socket.end(encodeFrame({ type: 'bye', reason: 'I dislike this protocol' })))
  await new Promise<void>((resolve) => rude.listen(path, resolve))
  try {
    await expect(connect({ path, protocol: toys, role: 'cli' })).rejects.toThrow(ConnectionClosed)
  } finally {
    rude.close()
  }
})

test('nobody listening is a failure that says so', async () => {
  await expect(connect({ path: join(directory, 'none.sock'), protocol: toys, role: 'cli' })).rejects.toThrow(
    ConnectionClosed,
  )
})

test('an unknown message is ignored, a malformed one is answered and ends the connection', async () => {
  const raw = new Raw(server.path)
  raw.send(hello, { type: 'from the future', data: 1 }, { type: 'poke', text: 'still here' })
  await until('the poke', () => pokes.length === 1)
  expect(warnings).toEqual(['ignored a message of unknown type "from the future"'])
  raw.send({ type: 'poke', text: 7 }, { type: 'poke', text: 'too late' })
  await until('the end', () => raw.closed)
  expect(raw.received.at(-1)).toMatchObject({ type: 'error', message: expect.stringContaining('malformed poke: text') })
  expect(pokes).toEqual(['still here'])
})

test('anything before hello, a second hello and things that are no messages end the connection', async () => {
  for (const bad of [
    [{ type: 'poke', text: 'x' }],
    [{ type: 'request', id: 1, method: 'double', params: { value: 1 } }],
    [hello, hello],
    [hello, { no: 'type' }],
    [hello, 7],
    [hello, null],
    [hello, { type: 'constructor' }, { type: '__proto__' }, { type: 'toString' }, 'x'],
    [{ ...hello, role: 'king' }],
  ]) {
    const raw = new Raw(server.path)
    raw.send(...bad)
    await until(`the end after ${JSON.stringify(bad)}`, () => raw.closed)
    expect(raw.received.at(-1)).toMatchObject({ type: 'error' })
  }
  expect(pokes).toEqual([])
})

test('methods are not looked up on the prototype', async () => {
  const raw = new Raw(server.path)
  raw.send(hello, { type: 'request', id: 1, method: 'constructor', params: {} })
  await until('the answer', () => raw.received.length === 2)
  expect(raw.received[1]).toMatchObject({ type: 'response', id: 1, error: { code: 'unknown_method' } })
  raw.socket.destroy()
})

test('a peer that does not read is dropped before it fills the memory', async () => {
  const raw = new Raw(server.path)
  raw.send(hello)
  await until('its greeting', () => accepted[0]?.peer !== undefined)
  raw.socket.pause()
  const text = 'x'.repeat(1 << 20)
  for (let sent = 0; sent < 200 && goodbyes.length === 0; sent++) {
    accepted[0]!.send({ type: 'news', text })
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(goodbyes).toEqual([['the peer does not read', false]])
  raw.socket.destroy()
})

test('sockets are made only in directories that are this user’s alone', async () => {
  expect(statSync(join(directory, 's')).mode & 0o777).toBe(0o700)
  expect(statSync(server.path).mode & 0o777).toBe(0o600)
  const { chmodSync, mkdirSync } = await import('node:fs')
  const open = join(directory, 'open')
  mkdirSync(open)
  chmodSync(open, 0o755)
  await expect(serve(join(open, 'x.sock'), () => {})).rejects.toThrow('chmod 700')
})

test('a socket file left behind by a dead server is replaced', async () => {
  const path = join(directory, 's', 'stale.sock')
  writeFileSync(path, '')
  const other = await serve(path, (socket) => socket.end())
  expect(statSync(path).isSocket()).toBe(true)
  await other[Symbol.asyncDispose]()
})

test('a server that hangs up without a word is a lost connection', async () => {
  const path = join(directory, 'silent.sock')
  const silent = createServer((socket) => socket.destroy())
  await new Promise<void>((resolve) => silent.listen(path, resolve))
  await expect(connect({ path, protocol: toys, role: 'cli' })).rejects.toThrow(ConnectionClosed)
  silent.close()
})
