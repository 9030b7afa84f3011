/** msgpack by hand, for messages of which every byte is known beforehand but the values. */
import { HEADER_BYTES, MAX_FRAME_BYTES } from './frame.ts'

const FALSE = 0xc2
const BIN8 = 0xc4
const UINT8 = 0xcc
const UINT16 = 0xcd
const UINT32 = 0xce
const STR8 = 0xd9
const ARRAY16 = 0xdc
const FIX_STRING = 0xa0
const FIX_ARRAY = 0x90
/** What a single byte of length or number can say in each form. */
const MOST_FIX = { number: 0x7f, text: 0x1f, array: 0x0f } as const
const EMPTY = Buffer.alloc(0)

/** Bytes that stand between values: names of fields, and how many there are. */
export function packed(latin1: string): Uint8Array {
  return Buffer.from(latin1, 'latin1')
}

/** Writes one message, with the header of its length. It fails as a whole: {@link frame} gives nothing then. */
export class PackWriter {
  readonly #buffer: Buffer
  #at = HEADER_BYTES
  #failed = false

  /** @param size bytes that the body may have */
  constructor(size: number) {
    this.#buffer = Buffer.allocUnsafe(HEADER_BYTES + size)
  }

  raw(bytes: Uint8Array): this {
    const buffer = this.#buffer
    let at = this.#at
    for (let i = 0; i < bytes.length; i++) buffer[at++] = bytes[i]!
    this.#at = at
    return this
  }

  /** A whole number from 0 to 2³² − 1. */
  uint(value: number): this {
    const buffer = this.#buffer
    if (value >>> 0 !== value) this.#failed = true
    else if (value <= MOST_FIX.number) buffer[this.#at++] = value
    else if (value <= 0xff) {
      buffer[this.#at++] = UINT8
      buffer[this.#at++] = value
    } else if (value <= 0xffff) {
      buffer[this.#at++] = UINT16
      buffer[this.#at++] = value >> 8
      buffer[this.#at++] = value
    } else {
      buffer[this.#at++] = UINT32
      this.#at = buffer.writeUInt32BE(value, this.#at)
    }
    return this
  }

  boolean(value: boolean): this {
    this.#buffer[this.#at++] = FALSE + (value ? 1 : 0)
    return this
  }

  /** The beginning of an array. */
  array(length: number): this {
    if (length <= MOST_FIX.array) {
      this.#buffer[this.#at++] = FIX_ARRAY | length
      return this
    }
    this.#buffer[this.#at++] = ARRAY16
    this.#at = this.#buffer.writeUInt16BE(Math.min(length, 0xffff), this.#at)
    this.#failed ||= length > 0xffff
    return this
  }

  bytes(value: Uint8Array): this {
    const { length } = value
    const buffer = this.#buffer
    if (length <= 0xff) {
      buffer[this.#at++] = BIN8
      buffer[this.#at++] = length
    } else if (length <= 0xffff) {
      buffer[this.#at++] = BIN8 + 1
      this.#at = buffer.writeUInt16BE(length, this.#at)
    } else {
      buffer[this.#at++] = BIN8 + 2
      this.#at = buffer.writeUInt32BE(length, this.#at)
    }
    buffer.set(value, this.#at)
    this.#at += length
    return this
  }

  /** ASCII of at most 255 signs. */
  text(value: string): this {
    const { length } = value
    const buffer = this.#buffer
    if (length <= MOST_FIX.text) buffer[this.#at++] = FIX_STRING | length
    else {
      buffer[this.#at++] = STR8
      buffer[this.#at++] = length
    }
    for (let i = 0; i < length; i++) {
      const code = value.charCodeAt(i)
      if (code > 0x7f) this.#failed = true
      buffer[this.#at++] = code
    }
    return this
  }

  /** Header and body; undefined if something could not be written, or all of it is too long. */
  frame(): Buffer | undefined {
    const length = this.#at - HEADER_BYTES
    if (this.#failed || length > MAX_FRAME_BYTES) return undefined
    this.#buffer.writeUInt32LE(length, 0)
    return this.#buffer.subarray(0, this.#at)
  }
}

/** Reads one body. It fails as a whole: once something else is met than was asked for, values are worthless. */
export class PackReader {
  readonly #body: Buffer
  #at = 0
  failed = false

  constructor(body: Buffer) {
    this.#body = body
  }

  /** Whether all was as asked for, and nothing is left. */
  get ended(): boolean {
    return !this.failed && this.#at === this.#body.length
  }

  raw(expected: Uint8Array): this {
    const body = this.#body
    const start = this.#at
    for (let i = 0; i < expected.length; i++) {
      if (body[start + i] === expected[i]) continue
      this.failed = true
      return this
    }
    this.#at = start + expected.length
    return this
  }

  uint(): number {
    const kind = this.#byte()
    if (kind <= MOST_FIX.number) return kind
    if (kind === UINT8) return this.#byte()
    if (kind === UINT16) return this.#wide(2)
    if (kind === UINT32) return this.#wide(4)
    return this.#fail()
  }

  boolean(): boolean {
    const kind = this.#byte()
    if (kind !== FALSE && kind !== FALSE + 1) this.#fail()
    return kind !== FALSE
  }

  /** The length of an array. */
  array(): number {
    const kind = this.#byte()
    if (kind >> 4 === FIX_ARRAY >> 4) return kind & MOST_FIX.array
    return kind === ARRAY16 ? this.#wide(2) : this.#fail()
  }

  bytes(): Uint8Array {
    const kind = this.#byte()
    const length = kind < BIN8 || kind > BIN8 + 2 ? this.#fail() : this.#wide(1 << (kind - BIN8))
    return this.#take(length)
  }

  /** ASCII of at most 255 signs. */
  text(): string {
    const kind = this.#byte()
    const length = kind >> 5 === FIX_STRING >> 5 ? kind & MOST_FIX.text : kind === STR8 ? this.#byte() : this.#fail()
    const taken = this.#take(length)
    for (let i = 0; i < taken.length; i++) if (taken[i]! > 0x7f) this.#fail()
    return taken.toString('latin1')
  }

  #take(length: number): Buffer {
    const end = this.#at + length
    if (this.failed || end > this.#body.length) {
      this.#fail()
      return EMPTY
    }
    const taken = this.#body.subarray(this.#at, end)
    this.#at = end
    return taken
  }

  #byte(): number {
    const byte = this.#body[this.#at++]
    return byte === undefined ? this.#fail() : byte
  }

  #wide(bytes: number): number {
    let value = 0
    for (let i = 0; i < bytes; i++) value = value * 0x100 + this.#byte()
    return value
  }

  #fail(): 0 {
    this.failed = true
    return 0
  }
}
