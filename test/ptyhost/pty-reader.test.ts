import type { ReadStream } from 'node:tty'
import { spawn } from '@lydell/node-pty'
import { expect, test } from 'vitest'
import { readIntoOneBuffer } from '../../hub/ptyhost/pty-reader.ts'

test('a PTY is read into one buffer, in this Node too, and can be paused', async () => {
  const terminal = spawn('/bin/sh', ['-c', 'read line; seq 1 20000'], { encoding: null })
  const { _socket: stream } = terminal as unknown as { _socket: ReadStream }
  const buffers = new Set<ArrayBufferLike>()
  let text = ''
  const reads = readIntoOneBuffer(stream, (data) => {
    buffers.add(data.buffer)
    text += data.toString('latin1')
  })
  expect(reads).toBe(true)
  stream.pause()
  terminal.write('go\n')
  await new Promise((resolve) => setImmediate(resolve))
  expect(text).not.toContain('20000')
  stream.resume()
  await expect.poll(() => text).toContain('\n20000\r\n')
  expect(text.replace(/^go\r\n/, '')).toBe(Array.from({ length: 20_000 }, (_, index) => `${index + 1}\r\n`).join(''))
  expect(buffers.size).toBe(1)
})

test('a stream that is kept in another way is left as it is', () => {
  expect(readIntoOneBuffer({} as ReadStream, () => {})).toBe(false)
})
