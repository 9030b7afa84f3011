import { randomBytes } from 'node:crypto'
import { statSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Rights } from '../../protocol/messages/ptyhost.ts'
import { PtyhostProcess, TestClient, until } from './harness.ts'

let host: PtyhostProcess
let manager: TestClient

beforeAll(async () => {
  host = new PtyhostProcess()
  manager = await host.manager()
  for (const session of ['mine', 'yours']) await manager.spawn(session, ['cat'])
})
afterAll(() => host[Symbol.asyncDispose]())

async function guest(
  sessions: '*' | string[],
  rights: Partial<Rights> = {},
): Promise<{ client: TestClient; ticket: string }> {
  const ticket = randomBytes(16).toString('hex')
  const all = { input: false, resize: false, manage: false, ...rights }
  await manager.connection.request('registerTicket', { ticket, sessions, rights: all })
  const client = await TestClient.open(host.paths)
  expect(await client.connection.request('authenticate', { ticket })).toEqual({ rights: all })
  return { client, ticket }
}

test('without a ticket nothing can be done', async () => {
  using stranger = await TestClient.open(host.paths)
  const refused = { code: 'unauthenticated' }
  await expect(stranger.connection.request('list', {})).rejects.toMatchObject(refused)
  await expect(stranger.connection.request('view', { view: 1, session: 'mine' })).rejects.toMatchObject(refused)
  await expect(stranger.connection.request('shutdown', { force: true })).rejects.toMatchObject(refused)
  await expect(stranger.connection.request('authenticate', { ticket: 'x'.repeat(43) })).rejects.toMatchObject({
    code: 'bad_ticket',
  })
  stranger.type('mine', 'never\r')
  expect(await manager.text('mine')).not.toContain('never')
})

test('a ticket covers its sessions and no other, and none of what is the hub’s', async () => {
  const { client } = await guest(['mine'], { input: true })
  using _client = client
  const screen = await client.view('mine')
  client.type('mine', 'typed\r')
  await screen.shows('typed')
  const forbidden = { code: 'forbidden' }
  await expect(client.view('yours')).rejects.toMatchObject(forbidden)
  await expect(client.text('yours')).rejects.toMatchObject(forbidden)
  await expect(
    client.connection.request('history', { session: 'yours', epoch: 1, from: 0, count: 1 }),
  ).rejects.toMatchObject(forbidden)
  await expect(client.connection.request('forward', { view: 2, session: 'yours' })).rejects.toMatchObject(forbidden)
  for (const [method, params] of [
    ['list', {}],
    ['kill', { session: 'mine' }],
    ['release', { session: 'mine' }],
    ['setLabels', { session: 'mine', labels: {} }],
    ['revokeTicket', { ticket: 'x' }],
    ['registerTicket', { ticket: 'x'.repeat(16), sessions: '*', rights: { input: true, resize: true, manage: true } }],
    ['shutdown', {}],
  ] as const) {
    await expect(client.connection.request(method, params), method).rejects.toMatchObject(forbidden)
  }
})

test('who may only look can neither type nor inject nor resize', async () => {
  const { client } = await guest('*')
  using _client = client
  const screen = await client.view('yours', 1, { size: { cols: 10, rows: 5 } })
  await until('a frame', () => screen.frames > 0)
  expect([screen.grid.cols, screen.grid.rows]).toEqual([80, 24])
  client.type('yours', 'never\r')
  const params = { session: 'yours', data: Buffer.from('never'), origin: { kind: 'agent' } } as const
  await expect(client.connection.request('inject', params)).rejects.toMatchObject({ code: 'forbidden' })
  await expect(client.connection.request('resize', { session: 'yours', cols: 10, rows: 5 })).rejects.toMatchObject({
    code: 'forbidden',
  })
  expect(await client.text('yours')).toBe('\n'.repeat(23))
})

test('a ticket that is registered again changes what it allows at once', async () => {
  const { client, ticket } = await guest(['mine'])
  using _client = client
  await expect(client.text('yours')).rejects.toMatchObject({ code: 'forbidden' })
  const rights = { input: false, resize: false, manage: false }
  await manager.connection.request('registerTicket', { ticket, sessions: ['mine', 'yours'], rights })
  await client.text('yours')
})

test('a revoked ticket ends its connections and opens no more', async () => {
  const { client, ticket } = await guest('*')
  await client.view('mine')
  await manager.connection.request('revokeTicket', { ticket })
  expect(await until('the goodbye', () => client.closed)).toBe('the ticket was revoked')
  using again = await TestClient.open(host.paths)
  await expect(again.connection.request('authenticate', { ticket })).rejects.toMatchObject({ code: 'bad_ticket' })
})

test('signals reach the hub and those who look, nobody else', async () => {
  const { client: looking } = await guest('*')
  const { client: elsewhere } = await guest('*')
  using _looking = looking
  using _elsewhere = elsewhere
  await looking.view('mine')
  await elsewhere.view('yours')
  await manager.spawn('noisy', ['bash', '-c', 'read; printf "\\a"; sleep 100'])
  await looking.view('noisy')
  manager.type('noisy', '\r')
  await until('the bell', () => looking.signalsOf('bell').length === 1 && manager.signalsOf('bell').length === 1)
  expect(elsewhere.signals).toEqual([])
})

test('key and socket are for this user alone', () => {
  expect(statSync(host.paths.ptyhostKey).mode & 0o777).toBe(0o600)
  expect(statSync(host.paths.ptySocket).mode & 0o777).toBe(0o600)
  expect(statSync(host.paths.directory).mode & 0o777).toBe(0o700)
  expect(statSync(host.paths.ptyhostLog).mode & 0o777).toBe(0o600)
})
