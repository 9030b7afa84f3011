import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { encodeFrame } from '../../protocol/frame.ts'
import { PtyhostProcess, TestClient, until } from './harness.ts'

let host: PtyhostProcess
let manager: TestClient

beforeAll(async () => {
  host = new PtyhostProcess()
  manager = await host.manager()
  await manager.spawn('agent', ['bash', '-c', 'for i in $(seq 1 100000); do echo $i; sleep 0.01; done'])
})
afterAll(() => host[Symbol.asyncDispose]())

/** Sends bytes and returns what came back until the other side closed. */
async function throwAt(bytes: Uint8Array, end = false): Promise<Buffer> {
  const socket = connect(host.paths.ptySocket)
  const { promise, resolve } = Promise.withResolvers<void>()
  const received: Buffer[] = []
  socket.on('data', (data) => received.push(data))
  socket.on('error', () => {})
  socket.on('close', () => resolve())
  socket.write(bytes)
  if (end) socket.end()
  await promise
  return Buffer.concat(received)
}

const hello = encodeFrame({ type: 'hello', protocol: 1, version: '0', role: 'tui', pid: 1 })

async function agentIsFine(): Promise<void> {
  const line = async () => Number((await manager.text('agent')).trim().split('\n').at(-1))
  const before = await line()
  await until('the agent to go on', async () => (await line()) > before)
}

test('garbage, half frames and absurd lengths end the connection that sent them, and nothing else', async () => {
  const length = (value: number) => {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32LE(value)
    return bytes
  }
  const bad: Uint8Array[] = [
    length(0xffffffff),
    length((16 << 20) | 1),
    length(0),
    Buffer.concat([length(3), Buffer.from('abc')]),
    Buffer.concat([length(1), Buffer.from([0xc1])]),
    Buffer.concat([length(6), Buffer.from([0xdd, 0xff, 0xff, 0xff, 0xff, 0x00])]),
    Buffer.concat([length(1 << 16), Buffer.alloc(1 << 16, 0x91)]),
    Buffer.concat([length(1 << 20), Buffer.alloc(1 << 20, 0xd4)]),
    encodeFrame([1, 2, 3]),
    encodeFrame({ type: 'input', session: 'agent', data: Buffer.from('x') }),
    encodeFrame({ type: 'hello', protocol: 'one' }),
    encodeFrame({ type: 'hello', protocol: 999, version: '9', role: 'tui', pid: 1 }),
    Buffer.concat([hello, hello]),
    Buffer.concat([hello, encodeFrame({ type: 'input', session: 7, data: 'text' })]),
    Buffer.concat([hello, encodeFrame({ type: 'ack', view: -1, seq: 'x' })]),
    Buffer.concat([hello, encodeFrame({ type: 'request', id: 'x', method: 1 })]),
    Buffer.concat([hello, length(0xff000000), randomBytes(5000)]),
    randomBytes(100_000),
  ]
  for (const bytes of bad) await throwAt(bytes)
  for (const bytes of [length(100).subarray(0, 2), Buffer.concat([length(100), randomBytes(50)]), hello]) {
    await throwAt(bytes, true)
  }
  await agentIsFine()
  expect(host.alive).toBe(true)
  expect(host.log).not.toContain('uncaught')
})

test('a peer of another version is told which side to restart', async () => {
  const answer = await throwAt(encodeFrame({ type: 'hello', protocol: 0, version: '0.0.1', role: 'tui', pid: 1 }))
  expect(answer.toString('latin1')).toContain('the tui is the older one')
})

test('unknown messages and methods, and wrong parameters, are answered or ignored', async () => {
  using client = await host.manager()
  const send = client.connection as unknown as { send: (message: object) => void }
  send.send({ type: 'dance', fast: true })
  send.send({ type: 'ack', view: 99, seq: 1 })
  send.send({ type: 'input', session: 'no such', data: Buffer.from('x') })
  const ask = client.connection.request.bind(client.connection) as (method: string, params: unknown) => Promise<unknown>
  await expect(ask('view', { view: 'x', session: 'agent' })).rejects.toMatchObject({ code: 'bad_params' })
  await expect(ask('resize', { session: 'agent', cols: 0, rows: 5 })).rejects.toMatchObject({ code: 'bad_params' })
  await expect(ask('spawn', { session: 'x', argv: [] })).rejects.toMatchObject({ code: 'bad_params' })
  await client.text('agent')
})

test('thousands of connections at once cost the agents nothing', async () => {
  const sockets: Socket[] = []
  for (let number = 0; number < 3000; number++) {
    const socket = connect(host.paths.ptySocket)
    socket.on('error', () => {})
    sockets.push(socket)
    if (number % 200 === 199) await new Promise((resolve) => setImmediate(resolve))
  }
  await agentIsFine()
  for (const socket of sockets) socket.destroy()
  await until('room for another client', () =>
    TestClient.open(host.paths).then(
      (client) => client[Symbol.dispose]() ?? true,
      () => false,
    ),
  )
  expect(host.alive).toBe(true)
})
