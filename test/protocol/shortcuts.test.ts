// What is read and written by hand is the same as msgpackr and the schemas make of it, or is left to them.
import { beforeEach, expect, test } from 'vitest'
import { decodeBody, encodeFrame, HEADER_BYTES } from '../../protocol/frame.ts'
import { ptyhostProtocol } from '../../protocol/messages/ptyhost.ts'

const { toServer, toClient, shortcuts } = ptyhostProtocol
const KINDS = [
  { type: 'frame', schema: toClient.frame, shortcut: shortcuts.toClient.frame },
  { type: 'input', schema: toServer.input, shortcut: shortcuts.toServer.input },
  { type: 'ack', schema: toServer.ack, shortcut: shortcuts.toServer.ack },
] as const

let random: () => number
// Each test has the same values whichever of them run, and in whatever order.
beforeEach(() => {
  random = seeded(7)
})
const below = (most: number) => Math.floor(random() * most)
const oneOf = <T>(values: readonly T[]): T => values[below(values.length)]!
/** Whole numbers on both sides of each border of msgpack's forms. */
const number = (most = 2 ** 32 - 1) =>
  Math.min(most, oneOf([0, 1, 127, 128, 255, 256, 65_535, 65_536, 2 ** 32 - 1, below(most)]))
const bytes = () => Buffer.from(Array.from({ length: oneOf([0, 1, 3, 31, 255, 256, 300]) }, () => below(256)))

const MAKERS: Record<string, () => Record<string, unknown>> = {
  frame: () => ({
    type: 'frame',
    view: number(),
    seq: number(),
    cols: 1 + number(1999),
    rows: 1 + number(999),
    full: false,
    lines: Array.from({ length: oneOf([0, 1, 2, 15, 16, 40]) }, (_, y) => [y, bytes()]),
    cursor: { x: number(), y: number(), visible: random() < 0.5, shape: below(7) },
    history: { epoch: number(), first: number(), lines: number() },
  }),
  input: () => ({ type: 'input', session: 's'.repeat(oneOf([1, 31, 32, 128])), data: bytes() }),
  ack: () => ({ type: 'ack', view: number(), seq: number() }),
}

const body = (message: unknown) => encodeFrame(message).subarray(HEADER_BYTES)
/** What arrives the usual way; undefined when that is refused. */
function usual(schema: (typeof KINDS)[number]['schema'], received: Buffer): unknown {
  try {
    const message = decodeBody(received) as { type: string }
    const parsed = schema.safeParse(message)
    return parsed.success ? { ...parsed.data, type: message.type } : undefined
  } catch {
    return undefined
  }
}

test.each(KINDS)(
  '$type is written as msgpackr writes it, and read as the schema reads it',
  ({ type, schema, shortcut }) => {
    for (let round = 0; round < 500; round++) {
      const message = MAKERS[type]!()
      const frame = shortcut.write(message as never)
      expect(frame).toBeDefined()
      expect(frame!.readUInt32LE(0)).toBe(frame!.length - HEADER_BYTES)
      expect(decodeBody(frame!.subarray(HEADER_BYTES))).toEqual(decodeBody(body(message)))
      expect(shortcut.read(frame!.subarray(HEADER_BYTES))).toEqual(usual(schema, body(message)))
    }
  },
)

test.each(KINDS)('$type with anything unusual is left to them', ({ type, schema, shortcut }) => {
  const message = MAKERS[type]!()
  for (const [name, value] of UNUSUAL[type]!) {
    const unusual = { ...message, [name]: value }
    const written = shortcut.write(unusual as never)
    const read = written === undefined ? undefined : shortcut.read(written.subarray(HEADER_BYTES))
    if (read !== undefined) expect(read, name).toEqual(usual(schema, body(unusual)))
    expect(shortcut.read(body(unusual)), name).toBeUndefined()
  }
})

const UNUSUAL: Record<string, [string, unknown][]> = {
  frame: [
    ['full', true],
    ['title', 'x'],
    ['modes', {}],
    ['links', []],
    ['more', 1],
    ['view', -1],
    ['seq', 0.5],
    ['seq', 2 ** 32],
    ['cols', 0],
    ['cols', 2001],
    ['rows', 0],
    ['rows', 1001],
    ['lines', [[-1, Buffer.from('x')]]],
    ['cursor', { x: 0, y: 0, visible: true, shape: 7 }],
    ['cursor', { x: -1, y: 0, visible: true, shape: 0 }],
    ['history', { epoch: -1, first: 0, lines: 0 }],
  ],
  input: [
    ['session', ''],
    ['session', 's'.repeat(129)],
    ['session', 'ä'],
    ['origin', { kind: 'person' }],
    ['more', 1],
  ],
  ack: [
    ['view', -1],
    ['seq', 1.5],
    ['seq', '1'],
    ['more', 1],
  ],
}

test.each(KINDS)(
  '$type that was damaged is read as the schema reads it, or not at all',
  ({ type, schema, shortcut }) => {
    let read = 0
    for (let round = 0; round < 5000; round++) {
      const damaged = Buffer.from(shortcut.write(MAKERS[type]!() as never)!.subarray(HEADER_BYTES))
      for (let times = 1 + below(3); times > 0; times--) damaged[below(damaged.length)] = below(256)
      const cut = random() < 0.2 ? damaged.subarray(0, below(damaged.length)) : damaged
      const message = shortcut.read(cut)
      if (message === undefined) continue
      read++
      expect(message).toEqual(usual(schema, cut))
    }
    expect(read).toBeGreaterThan(0)
  },
)

function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}
