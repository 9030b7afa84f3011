import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { Records } from '../../../hub/records/records.ts'
import { temporaryDirectory } from '../support/directory.ts'

const AGENT = { id: 'a1', key: 'repo-x', name: 'x', cwd: '/tmp' }
const SESSION = { agentId: 'a1', name: 'agent', argv: ['sh', '-c', 'ünï'], cwd: '/tmp', cols: 80, rows: 24 }

test('What was written is there again after the file was opened anew, field by field', async () => {
  await using directory = await temporaryDirectory()
  const path = join(directory.path, 'hub/hub.db')
  const agent = {
    ...AGENT,
    status: 'creating_worktree' as const,
    error: 'e',
    repo: 'o/r',
    branch: 'b',
    worktreePath: '/w',
    inWorktree: true,
    createdWorktree: true,
    branchCreatedAt: 'abc',
    profileName: 'p',
    prompt: 'do\nit',
    metadata: { deep: [1, { x: null }] },
    notification: true,
    createdAt: 123,
    slug: 'x_1',
    portBase: 8080,
    parent: 'a0',
    depth: 1,
  }
  const session = {
    ...SESSION,
    command: ['sh', 'x'],
    pid: 7,
    port: 8080,
    portForward: true,
    exitCode: 1,
    exitSignal: 'SIGHUP',
    endedAt: 124,
    title: 't',
  }
  {
    using records = Records.open(path)
    expect(records.addAgent(agent)).toEqual(agent)
    expect(records.addSession(session)).toMatchObject({ id: 'a1/agent', status: 'starting', ...session })
  }
  using records = Records.open(path)
  expect(records.agents()).toEqual([agent])
  expect(records.sessions('a1')).toMatchObject([{ id: 'a1/agent', ...session }])
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

test('What is not given has a default, what is not changed stays', async () => {
  await using directory = await temporaryDirectory()
  using records = Records.open(join(directory.path, 'h/hub.db'))
  expect(records.addAgent(AGENT)).toMatchObject({
    status: 'spawning_ptys',
    metadata: {},
    branch: null,
    inWorktree: false,
  })
  expect(records.updateAgent('a1', { name: 'renamed', notification: true })).toMatchObject({
    key: 'repo-x',
    name: 'renamed',
  })
  expect(records.updateAgent('a1', { notification: false })).toMatchObject({ name: 'renamed', notification: false })
  expect(records.updateAgent('a1', {})).toMatchObject({ name: 'renamed' })
  expect(records.updateAgent('nobody', { name: 'x' })).toBeUndefined()
  expect(records.agentByKey('repo-x')).toMatchObject({ id: 'a1' })
})

test('Agents and sessions come in the order they were made, and an agent takes its sessions along', async () => {
  await using directory = await temporaryDirectory()
  using records = Records.open(join(directory.path, 'h/hub.db'))
  for (const id of ['c', 'a', 'b']) records.addAgent({ ...AGENT, id, key: id, createdAt: 5 })
  for (const name of ['z', 'y']) records.addSession({ ...SESSION, agentId: 'a', name })
  records.addSession({ ...SESSION, agentId: 'b' })
  expect(records.agents().map(({ id }) => id)).toEqual(['c', 'a', 'b'])
  expect(records.sessions('a').map(({ name }) => name)).toEqual(['z', 'y'])
  records.removeAgent('a')
  expect(records.sessions().map(({ id }) => id)).toEqual(['b/agent'])
})

test('Two agents never share a key, and no session is without its agent', async () => {
  await using directory = await temporaryDirectory()
  using records = Records.open(join(directory.path, 'h/hub.db'))
  records.addAgent(AGENT)
  expect(() => records.addAgent({ ...AGENT, id: 'a2' })).toThrow(/UNIQUE/)
  expect(() => records.addSession({ ...SESSION, agentId: 'nobody' })).toThrow(/FOREIGN KEY/)
})

test('A transaction that fails leaves nothing of itself', async () => {
  await using directory = await temporaryDirectory()
  using records = Records.open(join(directory.path, 'h/hub.db'))
  expect(() =>
    records.transaction(() => {
      records.addAgent(AGENT)
      throw new Error('no')
    }),
  ).toThrow('no')
  expect(records.agents()).toEqual([])
  records.transaction(() => records.addAgent(AGENT))
  expect(records.agents()).toHaveLength(1)
})

test('What was written before a kill -9 is there after it', async () => {
  await using directory = await temporaryDirectory()
  const path = join(directory.path, 'h/hub.db')
  const source = `
    import { Records } from ${JSON.stringify(join(import.meta.dirname, '../../../hub/records/records.ts'))}
    const records = Records.open(${JSON.stringify(path)})
    for (let i = 0; i < 50; i++) records.addAgent({ id: 'i' + i, key: 'k' + i, name: 'n', cwd: '/' })
    process.kill(process.pid, 'SIGKILL')
  `
  const { signal } = await execa(process.execPath, ['--input-type=module', '-e', source], { reject: false })
  expect(signal).toBe('SIGKILL')
  using records = Records.open(path)
  expect(records.agents()).toHaveLength(50)
})

test('Records of a newer botster and files that are no database are refused by name, untouched', async () => {
  await using directory = await temporaryDirectory()
  const path = join(directory.path, 'h/hub.db')
  Records.open(path)[Symbol.dispose]()
  const database = new DatabaseSync(path)
  database.exec('PRAGMA user_version = 99')
  database.close()
  expect(() => Records.open(path)).toThrow(/newer botster/)
  writeFileSync(path, 'this is no database, it only has the name of one')
  expect(() => Records.open(path)).toThrow(path)
})
