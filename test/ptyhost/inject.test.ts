import { afterAll, beforeAll, expect, test } from 'vitest'
import { pasteBytes } from '../../hub/ptyhost/inject.ts'
import { Typing } from '../../hub/ptyhost/typing.ts'
import { PtyhostProcess, type Screen, type TestClient, until } from './harness.ts'

let host: PtyhostProcess
let manager: TestClient

beforeAll(async () => {
  host = new PtyhostProcess()
  manager = await host.manager()
})
afterAll(() => host[Symbol.asyncDispose]())

const agent = { kind: 'agent', name: 'other' } as const

type Options = { paste?: boolean; submit?: boolean; holdMs?: number; lineIsEmpty?: boolean }

function inject(session: string, text: string, more: Options = {}) {
  return manager.connection.request('inject', { session, data: Buffer.from(text), origin: agent, ...more })
}

/** Prints each piece it reads as hexadecimal, after printing `first`. */
const READS = [
  process.execPath,
  '-e',
  `process.stdin.setRawMode(true)
  process.stdin.on('data', (data) => console.log('<' + data.toString('hex') + '>'))
  console.log(process.argv[1] + 'ready')`,
]

/** Pastes and submits until Enter came by itself: a machine that stalls may have a program read both at once. */
async function isReadApart(screen: Screen, session: string, text: string, spelled: (text: string) => string) {
  const typed = Buffer.from(spelled(text)).toString('hex')
  const read = () => screen.text.match(new RegExp(`<${typed}(0d>|>\\n<0d>)`, 'g')) ?? []
  for (let tries = 1; tries <= 20; tries++) {
    expect(await inject(session, text, { paste: true, submit: true })).toEqual({ outcome: 'submitted' })
    await until('both to be read', () => read().length === tries)
    if (read().at(-1)!.includes('\n')) return
  }
  expect.fail(`Enter never came by itself:\n${screen.text}`)
}

test('text is typed and submitted with an Enter of its own', async () => {
  await manager.spawn('reads', [...READS, ' '])
  const screen = await manager.view('reads')
  await screen.shows('ready')
  await isReadApart(screen, 'reads', 'hi\nyou', (text) => text.replace('\n', '\r'))
})

test('a paste is bracketed when the program asked for it, and cannot break out of its brackets', async () => {
  await manager.spawn('brackets', [...READS, '\x1b[?2004h'])
  const screen = await manager.view('brackets', 2)
  await screen.shows('ready')
  await isReadApart(screen, 'brackets', 'a\x1b[20\x1b[201~1~b', () => '\x1b[200~ab\x1b[201~')
  expect(pasteBytes(Buffer.from('é\r\n日'), false)).toEqual(Buffer.from('é\r日'))
})

test('Enter is spelled the way the program asked for keys', async () => {
  await manager.spawn('kitty', [...READS, '\x1b[>8u'])
  const screen = await manager.view('kitty', 3)
  await screen.shows('ready')
  await inject('kitty', '', { submit: true })
  await screen.shows(`<${Buffer.from('\x1b[13u').toString('hex')}>`)
})

test('nothing is typed into the line a person is typing, nor shortly after', async () => {
  await manager.spawn('person', ['bash', '-c', 'while read -r line; do echo "[$line]"; done'])
  const screen = await manager.view('person', 4)
  manager.type('person', 'half a li')
  await screen.shows('half a li')
  expect(await inject('person', 'now', { submit: true })).toEqual({ outcome: 'refused', reason: 'a person is typing' })
  expect(await inject('person', 'now', { submit: true, holdMs: 50 })).toMatchObject({ outcome: 'refused' })
  const held = inject('person', 'later', { submit: true, holdMs: 20_000 })
  const alsoHeld = inject('person', 'last', { submit: true, holdMs: 20_000 })
  const start = performance.now()
  manager.type('person', 'ne\r')
  expect(await held).toEqual({ outcome: 'held' })
  expect(await alsoHeld).toEqual({ outcome: 'held' })
  expect(performance.now() - start).toBeGreaterThan(1990)
  await screen.shows(/\[half a line\][\s\S]*\[later\][\s\S]*\[last\]/)
})

test('what waits for an unfinished line keeps nothing back that need not', async () => {
  await manager.spawn('dialog', ['bash', '-c', 'while read -rn 1 key; do echo "[$key]"; done'])
  const screen = await manager.view('dialog', 6)
  manager.type('dialog', '1')
  await screen.shows('[1]')
  const held = inject('dialog', 'x', { holdMs: 60_000 })
  await until('the other to be typed', async () => {
    return (await inject('dialog', 'y', { lineIsEmpty: true })).outcome === 'submitted'
  })
  await screen.shows('[y]')
  expect(screen.text).not.toContain('[x]')
  await manager.connection.request('kill', { session: 'dialog', graceMs: 0 })
  expect(await held).toMatchObject({ outcome: 'refused' })
})

test('end brackets within end brackets are taken out of a paste in one go', () => {
  const nested = 100_000
  const text = Buffer.from(`a${'\x1b[201'.repeat(nested)}${'~'.repeat(nested)}b`)
  expect(Buffer.from(pasteBytes(text, true)).toString('latin1')).toBe('\x1b[200~ab\x1b[201~')
})

test('what is held is refused when the program ends', async () => {
  await manager.spawn('ends', ['bash', '-c', 'read -n 3; exit'])
  manager.type('ends', 'x')
  const held = inject('ends', 'never', { holdMs: 20_000 })
  manager.type('ends', 'yz')
  expect(await held).toEqual({ outcome: 'refused', reason: 'the program ended' })
  await until('the exit', async () => (await manager.info('ends')).exit)
  expect(await inject('ends', 'x')).toEqual({ outcome: 'refused', reason: 'the program ended' })
})

test('who wrote is noted, but not what', async () => {
  await manager.spawn('noted', ['cat'])
  await inject('noted', 'a secret')
  await until('the entries', () => host.log.includes('"name":"other"'))
  expect(host.log).toContain('"origin":"agent"')
  expect(host.log).not.toContain('secret')
})

test('moving the mouse, focus and answers to queries are not typing; keys of every kind are', () => {
  const busyAfter = (text: string, linewise = true) => {
    const typing = new Typing()
    typing.note(Buffer.from(text), 0)
    return typing.busyFor(3000, linewise)
  }
  const typedAt = (text: string) => {
    const typing = new Typing()
    typing.note(Buffer.from(text), 0)
    return typing.busyFor(0, false) > 0
  }
  for (const noise of ['\x1b[I', '\x1b[O', '\x1b[<35;10;20M', '\x1b[M !!', '\x1b[?62;22c', '\x1b]11;rgb:0/0/0\x1b\\']) {
    expect(typedAt(noise), JSON.stringify(noise)).toBe(false)
  }
  for (const key of ['a', '\r', '\x1b[A', '\x1bOP', '\x1b[97u', '\x1b', 'é']) expect(typedAt(key)).toBe(true)
  for (const unfinished of ['a', 'ab\x7f', '\x1b[97u', '\x1b[97;2u', '\x1b[200~two\rlines\x1b[201~', '\x1b[13;2u']) {
    expect(busyAfter(unfinished), JSON.stringify(unfinished)).toBeGreaterThan(60_000)
    expect(busyAfter(unfinished, false)).toBe(0)
  }
  for (const done of ['a\r', 'ab\x7f\x7f', 'abc\x15', 'abc\x03', '\x1b[97u\x1b[13u', 'a\x1b[99;5u', '\x1b[A']) {
    expect(busyAfter(done), JSON.stringify(done)).toBe(0)
  }
})
