// Without the package's native part (`msgpackr` alone loads it, and what runs programs with it: 10 ms of every start):
// it is faster only for messages full of long texts, and ours carry screens as bytes.
import { Packr, Unpackr } from 'msgpackr/pack'

/** Bytes a message may have. A screen of 500×200 dense cells is under 3 MiB; more than this is a broken peer. */
export const MAX_FRAME_BYTES = 16 << 20
export const HEADER_BYTES = 4

/** The peer broke the framing or sent what is not msgpack: nothing after it on this connection can be trusted. */
export class FramingError extends Error {
  override name = 'FramingError'
}

// useRecords: false keeps every frame self-contained and readable by any msgpack library.
const packr = new Packr({ useRecords: false, encodeUndefinedAsNil: false })
const unpackr = new Unpackr({ useRecords: false })

/**
 * Encodes a message as u32 little-endian length and msgpack.
 * @throws FramingError when it would exceed {@link MAX_FRAME_BYTES}.
 */
export function encodeFrame(message: unknown): Buffer {
  const body = packr.pack(message)
  if (body.length > MAX_FRAME_BYTES) {
    throw new FramingError(`a message of ${body.length} bytes exceeds the limit of ${MAX_FRAME_BYTES}`)
  }
  const frame = Buffer.allocUnsafe(HEADER_BYTES + body.length)
  frame.writeUInt32LE(body.length, 0)
  frame.set(body, HEADER_BYTES)
  return frame
}

/** Cuts a byte stream into messages; keeps what is incomplete until the rest arrives. */
export class FrameDecoder {
  #chunks: Buffer[] = []
  #buffered = 0
  #needed = HEADER_BYTES

  /**
   * Calls back with the body of every message that `chunk` completes, in order.
   * @throws FramingError on a length above the limit
   */
  split(chunk: Buffer, each: (body: Buffer) => void): void {
    this.#chunks.push(chunk)
    this.#buffered += chunk.length
    while (this.#buffered >= this.#needed) {
      const data = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks)
      const length = data.readUInt32LE(0)
      if (length > MAX_FRAME_BYTES) {
        throw new FramingError(`a frame of ${length} bytes exceeds the limit of ${MAX_FRAME_BYTES}`)
      }
      const end = HEADER_BYTES + length
      if (data.length < end) {
        this.#chunks = [data]
        this.#needed = end
        return
      }
      const rest = data.length > end ? data.subarray(end) : undefined
      this.#chunks = rest === undefined ? [] : [rest]
      this.#buffered = rest === undefined ? 0 : rest.length
      this.#needed = HEADER_BYTES
      each(data.subarray(HEADER_BYTES, end))
    }
  }

  /** The messages that `chunk` completes. @throws FramingError as {@link split} and {@link decodeBody} do */
  push(chunk: Buffer): unknown[] {
    const messages: unknown[] = []
    this.split(chunk, (body) => messages.push(decodeBody(body)))
    return messages
  }
}

/** @throws FramingError when it is not msgpack */
export function decodeBody(body: Buffer): unknown {
  try {
    return unpackr.unpack(body)
  } catch (cause) {
    throw new FramingError(`a frame of ${body.length} bytes is not msgpack`, { cause })
  }
}
