import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { hubModuleDescriptions } from '../../hub/modules/index.ts'
import { ConnectionCodes, parseInvitation } from '../../hub/webrtc/connection-code.ts'
import { openPairing } from '../../hub/webrtc/pairing.ts'
import { makeWorld, until, type World } from '../hub/lua/world.ts'
import { eventually } from '../hub/support/eventually.ts'
import { expectExamplesToRunIn } from './support/examples.ts'
import { hubClient } from './support/hub-client.ts'
import { decodeQr } from './support/qr-reader.ts'
import { Signalling } from './support/signalling.ts'

interface Code {
  url: string
  qr_ascii: string[]
  expires_at: number
}

let world: World
let signalling: Signalling
// Each test has a hub of its own: one that has made no code yet, and that it may damage.
beforeEach(async () => {
  world = await makeWorld()
  signalling = new Signalling(world)
  await world.eval(`
    ready, failed = {}, {}
    events.on("connection_code_ready", function(code) ready[#ready + 1] = code end)
    events.on("connection_code_error", function(err) failed[#failed + 1] = err.message end)`)
})
afterEach(async () => {
  await signalling[Symbol.asyncDispose]()
  await world[Symbol.asyncDispose]()
})

const generate = (options = '') => world.eval<Code>(`return connection.generate(${options})`)
const regenerate = (options = '') => world.eval<Code>(`return connection.regenerate(${options})`)

test('connection.generate: gives the same code until it is used, and tells everybody each time', async () => {
  const first = await generate()
  expect(await generate()).toEqual(first)
  expect(await world.eval('return ready')).toEqual([first, first])
  expect(first.expires_at).toBeGreaterThan(Date.now() + 10 * 60_000)
  const { hubId, hubKey, secret } = parseInvitation(first.url)!
  expect(first.url).toMatch(/^botster:\/\/connect#[\w-]+$/)
  expect(hubId).toBe(world.hub.id)
  expect(hubKey).toEqual(openPairing(world.hub.paths.directory, hubId).keys.public)
  expect(secret).toHaveLength(16)
})

test('connection.generate: the QR code holds the URL, and fits into a terminal', async () => {
  const { url, qr_ascii } = await generate()
  expect(qr_ascii.length).toBeLessThanOrEqual(21)
  expect(new Set(qr_ascii.map((line) => line.length))).toEqual(new Set([41]))
  expect(qr_ascii.join('')).toMatch(/^[ █▀▄]+$/)
  expect(decodeQr(qr_ascii)).toBe(url)
})

test('connection.regenerate: makes another secret for the same hub', async () => {
  const first = await generate()
  const second = await regenerate()
  expect(second.url).not.toBe(first.url)
  expect(parseInvitation(second.url)!.hubKey).toEqual(parseInvitation(first.url)!.hubKey)
  expect(parseInvitation(second.url)!.secret).not.toEqual(parseInvitation(first.url)!.secret)
  expect(await generate()).toEqual(second)
  expect(await world.eval('return ready')).toEqual([first, second, second])
})

test('connection.generate, connection.regenerate: the URL may lead to a page, and goes on to', async () => {
  const { url } = await generate('{ base = "https://example.org/connect" }')
  expect(url).toMatch(/^https:\/\/example\.org\/connect#/)
  expect((await regenerate()).url).toMatch(/^https:\/\/example\.org\/connect#/)
  expect((await regenerate('{ base = "botster://connect" }')).url).toMatch(/^botster:/)
})

test('connection.get_url: is the URL of the code that is good now, and nil when it was used', async () => {
  const { url } = await regenerate()
  expect(await world.eval('return connection.get_url()')).toBe(url)
  const device = await signalling.connect('phone', url)
  expect(device.welcome).toBeDefined()
  expect(await world.eval('return connection.get_url() == nil')).toBe(true)
  expect((await generate()).url).not.toBe(url)
})

test('connection.generate: a code does not live for ever', () => {
  let now = 0
  const codes = new ConnectionCodes({ hubId: 'text id', hubKey: Buffer.alloc(32, 1) }, () => now)
  const code = codes.renew()
  expect(parseInvitation(code.url)).toMatchObject({ hubId: 'text id' })
  now = code.expiresAt - 1
  expect(codes.current).toBe(code)
  now = code.expiresAt
  expect(codes.current).toBeUndefined()
  expect(codes.redeem(code)).toBe(false)
})

test('connection.copy_to_clipboard: sends the URL to the client who asked, and to nobody else', async () => {
  using tui = await hubClient(world, 'tui')
  using other = await hubClient(world, 'tui')
  await generate()
  tui.send({ type: 'subscribe', channel: 'hub', subscriptionId: 'hub' })
  tui.send({ subscriptionId: 'hub', type: 'copy_connection_url' })
  const { text, selection } = await tui.hear('clipboard')
  expect({ text, selection }).toEqual({ text: await world.eval('return connection.get_url()'), selection: 'c' })
  expect(other.received).toEqual([])
  expect(await world.eval('return connection.copy_to_clipboard()')).toBe(true)
  await other.hear('clipboard')
  expect(
    await world.eval('local ok, m, err = connection.copy_to_clipboard("nobody") return { ok == nil, m, err.kind }'),
  ).toEqual([true, 'there is no client whose clipboard it could be put into', 'no_client'])
})

test('connection.copy_to_clipboard: without a code there is nothing to copy', async () => {
  await signalling.connect('tablet', (await regenerate()).url)
  expect(
    await world.eval('local ok, m, err = connection.copy_to_clipboard() return { ok == nil, m, err.kind }'),
  ).toEqual([true, 'there is no connection code now: generate one', 'no_code'])
})

test('connection.generate, connection.regenerate: clients that ask get it, and learn when it was used', async () => {
  using tui = await hubClient(world, 'tui')
  tui.send({ type: 'subscribe', channel: 'hub', subscriptionId: 'hub' })
  tui.send({ subscriptionId: 'hub', type: 'get_connection_code' })
  const first = await tui.hear('connection_code')
  expect(first).toMatchObject({ url: await world.eval('return connection.get_url()'), used: false })
  expect(first.qr_ascii).toHaveLength(21)
  tui.send({ subscriptionId: 'hub', type: 'regenerate_connection_code' })
  const second = await tui.hear('connection_code', ({ url }) => url !== first.url)
  await signalling.connect('watch', second.url as string, { name: 'my phone' })
  expect(await tui.hear('connection_code', ({ used }) => used === true)).toMatchObject({
    subscriptionId: 'hub',
    url: '',
    name: 'my phone',
  })
})

test('connection.generate, connection.regenerate, connection.get_url, connection.copy_to_clipboard: wrong arguments raise', async () => {
  for (const [call, problem] of [
    ['connection.generate("x")', "bad argument #1 to 'connection.generate' (table expected, got string)"],
    ['connection.generate({ bas = "x" })', "bad argument #1 to 'connection.generate'"],
    [
      'connection.regenerate({ base = "x#y" })',
      "bad argument #1 to 'connection.regenerate' (base: expected a URL without #)",
    ],
    ['connection.regenerate({ base = 1 })', "bad argument #1 to 'connection.regenerate' (base:"],
    ['connection.copy_to_clipboard({})', "bad argument #1 to 'connection.copy_to_clipboard'"],
  ]) {
    await expect(world.eval(call!)).rejects.toThrow(problem)
  }
})

test('connection: every example of the reference runs', async () => {
  using _tui = await hubClient(world, 'tui')
  const { functions } = hubModuleDescriptions().find(({ name }) => name === 'connection')!
  await expectExamplesToRunIn(world, functions)
})

test('connection.generate, connection.regenerate, connection.get_url, connection.copy_to_clipboard: what is wrong with the hub’s files is said', async () => {
  writeFileSync(join(world.hub.paths.directory, 'webrtc-peers.json'), 'nonsense')
  await signalling[Symbol.asyncDispose]()
  await world.restart()
  await world.eval(
    'failed = {} events.on("connection_code_error", function(err) failed[#failed + 1] = err.message end)',
  )
  for (const name of ['generate', 'regenerate', 'get_url', 'copy_to_clipboard']) {
    const call = `local value, m, err = connection.${name}() return { value == nil, m, err.kind }`
    expect(await world.eval(call)).toEqual([
      true,
      expect.stringContaining('webrtc-peers.json is damaged: remove it'),
      'unavailable',
    ])
  }
  expect(await world.eval('return #failed')).toBe(2)
  using tui = await hubClient(world, 'tui')
  tui.send({ type: 'subscribe', channel: 'hub', subscriptionId: 'hub' })
  tui.send({ subscriptionId: 'hub', type: 'get_connection_code' })
  expect((await tui.hear('connection_code_error')).message).toContain('is damaged')
  await expect(world.command('list_devices')).rejects.toThrow('is damaged')
  await eventually(() => expect(world.errors()).toEqual([]))
  await until(() => world.eval('return hub.handle_webrtc_offer("x", "") == nil'), 'a refusal')
})
