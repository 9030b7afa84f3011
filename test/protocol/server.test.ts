import { chmodSync, existsSync, mkdirSync, rmSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import { dirname, join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { ensurePrivateDirectory, serve } from '../../protocol/server.ts'
import { temporaryDirectory } from '../hub/support/directory.ts'
import { eventually } from '../hub/support/eventually.ts'

afterEach(() => {
  vi.useRealTimers()
})

function accepts(path: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = connect({ path })
  socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
  return promise.finally(() => socket.destroy())
}

test('A socket is for its user alone, and gone when its server ends', async () => {
  await using directory = await temporaryDirectory()
  const path = join(directory.path, 'run/x.sock')
  {
    await using server = await serve(path, (socket) => socket.end())
    expect(await accepts(server.path)).toBe(true)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(statSync(dirname(path)).mode & 0o777).toBe(0o700)
  }
  expect(existsSync(path)).toBe(false)
})

test('A socket file that somebody removes comes back and stays, and old connections live on', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  await using directory = await temporaryDirectory()
  const path = join(directory.path, 'run/x.sock')
  await using _ = await serve(path, (socket) => socket.pipe(socket))
  const old = connect({ path })
  await new Promise((resolve) => old.once('connect', resolve))
  for (let round = 0; round < 3; round++) {
    rmSync(path)
    vi.advanceTimersByTime(5000)
    await eventually(async () => expect(await accepts(path)).toBe(true))
    expect(await accepts(path)).toBe(true) // and nobody took it away after that
  }
  const echoed = new Promise((resolve) => old.once('data', resolve))
  old.write('still here')
  expect(String(await echoed)).toBe('still here')
  old.destroy()
})

test('A directory that others may enter is refused with what to do', async () => {
  await using directory = await temporaryDirectory()
  const open = join(directory.path, 'open')
  mkdirSync(open)
  chmodSync(open, 0o755)
  expect(() => ensurePrivateDirectory(open)).toThrow(`chmod 700 ${open}`)
  await expect(serve(join(open, 'x.sock'), () => {})).rejects.toThrow(/mode 755/)
})
