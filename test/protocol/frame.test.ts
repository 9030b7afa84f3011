import { expect, test } from 'vitest'
import { encodeFrame, FrameDecoder, FramingError, MAX_FRAME_BYTES } from '../../protocol/frame.ts'

function decodeAll(chunks: Iterable<Buffer>): unknown[] {
  const decoder = new FrameDecoder()
  const messages: unknown[] = []
  for (const chunk of chunks) messages.push(...decoder.push(chunk))
  return messages
}

const MESSAGES = [
  { type: 'hello', text: 'é日👨‍👩‍👧', number: 2 ** 40, float: 0.5, negative: -7, nothing: null, yes: true },
  { bytes: Buffer.from([0, 255, 128]), list: [1, [2, [3]]], empty: {}, long: 'x'.repeat(70_000) },
  7,
  '',
  [],
]

test('messages arrive as they were sent, wherever the stream is cut', () => {
  const stream = Buffer.concat(MESSAGES.map(encodeFrame))
  for (const size of [1, 2, 3, 5, 7, 64, 1000, stream.length]) {
    const chunks: Buffer[] = []
    for (let at = 0; at < stream.length; at += size) chunks.push(stream.subarray(at, at + size))
    expect(decodeAll(chunks), `in pieces of ${size}`).toEqual(MESSAGES)
  }
})

test('a half frame waits for its other half', () => {
  const frame = encodeFrame({ type: 'x' })
  const decoder = new FrameDecoder()
  expect([...decoder.push(frame.subarray(0, 2))]).toEqual([])
  expect([...decoder.push(frame.subarray(2, 6))]).toEqual([])
  expect([...decoder.push(Buffer.concat([frame.subarray(6), frame]))]).toEqual([{ type: 'x' }, { type: 'x' }])
})

test('a length of 4 GB is refused before anything is allocated for it', () => {
  const before = process.memoryUsage().rss
  expect(() => decodeAll([Buffer.from([0xff, 0xff, 0xff, 0xff])])).toThrow(FramingError)
  expect(() => decodeAll([Buffer.from([0x01, 0x00, 0x00, 0x01, 0x00])])).toThrow(/exceeds the limit/)
  expect(process.memoryUsage().rss - before).toBeLessThan(50 << 20)
})

test('a message over the limit is not sent either', () => {
  expect(() => encodeFrame({ data: Buffer.alloc(MAX_FRAME_BYTES) })).toThrow(FramingError)
})

test('what is not msgpack is a framing error, also when it asks for absurd amounts of memory', () => {
  const framed = (...body: number[]) => {
    const frame = Buffer.alloc(4 + body.length)
    frame.writeUInt32LE(body.length)
    frame.set(body, 4)
    return frame
  }
  const bad = [
    [],
    [0xc1, 0xc1],
    [0xa5, 0x61], // a text that ends early
    [0xdd, 0xff, 0xff, 0xff, 0xff], // an array of 4 billion
    [0xdf, 0xff, 0xff, 0xff, 0xff], // a map of 4 billion
    [0xc6, 0xff, 0xff, 0xff, 0xff], // 4 GB of bytes
    [0xc9, 0xff, 0xff, 0xff, 0xff, 0x01], // an extension of 4 GB
    [0x01, 0x02], // two values
    Array.from({ length: 100_000 }, () => 0x91), // arrays in arrays in arrays
    Array.from({ length: 1000 }, () => [0xdd, 0x00, 0x98, 0x96, 0x80]).flat(), // arrays of ten million in one another
  ]
  for (const body of bad) expect(() => decodeAll([framed(...body)]), String(body.slice(0, 8))).toThrow(FramingError)
})

test('random bytes never throw anything but a framing error', () => {
  let seed = 42
  const random = () => {
    seed = (seed * 1103515245 + 12345) & 0x7fffffff
    return seed >> 8
  }
  for (let round = 0; round < 20_000; round++) {
    const body = Buffer.from(Array.from({ length: random() % 40 }, () => random() & 0xff))
    const frame = Buffer.alloc(4 + body.length)
    frame.writeUInt32LE(body.length)
    frame.set(body, 4)
    try {
      decodeAll([frame])
    } catch (error) {
      expect(error).toBeInstanceOf(FramingError)
    }
  }
})

test('a message cannot touch the prototype of objects', () => {
  // {"__proto__": {"polluted": true}}
  const body = Buffer.from([0x81, 0xa9, ...Buffer.from('__proto__'), 0x81, 0xa8, ...Buffer.from('polluted'), 0xc3])
  const frame = Buffer.concat([Buffer.from([body.length, 0, 0, 0]), body])
  const [message] = decodeAll([frame])
  expect(Object.getPrototypeOf(message)).toBe(Object.prototype)
  expect((message as { polluted?: boolean }).polluted).toBeUndefined()
})
