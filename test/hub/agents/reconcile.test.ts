import { join } from 'node:path'
import { expect, test } from 'vitest'
import { recordExit, recordStop } from '../../../hub/agents/follow.ts'
import { agentLabels } from '../../../hub/agents/labels.ts'
import { reconcile } from '../../../hub/agents/reconcile.ts'
import { type AgentStatus, Records, type SessionStatus } from '../../../hub/records/records.ts'
import type { SessionInfo } from '../../../protocol/messages/ptyhost.ts'
import { temporaryDirectory } from '../support/directory.ts'

async function open() {
  const directory = await temporaryDirectory()
  const records = Records.open(join(directory.path, 'h/hub.db'))
  return {
    records,
    async [Symbol.asyncDispose]() {
      records[Symbol.dispose]()
      await directory[Symbol.asyncDispose]()
    },
  }
}

function add(records: Records, id: string, status: AgentStatus, sessions: Record<string, SessionStatus> = {}) {
  const agent = records.addAgent({ id, key: `key-${id}`, name: id, cwd: '/', status, branch: 'b', worktreePath: '/w' })
  for (const [name, sessionStatus] of Object.entries(sessions)) {
    records.addSession({ agentId: id, name, argv: ['x'], cwd: '/', cols: 80, rows: 24, status: sessionStatus })
  }
  return agent
}

function running(session: string, more: Partial<SessionInfo> = {}): [string, SessionInfo] {
  const history = { epoch: 0, first: 0, lines: 0 }
  const info = { session, pid: 42, cols: 100, rows: 30, title: 't', cwd: '/w', labels: {}, startedAt: 1, history }
  return [session, { ...info, ...more }]
}

const start = { interrupted: true }

test('A session that runs wins over whatever was written of it', async () => {
  await using open_ = await open()
  const { records } = open_
  for (const [id, status] of [
    ['a', 'lost'],
    ['b', 'failed'],
    ['c', 'spawning_ptys'],
    ['d', 'stopping'],
  ] as const) {
    add(records, id, status, { agent: 'starting' })
  }
  const held = new Map(['a', 'b', 'c', 'd'].map((id) => running(`${id}/agent`)))
  expect(reconcile(records, held, start)).toEqual({ adopted: [], lost: [], ended: [] })
  expect(records.agents().map(({ status }) => status)).toEqual(['running', 'running', 'running', 'running'])
  expect(records.session('a/agent')).toMatchObject({ status: 'running', pid: 42, cols: 100, rows: 30, title: 't' })
})

test('A session without a record is adopted with everything its labels say', async () => {
  await using before = await open()
  await using after = await open()
  const agent = add(before.records, 'a1', 'running')
  const labels = { ...agentLabels(agent), session_name: 'agent', port: '8081' }
  const held = new Map([running('a1/agent', { labels }), running('a1/dev', { labels: agentLabels(agent) })])
  expect(reconcile(after.records, held, start).adopted).toEqual(['a1/agent', 'a1/dev'])
  expect(after.records.agents()).toMatchObject([{ ...agent, cwd: '/w', status: 'running' }])
  expect(after.records.session('a1/agent')).toMatchObject({ port: 8081, pid: 42, status: 'running' })
  expect(reconcile(after.records, held, start).adopted).toEqual([])
})

test('An adopted agent whose key was given away meanwhile gets another', async () => {
  await using open_ = await open()
  add(open_.records, 'b', 'exited')
  const held = new Map([running('a1/agent', { labels: { agent_id: 'a1', agent_key: 'key-b' } })])
  reconcile(open_.records, held, start)
  expect(open_.records.agent('a1')).toMatchObject({ key: 'key-b-2', name: 'key-b' })
})

test('A session of no agent is left alone', async () => {
  await using open_ = await open()
  const held = new Map([running('pty-1/x'), running('other/agent', { labels: { agent_id: 'a1' } })])
  expect(reconcile(open_.records, held, start).adopted).toEqual([])
  expect(open_.records.agents()).toEqual([])
})

test('What ended while no hub ran is told once, with how it ended', async () => {
  await using open_ = await open()
  const { records } = open_
  add(records, 'a', 'running', { agent: 'running', dev: 'running' })
  const exit = { code: 3, signal: 'SIGTERM' }
  const held = new Map([running('a/agent', { exit }), running('a/dev')])
  expect(reconcile(records, held, start).ended).toEqual([{ session: 'a/agent', exit }])
  expect(records.session('a/agent')).toMatchObject({ status: 'exited', exitCode: 3, exitSignal: 'SIGTERM' })
  expect(records.agent('a')?.status).toBe('running')
  expect(reconcile(records, held, start).ended).toEqual([])
})

test('What should run and does not is lost; what had ended before is not', async () => {
  await using open_ = await open()
  const { records } = open_
  add(records, 'a', 'running', { agent: 'running', old: 'exited' })
  add(records, 'b', 'exited', { agent: 'exited' })
  expect(reconcile(records, new Map(), start).lost).toEqual(['a/agent'])
  expect(records.agents().map(({ status }) => status)).toEqual(['lost', 'exited'])
  expect(records.session('a/old')?.status).toBe('exited')
})

test('What ended just before the hub was told to end is lost, unless its ptyhost still shows it, or it was stopped', async () => {
  await using open_ = await open()
  const { records } = open_
  const now = Date.now()
  for (const id of ['killed', 'shown', 'earlier', 'later']) {
    add(records, id, 'running', { agent: 'running' })
    recordExit(records, `${id}/agent`, { code: 143 })
  }
  records.updateSession('earlier/agent', { endedAt: now - 60_000 })
  records.updateSession('later/agent', { endedAt: now + 100 }) // while the hub was ending
  const exit = { code: 143 }
  const held = new Map([running('shown/agent', { exit })])
  const statuses = () => records.agents().map(({ id, status }) => [id, status])
  expect(reconcile(records, held, start).lost).toEqual([]) // no signal: `botster stop`
  expect(reconcile(records, held, { ...start, heldUntil: now }).lost).toEqual(['killed/agent', 'later/agent'])
  expect(statuses()).toEqual([
    ['killed', 'lost'],
    ['shown', 'exited'],
    ['earlier', 'exited'],
    ['later', 'lost'],
  ])
})

test.each<AgentStatus>(['creating_worktree', 'spawning_ptys', 'stopping', 'removing_worktree'])(
  'An agent that an earlier hub left %s has failed, with a reason',
  async (status) => {
    await using open_ = await open()
    add(open_.records, 'a', status)
    reconcile(open_.records, new Map(), start)
    expect(open_.records.agent('a')).toMatchObject({
      status: 'failed',
      error: expect.stringContaining('the hub ended while'),
    })
  },
)

test('When the link was only interrupted, what this hub is about to do goes on', async () => {
  await using open_ = await open()
  const { records } = open_
  add(records, 'a', 'creating_worktree')
  add(records, 'b', 'spawning_ptys', { agent: 'starting' })
  add(records, 'c', 'running', { agent: 'running' })
  expect(reconcile(records, new Map(), { interrupted: false }).lost).toEqual(['c/agent'])
  expect(records.agents().map(({ status }) => status)).toEqual(['creating_worktree', 'spawning_ptys', 'lost'])
  expect(records.session('b/agent')?.status).toBe('starting')
})

test('An agent is over when the last of its sessions is, and a stop on purpose loses nothing', async () => {
  await using open_ = await open()
  const { records } = open_
  add(records, 'a', 'running', { agent: 'running', dev: 'running' })
  add(records, 'b', 'running', { agent: 'running' })
  recordExit(records, 'a/agent', { code: 0 })
  expect(records.agent('a')?.status).toBe('running')
  recordExit(records, 'a/dev', { code: 1, signal: 'SIGHUP' })
  expect(records.agent('a')?.status).toBe('exited')
  recordExit(records, 'nobody/agent', { code: 0 })
  recordStop(records)
  expect(reconcile(records, new Map(), start).lost).toEqual([])
  expect(records.agent('b')?.status).toBe('exited')
})
