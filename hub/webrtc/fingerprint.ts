/** `a=fingerprint:` of RFC 8122: the hash, and the certificate's in pairs of hex digits. */
const FINGERPRINT = /^a=fingerprint:(\S+) ([0-9a-f:]+)\s*$/gim
const SHA256_BYTES = 32

/**
 * The sha-256 of the DTLS certificate that a session description names, as raw bytes; undefined when it names none,
 * several, or one by another hash.
 */
export function certificateOf(sdp: string): Buffer | undefined {
  const found = [...sdp.matchAll(FINGERPRINT)].map(([, algorithm, value]) => `${algorithm} ${value}`.toLowerCase())
  const [only, ...others] = new Set(found)
  if (only === undefined || others.length > 0) return undefined
  const [algorithm, value] = only.split(' ')
  return algorithm === 'sha-256' ? fingerprintBytes(value!) : undefined
}

/** Raw bytes of a fingerprint in pairs of hex digits; undefined when it is no sha-256. */
export function fingerprintBytes(value: string): Buffer | undefined {
  const bytes = Buffer.from(value.replaceAll(':', ''), 'hex')
  return bytes.length === SHA256_BYTES ? bytes : undefined
}
