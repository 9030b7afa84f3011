import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { OutgoingSignal } from '../../../hub/webrtc/channel.ts'
import { openPairing, type Pairing } from '../../../hub/webrtc/pairing.ts'
import { Peers } from '../../../hub/webrtc/peers.ts'
import { eventually } from '../support/eventually.ts'
import { Device, LOOPBACK } from './support/device.ts'
import { Relay } from './support/relay.ts'

const HUB_ID = '0123456789abcdef0123456789abcdef'

let directory: string
let pairing: Pairing
let peers: Peers
let heard: { connected: string[]; disconnected: string[]; refused: string[]; messages: Record<string, unknown>[] }
/** What carries signals: by default each to whom it is for. */
let toDevice: (identity: string, signal: OutgoingSignal) => void
const devices = new Map<string, Device>()

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'bw-'))
  pairing = openPairing(directory, HUB_ID)
  peers = openPeers()
})
afterEach(() => {
  for (const device of devices.values()) device[Symbol.dispose]()
  devices.clear()
  peers[Symbol.dispose]()
  rmSync(directory, { recursive: true })
})

function openPeers(): Peers {
  heard = { connected: [], disconnected: [], refused: [], messages: [] }
  toDevice = (identity, signal) => devices.get(identity)?.signal(signal)
  return new Peers(() => pairing, {
    onSignal: (identity, signal) => toDevice(identity, signal),
    onConnected: ({ id, name }) => heard.connected.push(`${name} ${id}`),
    onDisconnected: (id, reason) => heard.disconnected.push(`${id} ${reason}`),
    onMessage: (id, data) => heard.messages.push({ from: id, ...data }),
    onRefused: (_, reason, refusal) => heard.refused.push(`${refusal?.code}: ${reason}`),
  })
}

/** A device that offers as `identity`, over a signalling channel that does its work. */
function connect(identity: string, device: Device): Device {
  devices.set(identity, device)
  device.call({
    offer: (sdp) => void peers.offer(identity, sdp, LOOPBACK),
    candidate: (candidate, mid) =>
      void eventually(() => expect(peers.candidate(identity, candidate, mid).ok).toBe(true)),
  })
  return device
}

/** A device that has been let in by a new code. */
async function paired(identity = 'a'): Promise<Device> {
  const device = connect(identity, new Device(pairing.codes.renew().url))
  await eventually(() => expect(device.welcome).toBeDefined())
  return device
}

const idOf = (device: Device) => device.welcome!.peer_id as string

describe('A device with the connection code', () => {
  test('is let in, is remembered, and talks with the hub in tables and bytes of any length', async () => {
    const device = await paired()
    expect(device.welcome).toMatchObject({ hub_id: HUB_ID })
    expect(heard.connected).toEqual([`phone ${idOf(device)}`])
    device.send({ type: 'hello', list: [1, 2.5, 'ü'], bytes: Buffer.from([0, 255]) })
    await eventually(() => expect(heard.messages).toHaveLength(1))
    expect(heard.messages[0]).toMatchObject({ from: idOf(device), type: 'hello', list: [1, 2.5, 'ü'] })
    expect([...(heard.messages[0]!.bytes as Buffer)]).toEqual([0, 255])
    peers.send(idOf(device), { kind: 'message', value: { type: 'answer', n: 1 } })
    await eventually(() => expect(device.received).toEqual([{ type: 'answer', n: 1 }]))
    for (const length of [0, 1, 65517, 65518, 65519, 3_000_000]) {
      const bytes = Buffer.alloc(length, 1).map((_, i) => i * 7)
      peers.send(idOf(device), { kind: 'binary', value: bytes })
      await eventually(() => expect(device.binary.at(-1)?.length).toBe(length))
      expect(device.binary.pop()!.equals(bytes)).toBe(true)
      device.sendBinary(bytes)
      await eventually(() => expect((heard.messages.at(-1)!.data as Buffer)?.length).toBe(length))
      expect((heard.messages.at(-1)!.data as Buffer).equals(bytes)).toBe(true)
    }
  })

  test('uses it up: a second device with the same code is refused, also one that came at the same time', async () => {
    const { url } = pairing.codes.renew()
    const first = connect('a', new Device(url))
    const second = connect('b', new Device(url))
    await eventually(() => expect([first, second].filter(({ welcome }) => welcome)).toHaveLength(1))
    const late = connect('c', new Device(url))
    await eventually(() => expect(late.refused).toBe('bad_code: there is no connection code now'))
    const loser = first.welcome ? second : first
    await eventually(() => expect(loser.refused).toMatch(/^bad_code: /))
    expect(heard.connected).toHaveLength(1)
    expect(pairing.known.list()).toHaveLength(1)
  })

  test('is refused with a code that was replaced, or that is of another hub', async () => {
    const old = pairing.codes.renew().url
    pairing.codes.renew()
    const late = connect('a', new Device(old))
    await eventually(() => expect(late.refused).toMatch(/^not_genuine: /))
    const other = mkdtempSync(join(tmpdir(), 'bw-'))
    const elsewhere = connect('b', new Device(openPairing(other, HUB_ID).codes.renew().url))
    rmSync(other, { recursive: true })
    await eventually(() => expect(elsewhere.refused).toMatch(/^not_genuine: /))
    expect(pairing.known.list()).toEqual([])
    expect(pairing.codes.current).toBeDefined() // a failed try does not use it up
  })
})

describe('A device that was paired', () => {
  test('comes back without a code, also to the next hub process, and only with its own key', async () => {
    const device = await paired()
    const { url } = pairing.codes.renew()
    device[Symbol.dispose]()
    await eventually(() => expect(heard.disconnected).toHaveLength(1))
    peers[Symbol.dispose]()
    pairing = openPairing(directory, HUB_ID)
    peers = openPeers()
    const again = connect('a2', new Device(url, { keys: device.keys, known: true }))
    await eventually(() => expect(again.welcome?.peer_id).toBe(device.welcome!.peer_id))
    const stranger = connect('a3', new Device(url, { known: true }))
    await eventually(() => expect(stranger.refused).toBe('unknown_peer: this device is not paired'))
  })

  test('takes the place of its older connection', async () => {
    const device = await paired()
    const again = connect('b', new Device(pairing.codes.renew().url, { keys: device.keys, known: true }))
    await eventually(() => expect(again.welcome).toBeDefined())
    expect(heard.disconnected).toEqual([`${idOf(device)} the device has connected again`])
    expect(peers.list()).toEqual([{ id: idOf(device), name: 'phone', identity: 'b' }])
    await eventually(() => expect(device.isClosed).toBe(true))
  })

  test('is not disturbed by a stranger who offers under its identity', async () => {
    const device = await paired('same')
    const stranger = new Device(pairing.codes.renew().url, { known: true })
    connect('same', stranger)
    await eventually(() => expect(stranger.refused).toMatch(/^unknown_peer/))
    peers.send(idOf(device), { kind: 'message', value: { type: 'still here' } })
    await eventually(() => expect(device.received).toEqual([{ type: 'still here' }]))
  })

  test('is forgotten when it is removed', async () => {
    const device = await paired()
    expect(pairing.known.remove(idOf(device))).toBe(true)
    expect(peers.disconnect(idOf(device), 'removed')).toBe(true)
    const again = connect('b', new Device(pairing.codes.renew().url, { keys: device.keys, known: true }))
    await eventually(() => expect(again.refused).toMatch(/^unknown_peer/))
    expect(openPairing(directory, HUB_ID).known.list()).toEqual([])
  })

  test('gets new keys when the hub asks, while messages go on, and may begin it itself', async () => {
    const device = await paired()
    const asked = peers.restart('a')
    for (let i = 0; i < 50; i++) {
      device.send({ n: i })
      peers.send(idOf(device), { kind: 'message', value: { n: i } })
      if (i % 10 === 0) await new Promise(setImmediate)
    }
    expect(await asked).toMatchObject({ ok: true })
    await eventually(() => expect(device.restarts).toBe(1))
    device.restart()
    await eventually(() => expect(device.restarts).toBe(2))
    device.send({ n: 50 })
    peers.send(idOf(device), { kind: 'message', value: { n: 50 } })
    const numbers = Array.from({ length: 51 }, (_, i) => i)
    await eventually(() => expect(heard.messages.map(({ n }) => n)).toEqual(numbers))
    await eventually(() => expect(device.received.map(({ n }) => n)).toEqual(numbers))
    expect(await peers.restart('nobody')).toMatchObject({ ok: false, failure: { code: 'not_connected' } })
  })
})

interface Interposed extends Disposable {
  readonly device: Device
  /** What the device said. */
  readonly seen: Buffer[]
}

describe('A hostile signalling channel', () => {
  /** Stands in between: a real connection to each side, whose bytes it passes on unchanged. */
  function interpose(identity: string, device: Device): Interposed {
    const seen: Buffer[] = []
    // To the device it is the hub, with a connection of its own; to the hub it is the device.
    const outside = new Relay('answer')
    const inside = new Relay('offer')
    outside.onMessage = (wire) => {
      seen.push(wire)
      inside.send(wire)
    }
    inside.onMessage = (wire) => outside.send(wire)
    devices.set(identity, device)
    toDevice = (_, signal) => {
      if (signal.type === 'answer') inside.connection.setRemoteDescription(signal.sdp, 'answer')
      else inside.connection.addRemoteCandidate(signal.candidate, signal.mid)
    }
    outside.connection.onLocalDescription((sdp) => device.signal({ type: 'answer', sdp }))
    outside.connection.onLocalCandidate((candidate, mid) => device.signal({ type: 'candidate', candidate, mid }))
    inside.connection.onLocalDescription((sdp) => void peers.offer(identity, sdp, LOOPBACK))
    inside.connection.onLocalCandidate((candidate, mid) => {
      void eventually(() => expect(peers.candidate(identity, candidate, mid).ok).toBe(true))
    })
    device.call({
      offer: (sdp) => outside.connection.setRemoteDescription(sdp, 'offer'),
      candidate: (candidate, mid) => outside.connection.addRemoteCandidate(candidate, mid),
    })
    inside.begin()
    return {
      device,
      seen,
      [Symbol.dispose]: () => {
        outside.connection.close()
        inside.connection.close()
      },
    }
  }

  /**
   * Somebody in between whom the hub has noticed, which the device was told. Their connections may fail before anything
   * was said, as a device's may (see Device), which offers again: they begin anew with another device.
   */
  async function noticed(): Promise<Interposed> {
    for (let attempt = 1; ; attempt++) {
      const device = new Device(pairing.codes.renew().url)
      const between = interpose(`a${attempt}`, device)
      const isNoticed = () => {
        expect(heard.refused.some((line) => line.startsWith('not_genuine'))).toBe(true)
        expect(device.refused).toBeDefined()
      }
      try {
        await vi.waitFor(isNoticed, { timeout: 10_000 })
        return between
      } catch (error) {
        device[Symbol.dispose]()
        between[Symbol.dispose]()
        if (attempt === 5) throw error
      }
    }
  }

  test('that puts itself in between is noticed: nobody is let in, and the code stays good', async () => {
    using between = await noticed()
    const { device, seen } = between
    expect(seen.length).toBeGreaterThan(0) // it did carry the handshake
    expect(heard.connected).toEqual([])
    expect(device.welcome).toBeUndefined()
    const { url } = pairing.codes.current!
    toDevice = (identity, signal) => devices.get(identity)?.signal(signal)
    const direct = connect('b', new Device(url))
    await eventually(() => expect(direct.welcome).toBeDefined())
  })

  test('that changes the certificate in an answer gets no connection at all', async () => {
    const device = new Device(pairing.codes.renew().url)
    connect('a', device)
    toDevice = (_, signal) => {
      if (signal.type === 'candidate') return device.signal(signal)
      const sdp = signal.sdp.replace(
        /(fingerprint:sha-256 )(..)/,
        (_all, name, byte) => `${name}${byte === '00' ? '01' : '00'}`,
      )
      device.signal({ type: 'answer', sdp })
    }
    await eventually(() => expect(device.isClosed).toBe(true))
    expect(heard.connected).toEqual([])
  })

  test('that sends nonsense gets a reason, and a flood of offers does not grow without end', async () => {
    for (const sdp of ['', 'v=0', 'x'.repeat(100_000), 'a=fingerprint:sha-256 00', 'a=fingerprint:sha-1 00:11']) {
      expect(await peers.offer('a', sdp, LOOPBACK)).toMatchObject({ ok: false, failure: { code: 'bad_offer' } })
    }
    const named = `a=fingerprint:sha-256 ${Array(32).fill('AB').join(':')}`
    expect(await peers.offer('a', named, LOOPBACK)).toMatchObject({ ok: false, failure: { code: 'bad_offer' } })
    expect(peers.candidate('nobody', 'candidate:1', '0')).toMatchObject({ failure: { code: 'unknown_identity' } })
    let offer = ''
    const device = new Device(pairing.codes.renew().url)
    devices.set('x', device)
    device.call({ offer: (sdp) => (offer = sdp), candidate: () => {} })
    await eventually(() => expect(offer).not.toBe(''))
    toDevice = () => {}
    const outcomes = []
    for (let i = 0; i < 20; i++) outcomes.push(await peers.offer(`flood ${i}`, offer, LOOPBACK))
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(16)
    expect(outcomes.at(-1)).toMatchObject({ failure: { code: 'busy' } })
    expect(peers.candidate('flood 1', 'nonsense', '0')).toMatchObject({ failure: { code: 'bad_candidate' } })
    for (let i = 0; i < 64; i++) peers.candidate('flood 2', `candidate:1 1 UDP 1 127.0.0.1 ${9000 + i} typ host`, '0')
    expect(peers.candidate('flood 2', 'candidate:1 1 UDP 1 127.0.0.1 9 typ host', '0').ok).toBe(false)
  })

  test('gets nowhere with what it recorded: a record that comes again ends the connection', async () => {
    const device = await paired()
    device.sendRaw(Buffer.concat([Buffer.from([4]), Buffer.alloc(40, 1)]))
    await eventually(() => expect(heard.refused).toHaveLength(1))
    expect(heard.refused[0]).toMatch(/^not_genuine/)
    expect(heard.disconnected).toHaveLength(1)
    await eventually(() => expect(device.isClosed).toBe(true))
  })
})

test('What the hub keeps is readable by its user alone, and a damaged file lets nobody in', async () => {
  await paired()
  const file = join(directory, 'webrtc-peers.json')
  expect(statSync(join(directory, 'webrtc.key')).mode & 0o777).toBe(0o600)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  writeFileSync(file, '{"version":1,"peers":[{"id":"x","key":"y","name":"z","pairedAt":0}]}')
  expect(() => openPairing(directory, HUB_ID)).toThrow(/is damaged: remove it and pair your devices again/)
})

test('A mistake in what takes a signal ends that connection, and not the process: the library would', async () => {
  toDevice = () => {
    throw new Error('the signalling channel is broken')
  }
  connect('a', new Device(pairing.codes.renew().url))
  await eventually(() => expect(heard.refused).toContain('undefined: the signalling channel is broken'))
})
