import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
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
  const bin = mkdtempSync(join(tmpdir(), 'botster-warm-up-'))
  onTestFinished(() => rmSync(bin, { recursive: true }))
  const mark = join(bin, 'begun') // the program itself lives for a moment only
  writeFileSync(join(bin, 'cat'), `#!/bin/sh\n: > '${mark}'\nexec /bin/cat\n`, { mode: 0o755 })
  const path = `${bin}:${process.env.PATH}`
  await using host = new PtyhostProcess({ PATH: path, BOTSTER_WARM_UP: '1', BOTSTER_PTYHOST_GRACE_MS: '5000' })
  const hub = await host.manager()
  await until('the program to type into', () => existsSync(mark))
  expect(await hub.connection.request('list', {})).toEqual({ sessions: [] })
  await until('its end', () => children(host.pid) === 0)
  await until('the socket to go', () => readdirSync(dirname(host.paths.ptySocket)).join() === 'pty.sock')
  expect(host.log).not.toMatch(/uncaught|unhandled/)
  hub[Symbol.dispose]()
  await until('its end', () => !host.alive)
})
