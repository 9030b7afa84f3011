import { createPrivateKey, createPublicKey, diffieHellman, generateKeyPairSync, type KeyObject } from 'node:crypto'

/** Bytes of a key, and of what two of them agree on. */
export const KEY_BYTES = 32

/** What comes before the raw bytes in the forms that node:crypto reads (RFC 8410). */
const PRIVATE_PREFIX = Buffer.from('302e020100300506032b656e04220420', 'hex')
const PUBLIC_PREFIX = Buffer.from('302a300506032b656e032100', 'hex')

/** A pair of X25519 keys (RFC 7748). */
export interface KeyPair {
  readonly secret: KeyObject
  /** The raw 32 bytes. */
  readonly public: Buffer
}

/** A new pair. */
export function generateKeys(): KeyPair {
  return pairOf(generateKeyPairSync('x25519').privateKey)
}

/** The pair of 32 raw secret bytes. @throws Error for another number of bytes */
export function keysFrom(secret: Uint8Array): KeyPair {
  if (secret.length !== KEY_BYTES) throw new Error(`an X25519 key has ${KEY_BYTES} bytes, not ${secret.length}`)
  return pairOf(createPrivateKey({ key: Buffer.concat([PRIVATE_PREFIX, secret]), format: 'der', type: 'pkcs8' }))
}

/** What the owner of `secret` and the owner of the other key's secret agree on. @throws Error for a key that is none */
export function agree(secret: KeyObject, publicKey: Uint8Array): Buffer {
  const key = Buffer.concat([PUBLIC_PREFIX, publicKey])
  return diffieHellman({ privateKey: secret, publicKey: createPublicKey({ key, format: 'der', type: 'spki' }) })
}

function pairOf(secret: KeyObject): KeyPair {
  const spki = createPublicKey(secret).export({ format: 'der', type: 'spki' })
  return { secret, public: spki.subarray(PUBLIC_PREFIX.length) }
}
