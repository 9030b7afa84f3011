import { createConnection, type Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { encodeFrame } from '../../protocol/frame.ts'
import { until } from './harness/until.ts'
import { World } from './harness/world.ts'

const CONNECTIONS = 10_000
const AT_ONCE = 500

const hello = encodeFrame({ type: 'hello', protocol: 1, version: '0.1.0', role: 'cli', pid: 1 })

/** What may be thrown at a server, by the name of what it is. */
const NASTY: Record<string, Buffer> = {
  'text of another protocol': Buffer.from('GET / HTTP/1.1\r\n\r\n'),
  'random bytes': Buffer.from(Array.from({ length: 4096 }, (_, at) => (at * 7919) % 256)),
  'a length of 4 GB': Buffer.from([0xff, 0xff, 0xff, 0xff, 0x80]),
  'half a frame': hello.subarray(0, hello.length - 3),
  'no hello': encodeFrame({ type: 'request', id: 1, method: 'status' }),
  'two hellos': Buffer.concat([hello, hello]),
  'a frame that is no map': Buffer.concat([hello, encodeFrame('text'), encodeFrame(null), encodeFrame([1])]),
  'a hello of the wrong shape': encodeFrame({ type: 'hello', protocol: 'x', pid: {} }),
  'requests of the wrong shape': Buffer.concat([
    hello,
    encodeFrame({ type: 'request', id: -1, method: 5 }),
    encodeFrame({ type: 'request', id: 1 }),
  ]),
  'names of object properties': Buffer.concat([
    hello,
    encodeFrame({ type: 'constructor' }),
    encodeFrame({ type: 'request', id: 1, method: '__proto__', params: {} }),
    encodeFrame({ type: 'request', id: 2, method: 'toString', params: {} }),
  ]),
  'input for a session without a ticket': Buffer.concat([
    hello,
    encodeFrame({ type: 'input', session: 'x/agent', data: Buffer.from('rm -rf /\r') }),
    encodeFrame({ type: 'request', id: 1, method: 'kill', params: { session: 'x/agent' } }),
    encodeFrame({ type: 'request', id: 2, method: 'shutdown', params: { force: true } }),
  ]),
  'msgpack that ends within': Buffer.from([1, 0, 0, 0, 0xdf]),
  'deep nesting': frameOf(Buffer.concat([Buffer.alloc(100_000, 0x91), Buffer.from([0xc0])])),
}

function frameOf(body: Buffer): Buffer {
  const header = Buffer.alloc(4)
  header.writeUInt32LE(body.length)
  return Buffer.concat([header, body])
}

async function connected(path: string): Promise<Socket> {
  const socket = createConnection({ path })
  const { promise, resolve } = Promise.withResolvers<void>()
  socket.on('error', () => {}) // being thrown out, or not let in, is what is expected
  socket.on('connect', resolve)
  socket.on('close', () => resolve())
  socket.resume()
  await promise
  return socket
}

async function throwAt(path: string, bytes: Buffer): Promise<void> {
  const socket = await connected(path)
  socket.end(bytes)
  await until(() => socket.closed, { what: 'the server to close a bad connection' })
}

/** Hub and agent are the same processes as before, and the agent still answers. */
async function expectUntouched(world: World, before: { hub: number; ptyhost: number }, word: string): Promise<void> {
  const { hub, ptyhost } = await world.status()
  expect({ hub: hub.pid, ptyhost: ptyhost?.pid }).toEqual(before)
  await world.botster('send', 'work', word, '--enter')
  await world.screenOf('work', new RegExp(`${word}\\n${word}`))
}

async function workingWorld(): Promise<{ world: World; before: { hub: number; ptyhost: number } }> {
  const world = new World()
  await world.newAgent('work', 'cat')
  const { hub, ptyhost } = await world.status()
  return { world, before: { hub: hub.pid, ptyhost: ptyhost!.pid } }
}

describe.each(['hub', 'pty'] as const)('hostile clients on %s.sock', (which) => {
  test('are thrown out whatever they send, and agents notice nothing', async () => {
    const { world, before } = await workingWorld()
    await using _ = world
    for (const bytes of Object.values(NASTY)) await throwAt(world.sockets()[which], bytes)
    await expectUntouched(world, before, 'fine')
  })

  test('who connect and say nothing keep nobody out', async () => {
    const { world, before } = await workingWorld()
    await using _ = world
    const path = world.sockets()[which]
    const silent = await Promise.all(Array.from({ length: 300 }, () => connected(path)))
    await expectUntouched(world, before, 'fine')
    for (const socket of silent) socket.destroy()
  })

  test(`who connect ${CONNECTIONS} times are survived`, async () => {
    const { world, before } = await workingWorld()
    await using _ = world
    const path = world.sockets()[which]
    for (let made = 0; made < CONNECTIONS; made += AT_ONCE) {
      const sockets = await Promise.all(Array.from({ length: AT_ONCE }, () => connected(path)))
      for (const socket of sockets) socket.destroy()
    }
    await expectUntouched(world, before, 'fine')
  })
})
