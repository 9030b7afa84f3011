import { expect, test } from 'vitest'
import { Responder, type Secured } from '../../../hub/webrtc/handshake.ts'
import { generateKeys, keysFrom } from '../../../hub/webrtc/x25519.ts'
import { Initiator } from './support/initiator.ts'

/** Keys of 32 equal bytes, as the known answers were made with. */
const fixed = (byte: number) => keysFrom(Buffer.alloc(32, byte))
const text = (value: string) => Buffer.from(value)

function pair(changes: { initiator?: object; responder?: object } = {}) {
  const hub = generateKeys()
  const common = { prologue: text('same'), secret: Buffer.alloc(32, 7) }
  return {
    initiator: new Initiator({ ...common, keys: generateKeys(), responder: hub.public, ...changes.initiator }),
    responder: new Responder({ ...common, keys: hub, ...changes.responder }),
  }
}

function shake({ initiator, responder }: ReturnType<typeof pair>): { peer: Secured; hub: Secured; payload: Buffer } {
  const { message, secured: peer } = initiator.third(responder.second(initiator.first()), text('phone'))
  const { payload, secured: hub } = responder.finish(message)
  return { peer, hub, payload }
}

test('Handshake and records are, byte for byte, those of another implementation of Noise XKpsk3', () => {
  const common = {
    prologue: text('botster test prologue'),
    secret: Buffer.from(Array.from({ length: 32 }, (_, i) => i)),
  }
  const hub = fixed(2)
  const initiator = new Initiator({ ...common, keys: fixed(1), responder: hub.public, ephemeral: fixed(3) })
  const responder = new Responder({ ...common, keys: hub, ephemeral: fixed(4) })
  const first = initiator.first()
  const second = responder.second(first)
  const { message: third, secured: peer } = initiator.third(second, text('payload'))
  expect([first, second, third].map((message) => message.toString('hex'))).toEqual([
    '5dfedd3b6bd47f6fa28ee15d969d5bb0ea53774d488bdaf9df1c6e0124b3ef22dc12c5468de9d8114f435b2313ab5ca5',
    'ac01b2209e86354fb853237b5de0f4fab13c7fcbf433a61c019369617fecf10bdc831374a424d8352c1755c1e304cc73',
    '8214688b0ea71b5477b408add0b4022055faa598d1a9da5804c4391cfa832a83c6a47f00359c6f828f946c8fac46dc10' +
      '36f2449e0f1d46581ea548a5e6a798a9f2c44a833b2232',
  ])
  const { secured } = responder.finish(third)
  expect(secured.hash.toString('hex')).toBe('a927323741f0280bc2f531086cadb3af73db45522fa4a05a9547b7f76c0b06ed')
  expect(peer.send.encrypt(text('one')).toString('hex')).toBe('79dea48e4e99bd68286e4424f2224193b738e7')
  expect(peer.send.encrypt(text('two')).toString('hex')).toBe('e75ffc75ff9455b97aef577dca7f995ed9e826')
  expect(secured.send.encrypt(text('back')).toString('hex')).toBe('2889445e0679bf762dda3f10c2090e460fea977c')
})

test('Both sides learn the other’s key, and records go both ways', () => {
  const keys = generateKeys()
  const { peer, hub, payload } = shake(pair({ initiator: { keys } }))
  expect(payload.toString()).toBe('phone')
  expect(hub.remote).toEqual(keys.public)
  expect(hub.hash).toEqual(peer.hash)
  expect(hub.receive.decrypt(peer.send.encrypt(text('hello'))).toString()).toBe('hello')
  expect(peer.receive.decrypt(hub.send.encrypt(text('welcome'))).toString()).toBe('welcome')
})

test('Another prologue, secret or hub key ends the handshake', () => {
  expect(() => shake(pair({ initiator: { prologue: text('other') } }))).toThrow()
  expect(() => shake(pair({ initiator: { secret: Buffer.alloc(32) } }))).toThrow()
  expect(() => shake(pair({ responder: { keys: generateKeys() } }))).toThrow()
})

test('A key that is no point worth agreeing with is refused', () => {
  const { responder } = pair()
  expect(() => responder.second(Buffer.alloc(48))).toThrow()
})

test('A message that is cut anywhere is refused, and a changed bit anywhere', () => {
  const whole = pair()
  const first = whole.initiator.first()
  for (let length = 0; length < first.length; length++) {
    expect(() => pair().responder.second(first.subarray(0, length))).toThrow()
  }
  for (let bit = 0; bit < first.length * 8; bit += 5) {
    const { initiator, responder } = pair()
    const changed = initiator.first()
    changed[bit >> 3]! ^= 1 << (bit & 7)
    expect(() => initiator.third(responder.second(changed), text(''))).toThrow()
  }
  const { initiator, responder } = pair()
  const { message } = initiator.third(responder.second(initiator.first()), text('x'))
  message[message.length - 1]! ^= 1
  expect(() => responder.finish(message)).toThrow()
})

test('A record that is repeated, left out, or comes back to its sender is refused', () => {
  const records = () => {
    const { peer, hub } = shake(pair())
    return { peer, hub, first: peer.send.encrypt(text('1')), second: peer.send.encrypt(text('2')) }
  }
  const repeated = records()
  repeated.hub.receive.decrypt(repeated.first)
  expect(() => repeated.hub.receive.decrypt(repeated.first)).toThrow()
  const skipped = records()
  expect(() => skipped.hub.receive.decrypt(skipped.second)).toThrow()
  const reflected = records()
  expect(() => reflected.peer.receive.decrypt(reflected.first)).toThrow()
})
