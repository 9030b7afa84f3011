import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { pino } from 'pino'
import { afterEach, expect, test, vi } from 'vitest'
import { isAlive, waitForDeath } from '../../hub/alive.ts'
import { type PtyhostChange, PtyhostLink } from '../../hub/ptyhost-link.ts'
import { connect } from '../../protocol/client.ts'
import { ptyhostProtocol, type Signal } from '../../protocol/messages/ptyhost.ts'
import { eventually } from './support/eventually.ts'
import { makePlace, type TestPlace } from './support/place.ts'

const log = pino({ level: 'silent' })
const ENV = { PATH: process.env.PATH ?? '/bin:/usr/bin', TERM: 'xterm-256color' }

afterEach(() => vi.unstubAllEnvs())

interface Linked extends AsyncDisposable {
  readonly place: TestPlace
  readonly link: PtyhostLink
  readonly signals: Signal[]
  readonly changes: PtyhostChange[]
  readonly errors: unknown[]
}

async function open(place: TestPlace, options: { argv?: string[]; lastPid?: number } = {}): Promise<Linked> {
  const errors: unknown[] = []
  const signals: Signal[] = []
  const changes: PtyhostChange[] = []
  const link = await PtyhostLink.open({ paths: place.paths, log, onError: (error) => errors.push(error), ...options })
  link.onSignal((signal) => signals.push(signal))
  link.onChanged((change) => changes.push(change))
  return { place, link, signals, changes, errors, [Symbol.asyncDispose]: () => end(place, link) }
}

async function end(place: TestPlace, link: PtyhostLink): Promise<void> {
  await link.shutdown({ force: true }).catch(() => {})
  await place[Symbol.asyncDispose]()
}

function run(link: PtyhostLink, session: string, script: string) {
  return link.spawn({
    session,
    argv: ['sh', '-c', script],
    cwd: '/',
    env: ENV,
    cols: 80,
    rows: 24,
    labels: { l: session },
  })
}

test('A ptyhost is started when none answers, runs programs and tells what becomes of them', async () => {
  await using linked = await open(await makePlace())
  const { link, signals } = linked
  expect(isAlive(link.pid!)).toBe(true)
  const { pid } = await run(link, 'a/agent', 'printf "\\033]0;my title\\007"; read line; echo "got $line"; exit 3')
  expect(link.sessions.get('a/agent')).toMatchObject({ pid, cols: 80, labels: { l: 'a/agent' } })
  await eventually(() => expect(link.sessions.get('a/agent')?.title).toBe('my title'))
  expect(link.input('a/agent', Buffer.from('hello\r'), { kind: 'system' })).toBe(true)
  await eventually(() => expect(link.sessions.get('a/agent')?.exit).toEqual({ code: 3 }))
  expect(signals.filter(({ kind }) => kind === 'exit')).toEqual([{ kind: 'exit', session: 'a/agent', code: 3 }])
  expect((await link.screen({ session: 'a/agent' })).text).toContain('got hello')
  await link.release('a/agent')
  expect(await link.list()).toEqual([])
})

test('What is refused says why', async () => {
  await using linked = await open(await makePlace())
  const { link } = linked
  await expect(run(link, 'a/agent', 'sleep 100')).resolves.toMatchObject({ pid: expect.any(Number) })
  await expect(run(link, 'a/agent', 'true')).rejects.toThrow(/exists/)
  expect(link.sessions.has('a/agent')).toBe(true)
  const missing = { session: 'b/agent', argv: ['no-such-program'], cwd: '/', env: ENV, cols: 80, rows: 24 }
  await expect(link.spawn(missing)).rejects.toThrow(/no-such-program/)
  expect(link.sessions.has('b/agent')).toBe(false)
  await expect(link.release('a/agent')).rejects.toThrow(/running/)
  expect(await link.kill('a/agent')).toMatchObject({ signal: expect.stringMatching(/SIG/) })
})

test('The next hub finds the ptyhost and the sessions of the one before', async () => {
  const place = await makePlace()
  const first = await open(place)
  const { pid } = await run(first.link, 'a/agent', 'sleep 100')
  const host = first.link.pid
  await first.link[Symbol.asyncDispose]()
  await using second = await open(place)
  expect(second.link.pid).toBe(host)
  expect(second.link.sessions.get('a/agent')).toMatchObject({ pid, labels: { l: 'a/agent' } })
  expect(isAlive(pid)).toBe(true)
})

test('When the ptyhost is killed, its sessions are named as lost and a new one works at once', async () => {
  await using linked = await open(await makePlace())
  const { link, changes } = linked
  await run(link, 'a/agent', 'sleep 100')
  await run(link, 'b/agent', 'sleep 100')
  await link.registerTicket('0123456789abcdef', { sessions: '*', rights: { input: true, resize: true, manage: false } })
  const host = link.pid!
  const lost = vi.fn()
  link.onLost(lost)
  process.kill(host, 'SIGKILL')
  await eventually(() => expect(lost).toHaveBeenCalledOnce())
  const spawned = run(link, 'c/agent', 'sleep 100') // asked for while there is none
  expect(link.input('a/agent', Buffer.from('x'), { kind: 'system' })).toBe(false)
  await spawned
  expect(changes).toMatchObject([{ replaced: true, lost: ['a/agent', 'b/agent'] }])
  expect(link.pid).not.toBe(host)
  expect([...link.sessions.keys()]).toEqual(['c/agent'])
  using client = await connect({ path: linked.place.paths.ptySocket, protocol: ptyhostProtocol, role: 'tui' })
  await client.request('authenticate', { ticket: '0123456789abcdef' }) // still good
  expect(linked.errors).toEqual([])
})

test('A request under way when the ptyhost dies fails instead of waiting for ever', async () => {
  await using linked = await open(await makePlace())
  const { link } = linked
  process.kill(link.pid!, 'SIGSTOP')
  const asked = link.list()
  process.kill(link.pid!, 'SIGKILL')
  await expect(asked).rejects.toThrow()
  await eventually(() => expect(link.pid).toBeDefined())
})

test('A program that ends at once is never taken for running', async () => {
  await using linked = await open(await makePlace())
  const { link } = linked
  const sessions = Array.from({ length: 20 }, (_, index) => `quick-${index}/agent`)
  await Promise.all(sessions.map((session) => run(link, session, 'exit 7')))
  const listing = (async () => {
    for (let index = 0; index < 10; index++) await link.list()
  })()
  await eventually(() => {
    for (const session of sessions) expect(link.sessions.get(session)?.exit).toEqual({ code: 7 })
  })
  await listing
  for (const session of sessions) expect(link.sessions.get(session)?.exit).toEqual({ code: 7 })
})

test('A ptyhost that only lost its socket file is waited for, not replaced', async () => {
  const place = await makePlace()
  const first = await open(place)
  await run(first.link, 'a/agent', 'sleep 100')
  const host = first.link.pid!
  await first.link[Symbol.asyncDispose]()
  rmSync(place.paths.ptySocket)
  await using second = await open(place, { lastPid: host })
  expect(second.link.pid).toBe(host)
  expect(second.link.sessions.has('a/agent')).toBe(true)
})

test('A ptyhost that cannot start says so, with the place of its log', async () => {
  const place = await makePlace()
  await using _ = place
  const argv = [process.execPath, '-e', 'console.error("no luck today"); process.exit(4)']
  await expect(open(place, { argv })).rejects.toThrow(`exit code 4`)
  expect(readFileSync(place.paths.ptyhostLog, 'utf8')).toContain('no luck today')
})

test('Shutting down takes every program along, and nothing starts after it', async () => {
  const place = await makePlace()
  await using _ = place
  const { link } = await open(place)
  const { pid } = await run(link, 'a/agent', 'sleep 100')
  const host = link.pid!
  await expect(link.shutdown({ force: false })).rejects.toThrow(/still running/)
  await link.list() // the link goes on after a refusal
  await link.shutdown({ force: true })
  expect(await waitForDeath(host, 20_000)).toBe(true)
  expect(await waitForDeath(pid, 20_000)).toBe(true)
  await expect(link.list()).rejects.toThrow(/stopped/)
  await wait(0)
  expect(existsSync(place.paths.ptySocket)).toBe(false)
})

test('A link that was only interrupted comes back to the same sessions and tells what it missed, once', async () => {
  await using linked = await open(await makePlace())
  const { link, signals, changes, place } = linked
  const go = `${place.directory}/go`
  const waiting = `while [ ! -e ${go} ]; do sleep 0.02; done; exit 6`
  await run(link, 'a/agent', waiting)
  await run(link, 'b/agent', 'sleep 100')
  const host = link.pid!
  process.kill(host, 'SIGSTOP')
  // More than a peer may leave unread: our own side gives the connection up.
  const chunk = Buffer.alloc(8 << 20)
  while (link.input('b/agent', chunk, { kind: 'system' })) await wait(0)
  writeFileSync(go, '')
  process.kill(host, 'SIGCONT')
  await eventually(() => expect(signals.filter(({ kind }) => kind === 'exit')).toHaveLength(1))
  expect(link.pid).toBe(host)
  expect(changes).toMatchObject([{ replaced: false, lost: [] }])
  expect(link.sessions.get('a/agent')?.exit).toEqual({ code: 6 })
  await link.list()
  expect(signals.filter(({ kind }) => kind === 'exit')).toEqual([{ kind: 'exit', session: 'a/agent', code: 6 }])
})
