import { connect as connectSocket } from 'node:net'
import { expect, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { hubHome } from './support/hub-process.ts'
import { makeRepository } from './support/repository.ts'

test('Garbage, half messages and impossible lengths on the socket harm nobody', async () => {
  await using repository = await makeRepository()
  await using home = await hubHome(repository)
  const hub = home.start()
  using connection = await home.connect()
  const length = (bytes: number) => {
    const header = Buffer.alloc(4)
    header.writeUInt32LE(bytes)
    return header
  }
  const junk = [
    Buffer.from('GET / HTTP/1.1\r\n\r\n'),
    length(0xffff_ffff),
    Buffer.concat([length(3), Buffer.from([0xc1, 0xc1, 0xc1])]),
    Buffer.concat([length(1), Buffer.from([0xc0])]),
    Buffer.concat([length(100), Buffer.from('half')]),
    Buffer.alloc(1 << 20, 0xff),
  ]
  const sockets = junk.flatMap((bytes) =>
    Array.from({ length: 20 }, () => {
      const socket = connectSocket({ path: home.paths.hubSocket })
      socket.on('error', () => {}).write(bytes)
      return socket
    }),
  )
  await expect(connection.request('command', { name: 'no such command', args: {} })).rejects.toThrow()
  await expect(connection.request('nonsense' as 'status', {})).rejects.toThrow()
  await expect(connection.request('command', { name: 7 } as never)).rejects.toThrow(/name/)
  const status = await connection.request('status', {})
  expect(status.hub.pid).toBe(hub.pid)
  for (const socket of sockets) socket.destroy()
})

test('Connections without end leave the hub answering those it knows, and others afterwards', async () => {
  await using repository = await makeRepository()
  await using home = await hubHome(repository)
  const hub = home.start()
  using connection = await home.connect()
  const sockets = Array.from({ length: 3000 }, () =>
    connectSocket({ path: home.paths.hubSocket }).on('error', () => {}),
  )
  expect((await connection.request('status', {})).hub.pid).toBe(hub.pid)
  for (const socket of sockets) socket.destroy()
  using another = await home.connect()
  expect((await another.request('status', {})).hub.pid).toBe(hub.pid)
})

test('A client that sends rubbish is told and dropped, the hub writes it down', async () => {
  await using repository = await makeRepository()
  await using home = await hubHome(repository)
  home.start()
  const closed = Promise.withResolvers<string>()
  const connection = await home.connect({ onClose: closed.resolve })
  connection.send({ type: 'message', data: 'no table' } as never)
  expect(await closed.promise).toContain('malformed message')
  await eventually(() => expect(home.log()).toContain('malformed message'))
})
