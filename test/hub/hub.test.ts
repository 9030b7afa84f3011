import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { isAlive, waitForDeath } from '../../hub/alive.ts'
import { type Agent, agents, command, createAgent } from './support/agents.ts'
import { eventually } from './support/eventually.ts'
import { hubHome } from './support/hub-process.ts'
import { value } from './support/outcome.ts'
import { makeRepository } from './support/repository.ts'

test('A hub says what it is', async () => {
  await using repository = await makeRepository()
  await using home = await hubHome(repository)
  const hub = home.start()
  using tui = await home.connect()
  using cli = await home.connect({ role: 'cli' })
  const status = await cli.request('status', {})
  expect(status).toMatchObject({
    hub: { pid: hub.pid, id: home.paths.id, root: repository.root, version: expect.stringMatching(/^\d/) },
    ptyhost: { pid: expect.any(Number), sessions: 0 },
    clients: 1,
    agents: 0,
    errors: [],
  })
  expect(tui.peer?.pid).toBe(hub.pid)
})

test('Of several hubs started at once one serves; the others end without an error', async () => {
  await using repository = await makeRepository()
  await using home = await hubHome(repository)
  const hubs = [1, 2, 3].map(() => home.start())
  using connection = await home.connect()
  const { pid } = (await connection.request('status', {})).hub
  const others = hubs.filter((hub) => hub.pid !== pid)
  expect(others).toHaveLength(2)
  for (const other of others) expect(await other.exit).toEqual({ code: 0, signal: null })
  expect(home.log()).toContain('already running')
  expect((await connection.request('status', {})).hub.pid).toBe(pid)
})

test('The same hub is found from a subdirectory and from an agent’s worktree', async () => {
  await using repository = await makeRepository()
  await using home = await hubHome(repository)
  const first = home.start(['--root', join(repository.root, 'src')])
  using connection = await home.connect()
  const { path } = value(await repository.worktrees.create({ branch: 'x' }))
  const second = home.start(['--root', path])
  expect(await second.exit).toEqual({ code: 0, signal: null })
  expect((await connection.request('status', {})).hub.pid).toBe(first.pid)
})

test('A hub that is restarted from anywhere by its id stays with its repository', async () => {
  await using repository = await makeRepository()
  await using home = await hubHome(repository)
  home.start().kill('SIGKILL')
  const first = home.start()
  using connection = await home.connect()
  await connection.request('stop', {})
  await first.exit
  home.start(['--root', repository.directory], { BOTSTER_HUB_ID: home.paths.id })
  using again = await home.connect()
  expect((await again.request('status', {})).hub.root).toBe(repository.root)
})

test('An agent gets the environment of the client that made it, without that client’s terminal', async () => {
  await using repository = await makeRepository()
  await using home = await hubHome(repository)
  home.start()
  using connection = await home.connect()
  const env = { ...home.env, MY_KEY: 'of the client', TERM_PROGRAM: 'iTerm', TMUX: 'x', TERM: 'dumb' }
  await connection.request('environment', { env, cwd: repository.root })
  const print = 'env > env.txt.part; mv env.txt.part env.txt; sleep 1000'
  const { worktree_path } = await createAgent(connection, 'one', print)
  const printed = await eventually(() => readFile(join(worktree_path, 'env.txt'), 'utf8'))
  expect(printed).toContain('MY_KEY=of the client')
  expect(printed).not.toMatch(/^(TERM_PROGRAM|TMUX)=/m)
  expect(printed).toMatch(/^TERM=xterm/m)
})

test('Stopping with agents ends them, the ptyhost and the hub; afterwards they are over, not lost', async () => {
  await using repository = await makeRepository()
  await using home = await hubHome(repository)
  const hub = home.start()
  const connection = await home.connect()
  const agent = await createAgent(connection, 'one', 'sleep 1000')
  const { ptyhost } = await connection.request('status', {})
  await connection.request('stop', { agents: true })
  expect(await hub.exit).toEqual({ code: 0, signal: null })
  expect(await waitForDeath(ptyhost!.pid, 20_000)).toBe(true)
  expect(await waitForDeath(agent.sessions[0]!.pid, 20_000)).toBe(true)
  home.start()
  using again = await home.connect()
  expect(await agents(again)).toMatchObject([{ id: agent.id, status: 'exited', worktree_path: agent.worktree_path }])
})

test('A hub with nothing to do ends by itself, one with a client does not', async () => {
  await using repository = await makeRepository()
  await using home = await hubHome(repository)
  const hub = home.start(undefined, { BOTSTER_HUB_IDLE_MINUTES: '0.05' }) // 3 s, long enough to connect
  const connection = await home.connect()
  await wait(4500) // that nothing happens takes time to see
  expect(isAlive(hub.pid)).toBe(true)
  connection.close('enough')
  expect(await hub.exit).toEqual({ code: 0, signal: null })
})

test('Outside a repository there is a hub for the directory, and agents without worktrees', async () => {
  await using repository = await makeRepository()
  const place = join(repository.directory, 'plain')
  await mkdir(place)
  await using home = await hubHome({ ...repository, root: place })
  home.start()
  using connection = await home.connect()
  expect((await connection.request('status', {})).hub.root).toBe(place)
  const args = { name: 'plain', worktree: false, command: ['sleep', '1000'] }
  const { id } = await command<Agent>(connection, 'create_agent', args)
  await eventually(async () => expect(await agents(connection)).toMatchObject([{ id, status: 'running' }]))
})
