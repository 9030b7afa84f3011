import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { PtyhostProcess, type TestClient, until } from './harness.ts'
import { numbers } from './terminal.ts'

let host: PtyhostProcess
let manager: TestClient

beforeAll(async () => {
  host = new PtyhostProcess({ BOTSTER_HISTORY_BYTES: String(2 << 20) })
  manager = await host.manager()
})
afterEach(async () => {
  const { sessions } = await manager.connection.request('list', {})
  for (const { session } of sessions) {
    await manager.connection.request('kill', { session, graceMs: 0 })
    await manager.connection.request('release', { session })
  }
})
afterAll(() => host[Symbol.asyncDispose]())

const ENDLESS = ['bash', '-c', 'while :; do seq 1 1000000; done']

test('typing beside two floods, one of them looked at, is answered at once', async () => {
  await manager.spawn('hidden', ENDLESS)
  await manager.spawn('visible', ENDLESS)
  await manager.spawn('typed', ['cat'])
  await manager.view('visible', 1)
  const screen = await manager.view('typed', 2)
  const times: number[] = []
  for (let number = 0; number < 30; number++) {
    const start = performance.now()
    manager.type('typed', `<${number}>`)
    await screen.shows(`<${number}>`)
    times.push(performance.now() - start)
    if (number % 10 === 9) manager.type('typed', '\r')
  }
  times.sort((a, b) => a - b)
  expect(times[15]).toBeLessThan(100)
})

test('memory stays bounded while programs print, also with a viewer that never acknowledges', async () => {
  await manager.spawn('hidden', ENDLESS)
  await manager.spawn('visible', ENDLESS)
  using lazy = await host.manager()
  lazy.acknowledging = false
  const screen = await lazy.view('visible')
  await until('its one frame', () => screen.frames === 1)
  const sizes: number[] = []
  const lines = async () => (await manager.info('hidden')).history.first
  // Once the history is full, nothing may grow any more.
  await until('a full history', async () => (await lines()) > 1000)
  const start = host.memory
  for (const goal = (await lines()) + 600_000; (await lines()) < goal; ) {
    sizes.push(host.memory)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  expect(Math.max(...sizes) - start).toBeLessThan(150 << 20)
  expect(screen.frames).toBe(1)
  lazy.catchUp()
  await until('the present screen', () => screen.frames > 3)
})

test('frames of a flood come at most sixty times a second', async () => {
  await manager.spawn('visible', ENDLESS)
  const screen = await manager.view('visible')
  await screen.shows(/\d+\n\d+\n/)
  const before = screen.times.length
  await until('some frames', () => screen.times.length > before + 60)
  const span = screen.times.at(-1)! - screen.times[before]!
  expect(((screen.times.length - before - 1) / span) * 1000).toBeLessThan(70)
})

test('a flood is stopped with ctrl+c like anywhere', async () => {
  await manager.spawn('stopped', [
    'bash',
    '-c',
    'trap "echo; echo stop-$((6*7)); exit" INT; while :; do seq 1 10000; done',
  ])
  const screen = await manager.view('stopped', 3)
  await screen.shows('1')
  manager.type('stopped', '\x03')
  await screen.shows('stop-42')
})

test('no line is lost or doubled while viewers of all sizes come and go', async () => {
  const COUNT = 60_000
  await manager.spawn('counted', ['bash', '-c', `read; seq 1 ${COUNT}; echo the end`], { cols: 100, rows: 30 })
  const viewers: TestClient[] = []
  const coming = (async () => {
    for (let number = 0; number < 30; number++) {
      const viewer = await host.manager()
      viewers.push(viewer)
      viewer.acknowledging = number % 3 !== 0
      // Same width: a new one would start another epoch, which is tested elsewhere.
      await viewer.view('counted', number, { size: { cols: 100, rows: 20 + (number % 20) } })
      if (number % 4 === 3) viewers.shift()!.connection.close('bye')
    }
  })()
  manager.type('counted', '\r')
  await coming
  await until('the end', async () => (await manager.info('counted')).exit)
  const screen = (await manager.text('counted')).split('\n')
  const all = [...(await manager.history('counted')), ...screen].join('\n').trim().split('\n')
  expect(all).toEqual([...numbers(1, COUNT), 'the end'])
  for (const viewer of viewers) viewer[Symbol.dispose]()
})
