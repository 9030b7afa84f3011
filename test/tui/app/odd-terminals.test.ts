import { PassThrough } from 'node:stream'
import type { ReadStream, WriteStream } from 'node:tty'
import { afterEach, expect, it, vi } from 'vitest'
import { runTui } from '../../../tui/main.ts'

afterEach(() => vi.restoreAllMocks())

it.each([
  ['cannot move its cursor', { TERM: 'dumb' }, true, 'TERM is "dumb"'],
  ['is none', { TERM: 'xterm' }, false, 'needs a terminal'],
])('a terminal that %s gets a plain message and exit code 1, and nothing else', async (_, env, isTTY, message) => {
  const said: string[] = []
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(String(text)) > 0)
  const stdout = Object.assign(new PassThrough(), { isTTY, columns: 80, rows: 24 })
  const stdin = Object.assign(new PassThrough(), { isTTY })
  const code = await runTui({
    stdin: stdin as unknown as ReadStream,
    stdout: stdout as unknown as WriteStream,
    env,
    connectHub: () => Promise.reject(new Error('nobody asks for a hub')),
  })
  expect(code).toBe(1)
  expect(said.join('')).toContain(message)
  expect(stdout.read()).toBeNull()
})
