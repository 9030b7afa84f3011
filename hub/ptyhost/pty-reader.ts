import type { ReadStream } from 'node:tty'

/**
 * Bytes read at a time: what the kernel keeps ready of a PTY's output (N_TTY_BUF_SIZE - 1). A read that fills the
 * buffer is followed by the next at once, without a turn of the event loop in between.
 */
const READ_BYTES = 4095

/** Of a stream that was made with the option `onread` of net.Socket, which node-pty does not pass on. */
interface StreamInternals {
  readonly _handle?: { readonly useUserBuffer?: (this: unknown, buffer: Uint8Array) => void }
  [symbol: symbol]: unknown
}

/**
 * Has a stream read into one buffer, again and again, instead of allocating 64 KiB for each read: collecting those
 * takes a quarter of the time of a flood.
 * @param onData its argument is valid until it returns
 * @returns false when this Node keeps its streams in another way, and nothing was changed
 */
export function readIntoOneBuffer(stream: ReadStream, onData: (data: Buffer) => void): boolean {
  const internals = stream as unknown as StreamInternals
  const readInto = internals._handle?.useUserBuffer
  const symbols = Object.getOwnPropertySymbols(stream)
  const buffer = symbols.find(({ description }) => description === 'kBuffer')
  const callback = symbols.find(({ description }) => description === 'kBufferCb')
  if (buffer === undefined || callback === undefined || readInto === undefined) return false
  const bytes = Buffer.allocUnsafeSlow(READ_BYTES)
  internals[buffer] = bytes
  internals[callback] = (length: number) => {
    onData(bytes.subarray(0, length))
    return true
  }
  readInto.call(internals._handle, bytes)
  return true
}
