import { createCipheriv, createDecipheriv, createHash, hkdfSync } from 'node:crypto'

/** Bytes that encryption adds: the tag of AES-GCM. */
export const TAG_BYTES = 16
const HASH_BYTES = 32
const NONCE_BYTES = 12
const EMPTY = Buffer.alloc(0)

/** One direction's key with its counter: Noise's CipherState with AESGCM. A record can be read once, and in order only. */
export class Cipher {
  readonly #key: Buffer
  #counter = 0n

  constructor(key: Buffer) {
    this.#key = key
  }

  encrypt(plain: Uint8Array, associated: Uint8Array = EMPTY): Buffer {
    const cipher = createCipheriv('aes-256-gcm', this.#key, this.#nonce())
    cipher.setAAD(associated)
    return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()])
  }

  /** @throws Error for what was changed, repeated, left out, or encrypted with another key */
  decrypt(sealed: Uint8Array, associated: Uint8Array = EMPTY): Buffer {
    if (sealed.length < TAG_BYTES) throw new Error('a record is shorter than its tag')
    const end = sealed.length - TAG_BYTES
    const decipher = createDecipheriv('aes-256-gcm', this.#key, this.#nonce(), { authTagLength: TAG_BYTES })
    decipher.setAAD(associated)
    decipher.setAuthTag(sealed.subarray(end))
    return Buffer.concat([decipher.update(sealed.subarray(0, end)), decipher.final()])
  }

  /** 32 zero bits and the counter as 64 bits, most significant first. */
  #nonce(): Buffer {
    const nonce = Buffer.alloc(NONCE_BYTES)
    nonce.writeBigUInt64BE(this.#counter++, NONCE_BYTES - 8)
    return nonce
  }
}

/** What both sides of a handshake have in common so far: Noise's SymmetricState with SHA256 and AESGCM. */
export class SharedState {
  #hash: Buffer
  #chain: Buffer
  #cipher: Cipher | undefined

  /** @param name of the Noise protocol, of exactly 32 bytes (another length would have to be hashed or padded) */
  constructor(name: string) {
    this.#hash = Buffer.from(name, 'ascii')
    if (this.#hash.length !== HASH_BYTES) throw new Error(`${name} has not ${HASH_BYTES} bytes`)
    this.#chain = this.#hash
  }

  /** Of everything that was said and mixed so far. */
  get hash(): Buffer {
    return this.#hash
  }

  mixHash(data: Uint8Array): void {
    this.#hash = createHash('sha256').update(this.#hash).update(data).digest()
  }

  mixKey(material: Uint8Array): void {
    const [chain, key] = this.#derive(material, 2)
    this.#chain = chain!
    this.#cipher = new Cipher(key!)
  }

  mixKeyAndHash(material: Uint8Array): void {
    const [chain, hash, key] = this.#derive(material, 3)
    this.#chain = chain!
    this.mixHash(hash!)
    this.#cipher = new Cipher(key!)
  }

  encryptAndHash(plain: Uint8Array): Buffer {
    const sealed = this.#keyed.encrypt(plain, this.#hash)
    this.mixHash(sealed)
    return sealed
  }

  /** @throws Error when the other side's state is another one */
  decryptAndHash(sealed: Uint8Array): Buffer {
    const plain = this.#keyed.decrypt(sealed, this.#hash)
    this.mixHash(sealed)
    return plain
  }

  /** The keys of both directions: the first is the initiator's to send with. */
  split(): [Cipher, Cipher] {
    const [first, second] = this.#derive(EMPTY, 2)
    return [new Cipher(first!), new Cipher(second!)]
  }

  /** In our pattern a key is mixed before anything is encrypted. */
  get #keyed(): Cipher {
    if (this.#cipher === undefined) throw new Error('nothing was agreed on yet')
    return this.#cipher
  }

  #derive(material: Uint8Array, count: number): Buffer[] {
    const all = Buffer.from(hkdfSync('sha256', material, this.#chain, EMPTY, count * HASH_BYTES))
    return Array.from({ length: count }, (_, i) => all.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES))
  }
}
