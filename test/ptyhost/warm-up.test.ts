import { readdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { expect, test } from 'vitest'
import { PtyhostProcess, until } from './harness.ts'

function children(pid: number): number {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && parentOf(name) === pid).length
}

function parentOf(pid: string): number | undefined {
  try {
    return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1])
  } catch {
    return undefined
  }
}

test('warming up leaves nothing behind and keeps nobody from ending', async () => {
  await using host = new PtyhostProcess({ BOTSTER_WARM_UP: '1', BOTSTER_PTYHOST_GRACE_MS: '5000' })
  const hub = await host.manager()
  await until('the program to type into', () => children(host.pid) > 0)
  expect(await hub.connection.request('list', {})).toEqual({ sessions: [] })
  await until('its end', () => children(host.pid) === 0)
  await until('the socket to go', () => readdirSync(dirname(host.paths.ptySocket)).join() === 'pty.sock')
  expect(host.log).not.toMatch(/uncaught|unhandled/)
  hub[Symbol.dispose]()
  await until('its end', () => !host.alive)
})
