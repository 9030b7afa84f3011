import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connect } from '../../../protocol/client.ts'
import type { Connection } from '../../../protocol/connection.ts'
import { ConnectionClosed } from '../../../protocol/errors.ts'
import { type HubProtocol, hubProtocol } from '../../../protocol/messages/hub.ts'
import { hubId, hubPaths, packageRoot } from '../../../protocol/paths.ts'
import { makeRepository, type TestRepository } from '../support/repository.ts'
import { until } from './world.ts'

type Data = Record<string, unknown> & { type: string }

/** A client as the TUI is one: subscribed to the hub, with all it has received. */
interface Subscriber {
  readonly connection: Connection<HubProtocol, 'client'>
  readonly received: Data[]
  send(data: Record<string, unknown>): void
  /** The first message of a type, from `from` on, that `fits`. */
  hear(type: string, fits?: (data: Data) => boolean): Promise<Data>
}

let repository: TestRepository
let hub: ChildProcess
let tui: Subscriber

beforeAll(async () => {
  repository = await makeRepository()
  const env = {
    ...process.env,
    HOME: repository.directory,
    SHELL: '/bin/sh',
    BOTSTER_CONFIG_DIR: join(repository.directory, 'config'),
    BOTSTER_RUNTIME_DIR: join(repository.directory, 'run'),
    BOTSTER_USER_DIR: join(repository.directory, 'dot-botster'),
    BOTSTER_WORKTREE_BASE: repository.base,
  }
  const init = join(env.BOTSTER_USER_DIR, 'lua/user/init.lua')
  await mkdir(join(init, '..'), { recursive: true })
  await writeFile(
    init,
    `hooks.intercept("before_agent_create", "no_main", function(options)
       if options.branch == "forbidden" then return nil end
       return options
     end)
     events.on("shutdown", function() log.info("last words") end)
     return {}`,
  )
  hub = spawn(process.execPath, [join(packageRoot(), 'hub/main.ts')], { cwd: repository.root, env, stdio: 'ignore' })
  const paths = hubPaths(hubId(repository.root), env)
  tui = await until(() => subscribe(paths.hubSocket, 'tui'), 'the hub')
})

afterAll(async () => {
  const ended = new Promise((resolve) => hub.once('exit', resolve))
  await tui.connection.request('stop', { agents: true })
  await ended
  await repository[Symbol.asyncDispose]()
})

async function subscribe(path: string, role: 'tui' | 'peer'): Promise<Subscriber | undefined> {
  const received: Data[] = []
  let connection: Connection<HubProtocol, 'client'>
  try {
    connection = await connect({
      path,
      protocol: hubProtocol,
      role,
      onMessage: (message) => {
        if (message.type === 'message') received.push(message.data as Data)
      },
    })
  } catch (error) {
    if (error instanceof ConnectionClosed) return undefined
    throw error
  }
  await connection.request('environment', { env: { SHELL: '/bin/sh', PATH: process.env.PATH!, MINE: 'yes' }, cwd: '/' })
  const send = (data: Record<string, unknown>) =>
    connection.send({ type: 'message', data: { subscriptionId: 'hub', ...data } })
  send({ type: 'subscribe', channel: 'hub' })
  const hear = (type: string, fits: (data: Data) => boolean = () => true) =>
    until(() => received.find((data) => data.type === type && fits(data)), `a message '${type}'`)
  return { connection, received, send, hear }
}

const agentsIn = (data: Data) => data.agents as { key: string; status: string; notification: boolean }[]

test('Subscribing is acknowledged, and the list of agents follows, a list also when it is empty', async () => {
  await tui.hear('agent_list')
  expect(tui.received.slice(0, 2)).toEqual([
    { subscriptionId: 'hub', type: 'subscribed', channel: 'hub' },
    { subscriptionId: 'hub', type: 'agent_list', agents: [] },
  ])
})

test('Questions are answered under the names that clients know', async () => {
  tui.send({ type: 'list_worktrees' })
  tui.send({ type: 'list_profiles' })
  tui.send({ type: 'list_session_types' })
  const { worktrees } = await tui.hear('worktree_list')
  expect((worktrees as object[])[0]).toMatchObject({ path: repository.root, branch: 'main' })
  expect((await tui.hear('profiles')).profiles).toEqual([])
  expect((await tui.hear('session_types')).session_types).toMatchObject([{ name: 'shell' }])
})

test('An agent comes into being step by step, in the environment of the client that wanted it', async () => {
  tui.send({
    type: 'create_agent',
    data: { branch: 'step', command: 'echo mine=$MINE; printf "\\033]9;ready\\007"; sleep 100' },
  })
  const created = await tui.hear('agent_created', ({ agent }) => (agent as { key: string }).key === 'project-step')
  const mine = ({ agent_id }: Data) => agent_id === created.agent_id
  const statuses = tui.received.filter((data) => data.type === 'agent_status_changed' && mine(data))
  expect(statuses.map(({ status }) => status)).toEqual(['creating_worktree', 'spawning_ptys', 'running'])
  const listed = (data: Data) => agentsIn(data).find(({ key }) => key === 'project-step')
  await tui.hear('agent_list', (data) => listed(data)?.status === 'running')
  expect(await tui.hear('pty_notification', mine)).toMatchObject({
    source: 'osc9',
    message: 'ready',
    agent_key: 'project-step',
    agent_id: created.agent_id,
  })
  await tui.hear('agent_list', (data) => listed(data)?.notification === true)
  await until(async () => {
    const { value } = await tui.connection.request('command', { name: 'screen', args: { agent: 'step' } })
    return (value as { text: string }).text.includes('mine=yes')
  }, 'the environment')
})

test('What fails is answered with what was asked and why', async () => {
  tui.send({ type: 'delete_agent', agent: 'nobody' })
  expect(await tui.hear('error', ({ command }) => command === 'delete_agent')).toMatchObject({
    message: expect.stringContaining("no agent 'nobody'"),
    kind: 'no_agent',
  })
  tui.send({ type: 'create_agent', branch: 'forbidden' })
  expect((await tui.hear('error', ({ kind }) => kind === 'refused')).command).toBe('create_agent')
  tui.send({ type: 'dance' })
  expect((await tui.hear('error', ({ command }) => command === 'dance')).message).toContain("unknown command 'dance'")
  tui.connection.send({ type: 'message', data: { type: 'list_agents', subscriptionId: 'other' } })
  expect((await tui.hear('error', ({ subscriptionId }) => subscriptionId === 'other')).message).toContain(
    'subscribe first',
  )
})

test('Everybody who is subscribed hears of everything, programs on the socket too', async () => {
  const peer = (await subscribe(hubPaths(hubId(repository.root), { ...process.env, ...pathsOf() }).hubSocket, 'peer'))!
  const isListed = (data: Data) => agentsIn(data).some(({ key }) => key === 'project-heard')
  tui.send({ type: 'create_agent', branch: 'heard', command: 'sleep 100' })
  await peer.hear('agent_created', ({ agent }) => (agent as { key: string }).key === 'project-heard')
  await peer.hear('agent_list', isListed)
  tui.send({ type: 'delete_agent', agent: 'heard', delete_worktree: true })
  const { agent_id } = await peer.hear('agent_deleted', ({ agent_key }) => agent_key === 'project-heard')
  await until(() => {
    const last = peer.received.findLast(({ type }) => type === 'agent_list')
    return last !== undefined && !isListed(last)
  }, 'a list without it')
  expect(agent_id).toEqual(expect.any(String))
  await tui.hear('result', ({ command }) => command === 'delete_agent')
  peer.send({ type: 'unsubscribe' })
  peer.connection.close('done')
})

test('Nonsense from a client is answered, and harms nobody', async () => {
  const before = tui.received.length
  for (const data of [
    {},
    { type: 5 },
    { type: 'subscribe' },
    { type: 'create_agent', rows: 'many', branch: {} },
    { data: [] },
  ]) {
    tui.send(data)
  }
  tui.send({ type: 'subscribe', subscriptionId: 'x', channel: 'nowhere' })
  await tui.hear('error', ({ message }) => String(message).includes("no channel 'nowhere'"))
  tui.send({ type: 'list_agents' })
  await until(() => tui.received.slice(before).find(({ type }) => type === 'agent_list'), 'an answer')
  expect((await tui.hear('error', ({ kind }) => kind === 'bad_request')).message).toMatch(/expected/)
  expect((await tui.connection.request('status', {})).errors).toEqual([])
})

function pathsOf() {
  return {
    BOTSTER_CONFIG_DIR: join(repository.directory, 'config'),
    BOTSTER_RUNTIME_DIR: join(repository.directory, 'run'),
  }
}
