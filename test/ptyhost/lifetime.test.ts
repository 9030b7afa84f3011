import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { packageRoot } from '../../protocol/paths.ts'
import { PtyhostProcess, until } from './harness.ts'

const SHORT = { BOTSTER_PTYHOST_GRACE_MS: '4000' }

test('it ends by itself when nobody needs it, and not before', async () => {
  await using host = new PtyhostProcess(SHORT)
  const hub = await host.manager()
  await hub.spawn('agent', ['cat'])
  hub[Symbol.dispose]()
  await new Promise((resolve) => setTimeout(resolve, 8000)) // twice the grace: nothing is to happen
  expect(host.alive).toBe(true)
  const next = await host.manager()
  expect((await next.info('agent')).exit).toBeUndefined()
  await next.connection.request('kill', { session: 'agent' })
  await next.connection.request('release', { session: 'agent' })
  await new Promise((resolve) => setTimeout(resolve, 8000))
  expect(host.alive).toBe(true)
  next[Symbol.dispose]()
  await until('its end', () => !host.alive)
  expect(host.child.exitCode).toBe(0)
})

test('the next hub finds every session with its labels, size and screen', async () => {
  await using host = new PtyhostProcess()
  const first = await host.manager()
  const labels = { agent: 'repo-branch', name: 'shell' }
  await first.spawn('kept', ['bash', '-c', 'echo here; printf "\\033]2;named\\a\\033]7;file:///tmp/x\\a"; cat'], {
    labels,
    cols: 100,
  })
  await until('its output', async () => (await first.text('kept')).includes('here'))
  const { pid } = await first.info('kept')
  first[Symbol.dispose]()
  using second = await host.manager()
  const info = await until('the title', async () => {
    const found = await second.info('kept')
    return found.title !== '' && found.cwd === '/tmp/x' ? found : undefined
  })
  expect(info).toMatchObject({ session: 'kept', pid, cols: 100, rows: 24, title: 'named', labels })
  await second.connection.request('setLabels', { session: 'kept', labels: { agent: 'other' } })
  expect((await second.info('kept')).labels).toEqual({ agent: 'other' })
})

test('a closed terminal, ctrl+c and a broken pipe do not end it; TERM does, with all its programs', async () => {
  await using host = new PtyhostProcess()
  using hub = await host.manager()
  const { pid } = await hub.spawn('agent', ['cat'])
  for (const signal of ['SIGHUP', 'SIGINT', 'SIGPIPE'] as const) process.kill(host.pid, signal)
  expect((await hub.info('agent')).exit).toBeUndefined()
  process.kill(host.pid, 'SIGTERM')
  await until('its end', () => !host.alive)
  expect(existsSync(`/proc/${pid}`)).toBe(false)
})

test('shutting down is refused while programs run, unless forced', async () => {
  await using host = new PtyhostProcess()
  using hub = await host.manager()
  await hub.spawn('agent', ['cat'])
  await expect(hub.connection.request('shutdown', {})).rejects.toMatchObject({ code: 'busy' })
  expect(await hub.connection.request('shutdown', { force: true })).toEqual({})
  await until('its end', () => !host.alive)
})

test('a second one for the same hub leaves the first alone', async () => {
  await using host = new PtyhostProcess()
  using hub = await host.manager()
  await hub.spawn('agent', ['cat'])
  rmSync(host.paths.ptySocket) // what says that it serves is gone for some seconds: its lock still does
  const environment = {
    ...process.env,
    BOTSTER_CONFIG_DIR: join(host.directory, 'c'),
    BOTSTER_RUNTIME_DIR: join(host.directory, 'r'),
  }
  const second = spawn(process.execPath, [join(packageRoot(), 'hub/ptyhost/main.ts'), '--hub', 'test'], {
    env: environment,
    stdio: 'ignore',
  })
  await until('its end', () => second.exitCode !== null)
  await until('the socket of the first', () => existsSync(host.paths.ptySocket))
  using again = await host.manager()
  expect((await again.info('agent')).exit).toBeUndefined()
})

test('a removed socket comes back', async () => {
  await using host = new PtyhostProcess()
  using hub = await host.manager()
  await hub.spawn('agent', ['cat'])
  rmSync(host.paths.ptySocket)
  using again = await host.manager()
  expect((await again.info('agent')).session).toBe('agent')
})

test('when it cannot start it says why and is gone', async () => {
  await using host = new PtyhostProcess()
  const hub = await host.manager()
  await hub.connection.request('shutdown', {})
  await until('its end', () => !host.alive)
  chmodSync(join(host.directory, 'c', 'hubs', 'test'), 0o755)
  const environment = {
    ...process.env,
    BOTSTER_CONFIG_DIR: join(host.directory, 'c'),
    BOTSTER_RUNTIME_DIR: join(host.directory, 'r'),
  }
  const again = spawnSync(process.execPath, [join(packageRoot(), 'hub/ptyhost/main.ts'), '--hub', 'test'], {
    env: environment,
    encoding: 'utf8',
  })
  expect(again.status).toBe(1)
  expect(again.stderr).toContain('chmod 700')
})
