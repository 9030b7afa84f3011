/** Bodies as they were before the server compressed them (RFC 9110, section 8.4). */
import { promisify } from 'node:util'
import { failed, type NetworkResult } from './failure.ts'

/** What we say we take. */
export const ACCEPTED_ENCODINGS = 'gzip, deflate, br'

/** Encodings upon encodings: nobody means more than two. */
const MOST_ENCODINGS = 4

type Decoder = (body: Uint8Array, options: { maxOutputLength: number }) => Promise<Buffer>

/**
 * Undoes every encoding of `contentEncoding`, at most `maxBytes` long in any state. An encoding that we do not know
 * leaves the body as it came: `decoded` is false.
 */
export async function decodeContent(
  body: Uint8Array,
  contentEncoding: string | undefined,
  maxBytes: number,
): Promise<NetworkResult<{ readonly body: Uint8Array; readonly decoded: boolean }>> {
  const names = (contentEncoding ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'identity')
  if (names.length === 0 || body.length === 0) return { ok: true, value: { body, decoded: false } }
  const known = decoders()
  const isKnown = names.length <= MOST_ENCODINGS && names.every((name) => Object.hasOwn(known, name))
  if (!isKnown) return { ok: true, value: { body, decoded: false } }
  let decoded = body
  for (const name of names.reverse()) {
    try {
      decoded = await known[name]!(decoded, { maxOutputLength: Math.max(1, maxBytes) })
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      if (code === 'ERR_BUFFER_TOO_LARGE') return tooLarge(maxBytes)
      return failed('encoding', `encoding: the body is not whole, or not ${name} as it claims (${message})`)
    }
  }
  return decoded.length > maxBytes ? tooLarge(maxBytes) : { ok: true, value: { body: decoded, decoded: true } }
}

/** The failure of a body that is longer than wanted. */
export function tooLarge(maxBytes: number) {
  return failed('too_large', `too large: the body has more than ${maxBytes} bytes (max_bytes)`)
}

function decoders(): Readonly<Record<string, Decoder>> {
  // Not imported: a bundle would load it at every start, for hubs that never speak HTTP.
  const zlib = process.getBuiltinModule('node:zlib')
  const gzip = promisify(zlib.gunzip) as Decoder
  return {
    gzip,
    'x-gzip': gzip,
    br: promisify(zlib.brotliDecompress) as Decoder,
    deflate: (body, options) =>
      // By the letter with a zlib header; some servers send it bare.
      (promisify(((body[0] ?? 0) & 0x0f) === 8 ? zlib.inflate : zlib.inflateRaw) as Decoder)(body, options),
  }
}
