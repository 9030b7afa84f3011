import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { peerPid } from '../../bin/peer-pid.ts'
import { encodeFrame } from '../../protocol/frame.ts'
import { temporaryDirectory } from './temporary-directory.ts'

describe('finding out who serves a socket', () => {
  test('works across protocol versions, so that an old hub can be restarted', async () => {
    using directory = temporaryDirectory()
    const path = join(directory.path, 'hub.sock')
    const hello = { type: 'hello', protocol: 999, version: '9.0.0', role: 'hub', pid: 4242, somethingNew: true }
    const server = createServer((socket) => socket.end(encodeFrame(hello))).listen(path)
    await once(server, 'listening')
    expect(await peerPid(path)).toBe(4242)
    server.close()
  })

  test('fails when the peer talks nonsense', async () => {
    using directory = temporaryDirectory()
    const path = join(directory.path, 'hub.sock')
    const server = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')).listen(path)
    await once(server, 'listening')
    await expect(peerPid(path)).rejects.toThrow('does not say who it is')
    server.close()
  })
})
