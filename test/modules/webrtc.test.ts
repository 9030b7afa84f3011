import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { hubModuleDescriptions } from '../../hub/modules/index.ts'
import { makeWorld, until, type World } from '../hub/lua/world.ts'
import { eventually } from '../hub/support/eventually.ts'
import { Device } from '../hub/webrtc/support/device.ts'
import { expectExamplesToRunIn } from './support/examples.ts'
import { Signalling } from './support/signalling.ts'

let world: World
let signalling: Signalling

async function openWorld() {
  world = await makeWorld()
  signalling = new Signalling(world)
  await world.eval(`
    seen = {}
    local function note(kind) return function(...) seen[#seen + 1] = { kind, ... } end end
    webrtc.on_peer_connected(note("connected"))
    webrtc.on_peer_disconnected(note("disconnected"))
    webrtc.on_message(note("message"))
    events.on("connection_code_used", function(used) seen[#seen + 1] = { "used", used.peer_id, used.name } end)
  `)
}
async function closeWorld() {
  await signalling[Symbol.asyncDispose]()
  await world[Symbol.asyncDispose]()
}

const url = async () => (await world.eval<{ url: string }>('return connection.regenerate()')).url
const seen = () => world.eval<unknown[][]>('return seen')
const heard = (...expected: unknown[]) => eventually(async () => expect(await seen()).toContainEqual(expected))
/** What a call gives that may fail. */
const failing = (call: string) =>
  world.eval<{ value: unknown; message: string; kind: string }>(
    `local value, message, err = ${call} return { value = value, message = message, kind = err and err.kind }`,
  )

// One story: each test goes on with what the device and the hub have said to each other before, and the last puts it out.
describe('A device that is let in, and talks', { shuffle: false }, () => {
  let phone: Device
  let phoneId: string

  beforeAll(async () => {
    await openWorld()
    phone = await signalling.connect('phone-1', await url())
    phoneId = phone.welcome!.peer_id as string
  })
  afterAll(closeWorld)

  test('webrtc.on_peer_connected, hub.handle_webrtc_offer, hub.handle_ice_candidate: a device that has the code is let in, and Lua hears of it', async () => {
    expect(phone.welcome).toMatchObject({ hub_id: world.hub.id })
    await heard('connected', phoneId)
    await heard('used', phoneId, 'phone')
  })

  test('webrtc.on_message, webrtc.send: tables go both ways, with bytes and nested values as they were', async () => {
    phone.send({ type: 'hello', list: [1, 2], bytes: Buffer.from([0, 255]), deep: { ok: true } })
    await eventually(async () => expect((await seen()).filter(([kind]) => kind === 'message')).toHaveLength(1))
    expect(
      await world.eval(`for _, s in ipairs(seen) do if s[1] == "message" and s[3].type == "hello" then
      return { s[2], s[3].list[2], s[3].bytes == "\\0\\255", s[3].deep.ok } end end`),
    ).toEqual([phoneId, 2, true, true])
    expect(await world.eval(`return webrtc.send("${phoneId}", { type = "answer", bytes = "\\0\\255", n = 1.5 })`)).toBe(
      true,
    )
    const answer = await until(() => phone.received.find(({ type }) => type === 'answer'), 'the answer')
    expect(answer).toMatchObject({ n: 1.5 })
    expect([...(answer.bytes as Buffer)]).toEqual([0, 255])
  })

  test('webrtc.send, webrtc.send_binary: say false for a device that is not there, and what else is wrong', async () => {
    expect(await world.eval('return webrtc.send("nobody", {})')).toBe(false)
    expect(await world.eval('return webrtc.send_binary("nobody", "x")')).toBe(false)
    await expect(world.eval(`webrtc.send("${phoneId}", { 1, 2 })`)).rejects.toThrow(
      "bad argument #2 to 'webrtc.send' (a table with names expected, got a list)",
    )
    await expect(world.eval('webrtc.send("x", 1)')).rejects.toThrow(
      "bad argument #2 to 'webrtc.send' (table expected, got number)",
    )
    await expect(world.eval('webrtc.send_binary({}, "x")')).rejects.toThrow("bad argument #1 to 'webrtc.send_binary'")
    expect(await world.eval(`return webrtc.send("${phoneId}", { data = ("x"):rep(17 << 20) })`)).toBe(false)
  })

  test('webrtc.send_binary: every byte arrives, and bytes of the device come as a message of type binary', async () => {
    await world.eval(`local all = {} for i = 0, 255 do all[#all + 1] = string.char(i) end
    assert(webrtc.send_binary("${phoneId}", table.concat(all):rep(1000)))`)
    const bytes = await until(() => phone.binary[0], 'bytes')
    expect(bytes.equals(Buffer.concat(Array(1000).fill(Buffer.from(Array.from({ length: 256 }, (_, i) => i)))))).toBe(
      true,
    )
    phone.sendBinary(Buffer.from([1, 0, 200]))
    await until(
      () =>
        world.eval(
          `for _, s in ipairs(seen) do if s[1] == "message" and s[3].type == "binary" then return s[3].data == "\\1\\0\\200" end end`,
        ),
      'the bytes',
    )
  })

  test('webrtc.on_message: a plugin that was reloaded a hundred times hears once, and no more once it is unloaded', async () => {
    const path = await world.writeLua(
      'hears.lua',
      'generation = (generation or 0) + 1 local mine = generation webrtc.on_message(function() hears[#hears + 1] = mine end)',
    )
    await world.eval(`hears = {} for i = 1, 101 do assert(loader.load_plugin("${path}", "hears")) end`)
    const isPassed = async (text: string) => {
      phone.send({ type: text })
      await eventually(async () => expect(JSON.stringify(await seen())).toContain(`"${text}"`))
    }
    await isPassed('to the newest')
    expect(await world.eval('return hears')).toEqual([101])
    await world.eval('assert(loader.unload("plugin.hears")) hears = {}')
    await isPassed('to none')
    expect(await world.eval('return #hears')).toBe(0)
  })

  test('webrtc.peers, webrtc.known_peers: list who is connected and who may come back', async () => {
    expect(await world.eval('return webrtc.peers()')).toEqual([{ id: phoneId, name: 'phone', identity: 'phone-1' }])
    expect(await world.eval('return webrtc.known_peers()')).toEqual([
      { id: phoneId, name: 'phone', paired_at: expect.any(Number) },
    ])
  })

  test('hub.request_ratchet_restart: makes new keys with a device, by its identity or its id', async () => {
    expect(await failing('hub.request_ratchet_restart("phone-1")')).toEqual({ value: true })
    expect(await failing(`hub.request_ratchet_restart("${phoneId}")`)).toEqual({ value: true })
    await eventually(() => expect(phone.restarts).toBe(2))
    expect(await failing('hub.request_ratchet_restart("nobody")')).toMatchObject({
      kind: 'not_connected',
      message: 'there is no connected peer nobody',
    })
    await expect(world.eval('hub.request_ratchet_restart()')).rejects.toThrow(
      "bad argument #1 to 'hub.request_ratchet_restart'",
    )
  })

  test('hub.handle_webrtc_offer, hub.handle_ice_candidate: nonsense is refused with a reason, wrong arguments raise', async () => {
    expect(await failing('hub.handle_webrtc_offer("x", "no offer")')).toMatchObject({ kind: 'bad_offer' })
    expect(await failing('hub.handle_webrtc_offer("x", { sdp = "v=0" })')).toMatchObject({ kind: 'bad_offer' })
    expect(await failing('hub.handle_ice_candidate("x", "candidate:1")')).toMatchObject({
      kind: 'unknown_identity',
      message: 'nobody has offered as x',
    })
    expect(await failing('hub.handle_ice_candidate("phone-1", "candidate:nonsense")')).toMatchObject({
      kind: 'bad_candidate',
    })
    expect(await failing('hub.handle_ice_candidate("phone-1", "")')).toEqual({ value: true })
    for (const [call, problem] of [
      ['hub.handle_webrtc_offer("x")', "bad argument #2 to 'hub.handle_webrtc_offer'"],
      ['hub.handle_webrtc_offer("x", {})', "bad argument #2 to 'hub.handle_webrtc_offer'"],
      [
        'hub.handle_webrtc_offer("x", "", { ice_servers = { 1 } })',
        "bad argument #3 to 'hub.handle_webrtc_offer' (ice_servers.0:",
      ],
      ['hub.handle_webrtc_offer("x", "", { stun = "y" })', "bad argument #3 to 'hub.handle_webrtc_offer'"],
      ['hub.handle_ice_candidate("x", {})', "bad argument #2 to 'hub.handle_ice_candidate'"],
      ['hub.handle_ice_candidate(nil, "x")', "bad argument #1 to 'hub.handle_ice_candidate'"],
    ]) {
      await expect(world.eval(call!)).rejects.toThrow(problem)
    }
  })

  describe('A connected device', () => {
    test('webrtc.on_message: is a client like any other: it subscribes, asks and is told', async () => {
      phone.send({ type: 'subscribe', channel: 'hub', subscriptionId: 'hub' })
      await until(() => phone.received.find(({ type }) => type === 'agent_list'), 'the list of agents')
      phone.send({ subscriptionId: 'hub', type: 'list_devices' })
      const { value } = await until(() => phone.received.find(({ command }) => command === 'list_devices'), 'an answer')
      expect(value).toEqual({
        devices: [{ id: phoneId, name: 'phone', paired_at: expect.any(Number), connected: true }],
      })
    })

    test('webrtc.forget, webrtc.on_peer_disconnected: is put out when it is forgotten, and does not come back', async () => {
      const tablet = await signalling.connect('tablet', await url(), { name: 'tablet' })
      const id = tablet.welcome!.peer_id as string
      await expect(world.command('forget_device', { device: 'unknown' })).rejects.toThrow('no device unknown is known')
      expect(await world.eval('return webrtc.forget("unknown")')).toBe(false)
      expect(await world.eval(`return webrtc.forget("${id}")`)).toBe(true)
      await heard('disconnected', id, 'the device was removed')
      await eventually(() => expect(tablet.isClosed).toBe(true))
      const again = await signalling.connect('tablet', await url(), { keys: tablet.keys, known: true })
      expect(again.refused).toMatch(/^unknown_peer/)
      await expect(world.eval('webrtc.forget()')).rejects.toThrow("bad argument #1 to 'webrtc.forget'")
    })
  })

  test('webrtc: every example of the reference runs', async () => {
    const modules = new Map(hubModuleDescriptions().map((module) => [module.name, module]))
    const { session } = await world.eval<{ session: string }>(`
    local handle = pty.spawn{ cmd = { "cat" } }
    hub.register_agent("example", { handle })
    return { session = handle:session_id() }`)
    const { forget, ...others } = modules.get('webrtc')!.functions
    const before = `local peer_id = "${phoneId}"`
    await expectExamplesToRunIn(world, others, before)
    const { handle_webrtc_offer, handle_ice_candidate, request_ratchet_restart } = modules.get('hub')!.functions
    const signals = {
      handle_webrtc_offer: handle_webrtc_offer!,
      handle_ice_candidate: handle_ice_candidate!,
      request_ratchet_restart: request_ratchet_restart!,
    }
    await expectExamplesToRunIn(world, signals, 'local offer = { sdp = "" }')
    await expectExamplesToRunIn(world, { forget: forget! }, before)
    await world.eval(`pty.get("${session}"):kill(0) hub.unregister_agent("example")`)
  })
})

// Each in a hub of its own, which it may end, fill up or damage.
describe('A hub that knows nobody', () => {
  beforeEach(openWorld)
  afterEach(closeWorld)

  test('webrtc.on_peer_connected, webrtc.on_peer_disconnected, webrtc.on_message: want a function', async () => {
    for (const name of ['on_peer_connected', 'on_peer_disconnected', 'on_message']) {
      await expect(world.eval(`webrtc.${name}("x")`)).rejects.toThrow(
        `bad argument #1 to 'webrtc.${name}' (function expected, got string)`,
      )
    }
  })

  test('hub.request_ratchet_restart: says when the device goes meanwhile', async () => {
    const tablet = await signalling.connect('leaving', await url())
    const asked = failing('hub.request_ratchet_restart("leaving")')
    tablet[Symbol.dispose]()
    expect(await asked).toMatchObject({
      kind: 'not_restarted',
      message: expect.stringMatching(/^leaving has the keys/),
    })
    await world.eval(`webrtc.forget("${tablet.welcome!.peer_id}")`)
  })

  test('hub.handle_webrtc_offer: one code lets one device in', async () => {
    const code = await url()
    const first = await signalling.connect('first', code)
    const second = await signalling.connect('second', code)
    expect(first.welcome).toBeDefined()
    expect(second.refused).toMatch(/^bad_code/)
    await world.eval(`webrtc.forget("${first.welcome!.peer_id}")`)
  })

  test('hub.handle_webrtc_offer: a device comes back to the next hub, and the hub’s end ends its connections', async () => {
    const phone2 = await signalling.connect('p', await url())
    const code = await url()
    await signalling[Symbol.asyncDispose]()
    await world.restart()
    await eventually(() => expect(phone2.isClosed).toBe(true))
    signalling = new Signalling(world)
    const again = await signalling.connect('p', code, { keys: phone2.keys, known: true })
    expect(again.welcome?.peer_id).toBe(phone2.welcome!.peer_id)
    const stranger = await signalling.connect('q', code)
    expect(stranger.refused).toMatch(/^bad_code/) // codes end with the hub that made them
    expect(world.errors()).toEqual([])
  })

  test('hub.handle_webrtc_offer: is refused while sixteen others want to connect', async () => {
    const sdp = await offerOf(await url())
    const offer = (identity: string) => failing(`hub.handle_webrtc_offer("${identity}", ${JSON.stringify(sdp)})`)
    for (let i = 1; i <= 16; i++) expect(await offer(`stranger-${i}`)).toEqual({ value: true })
    expect(await offer('stranger-17')).toEqual({ kind: 'busy', message: '16 others want to connect just now' })
    expect(await offer('stranger-16')).toEqual({ value: true }) // an offer in place of an earlier one
  })

  test('hub.handle_webrtc_offer, webrtc.known_peers, webrtc.forget: say when the hub cannot read whom it knows', async () => {
    const sdp = await offerOf(await url())
    await signalling[Symbol.asyncDispose]()
    writeFileSync(join(world.hub.paths.directory, 'webrtc-peers.json'), 'nonsense')
    await world.restart()
    for (const call of [
      `hub.handle_webrtc_offer("x", ${JSON.stringify(sdp)})`,
      'webrtc.known_peers()',
      'webrtc.forget("x")',
    ]) {
      expect(await failing(call)).toEqual({ kind: 'unavailable', message: expect.stringContaining('is damaged') })
    }
  })
})

/** What a device would offer. */
async function offerOf(code: string): Promise<string> {
  using device = new Device(code)
  return await new Promise((done) => device.call({ offer: done, candidate: () => undefined }))
}
