import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isAlive, waitForDeath } from '../../hub/alive.ts'
import { connect } from '../../protocol/client.ts'
import { ptyhostProtocol } from '../../protocol/messages/ptyhost.ts'
import { type Agent, agents, command, createAgent } from './support/agents.ts'
import { eventually } from './support/eventually.ts'
import { hubHome } from './support/hub-process.ts'
import { makeRepository } from './support/repository.ts'

test('SIGHUP and SIGINT of somebody’s terminal are not meant for the hub; SIGTERM ends it, its agents live on', async () => {
  await using repository = await makeRepository()
  await using home = await hubHome(repository)
  const hub = home.start()
  const closed = Promise.withResolvers<string>()
  const connection = await home.connect({ onClose: closed.resolve })
  const agent = await createAgent(connection, 'one', 'sleep 1000')
  hub.kill('SIGHUP')
  hub.kill('SIGINT')
  expect((await connection.request('status', {})).hub.pid).toBe(hub.pid)
  hub.kill('SIGTERM')
  expect(await closed.promise).toContain('its agents live on')
  expect(await hub.exit).toEqual({ code: 0, signal: null })
  expect(isAlive(agent.sessions[0]!.pid)).toBe(true)
  home.start()
  using again = await home.connect()
  expect(await agents(again)).toMatchObject([{ id: agent.id, status: 'running' }])
})

test('After kill -9 the next hub has every agent, key, name and session, and the programs noticed nothing', async () => {
  await using repository = await makeRepository()
  await using home = await hubHome(repository)
  const hub = home.start()
  const connection = await home.connect()
  const script = 'trap "" HUP; n=0; while :; do n=$((n+1)); echo line $n; sleep 0.05; done'
  const one = await createAgent(connection, 'one', script)
  const two = await createAgent(connection, 'two', script)
  await command(connection, 'rename_agent', { agent: two.key, name: 'second' })
  const before = await agents(connection)
  hub.kill('SIGKILL')
  await hub.exit
  home.start()
  using again = await home.connect()
  const strip = (list: Agent[]) =>
    list.map(({ id, key, name, status, worktree_path, sessions }) => ({
      ...{ id, key, name, status, worktree_path },
      sessions: sessions.map(({ session_id, pid }) => ({ session_id, pid })),
    }))
  expect(strip(await agents(again))).toEqual(strip(before))
  for (const { sessions } of [one, two]) expect(isAlive(sessions[0]!.pid)).toBe(true)
  const lines = async () => (await command<{ text: string }>(again, 'screen', { agent: one.key })).text
  const seen = (await lines()).match(/line \d+/g)?.at(-1)
  await eventually(async () => expect((await lines()).match(/line \d+/g)?.at(-1)).not.toBe(seen))
})

test('What ended while no hub ran is known to have ended, with its exit code', async () => {
  await using repository = await makeRepository()
  await using home = await hubHome(repository)
  const hub = home.start()
  const connection = await home.connect()
  const go = join(repository.directory, 'go')
  const agent = await createAgent(connection, 'one', `while [ ! -e ${go} ]; do sleep 0.02; done; exit 5`)
  hub.kill('SIGKILL')
  await hub.exit
  await writeFile(go, '')
  await waitForDeath(agent.sessions[0]!.pid, 5000)
  home.start()
  using again = await home.connect()
  await eventually(async () =>
    expect(await agents(again)).toMatchObject([{ status: 'exited', sessions: [{ exited: true, exit_code: 5 }] }]),
  )
})

test('Records that were lost are made again from what runs', async () => {
  await using repository = await makeRepository()
  await using home = await hubHome(repository)
  const hub = home.start()
  const connection = await home.connect()
  const agent = await createAgent(connection, 'one', 'sleep 1000')
  await connection.request('command', { name: 'rename_agent', args: { agent: agent.key, name: 'Old friend' } })
  hub.kill('SIGKILL')
  await hub.exit
  for (const suffix of ['', '-wal', '-shm']) await rm(`${home.paths.database}${suffix}`, { force: true })
  home.start()
  using again = await home.connect()
  const { id, key, worktree_path } = agent
  expect(await agents(again)).toMatchObject([{ id, key, name: 'Old friend', worktree_path, status: 'running' }])
})

test('When the ptyhost is killed, agents are lost, worktrees stay, everybody is told and new agents work', async () => {
  await using repository = await makeRepository()
  await using home = await hubHome(repository)
  home.start()
  const announced: string[] = []
  using connection = await home.connect({ onMessage: (message) => announced.push(message.type) })
  const agent = await createAgent(connection, 'one', 'sleep 1000')
  await writeFile(join(agent.worktree_path, 'work'), 'precious')
  const { ptyhost } = await connection.request('status', {})
  process.kill(ptyhost!.pid, 'SIGKILL')
  await eventually(async () => expect(await agents(connection)).toMatchObject([{ status: 'lost' }]))
  expect(await readFile(join(agent.worktree_path, 'work'), 'utf8')).toBe('precious')
  await eventually(() => expect(announced).toEqual(expect.arrayContaining(['ptyhostChanged', 'errorReported'])))
  await createAgent(connection, 'two', 'sleep 1000')
  const status = await connection.request('status', {})
  expect(status.ptyhost?.pid).not.toBe(ptyhost!.pid)
  expect(status.errors).toMatchObject([{ owner: 'ptyhost', message: expect.stringContaining('lost') }])
})

test('A ticket lets a client in until it says goodbye, and past the death of the hub', async () => {
  await using repository = await makeRepository()
  await using home = await hubHome(repository)
  const hub = home.start()
  const enter = async (ticket: string) => {
    const client = await connect({ path: home.paths.ptySocket, protocol: ptyhostProtocol, role: 'tui' })
    try {
      return (await client.request('authenticate', { ticket })).rights
    } finally {
      client.close('enough')
    }
  }
  const leaving = await home.connect()
  const staying = await home.connect()
  const [left, kept] = await Promise.all([leaving.request('ticket', {}), staying.request('ticket', {})])
  expect(left.socket).toBe(home.paths.ptySocket)
  expect(left.ticket).not.toBe(kept.ticket)
  expect((await staying.request('ticket', {})).ticket).toBe(kept.ticket)
  expect(await enter(left.ticket)).toEqual({ input: true, resize: true, manage: false })
  const agent = await createAgent(staying, 'one', 'sleep 1000') // keeps the ptyhost
  leaving.close('detached')
  await eventually(() => expect(enter(left.ticket)).rejects.toThrow(/not known/))
  hub.kill('SIGKILL')
  await hub.exit
  expect(await enter(kept.ticket)).toMatchObject({ input: true })
  expect(isAlive(agent.sessions[0]!.pid)).toBe(true)
})
