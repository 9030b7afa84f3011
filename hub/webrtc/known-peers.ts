import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import * as z from 'zod'
import { KEY_BYTES } from './x25519.ts'

const knownPeer = z.object({
  /** {@link peerId} of the key. */
  id: z.string(),
  /** Its long-term public key, base64url. */
  key: z.string().refine((key) => Buffer.from(key, 'base64url').length === KEY_BYTES, 'expected an X25519 key'),
  /** What the device calls itself. */
  name: z.string(),
  /** Milliseconds since the epoch. */
  pairedAt: z.number(),
})
export type KnownPeer = z.infer<typeof knownPeer>
const file = z.object({ version: z.literal(1), peers: z.array(knownPeer) })

/** What a peer is called everywhere: 32 hex digits of its key's sha256. Nobody else can have it without that key. */
export function peerId(key: Uint8Array): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 32)
}

/** The devices that were paired with this hub, in a file of mode 0600 that is written whole or not at all. */
export class KnownPeers {
  readonly #path: string
  readonly #peers: Map<string, KnownPeer>

  /** @throws Error when the file cannot be read or is damaged: nobody is let in by mistake */
  constructor(path: string) {
    this.#path = path
    this.#peers = new Map(read(path).map((peer) => [peer.id, peer]))
  }

  list(): KnownPeer[] {
    return [...this.#peers.values()]
  }

  has(id: string): boolean {
    return this.#peers.has(id)
  }

  /** Written before it returns. @throws Error when it cannot be written; the device is then not known */
  add(key: Uint8Array, name: string): KnownPeer {
    const id = peerId(key)
    const peer = { id, key: Buffer.from(key).toString('base64url'), name, pairedAt: Date.now() }
    this.#write([...this.#peers.values()].filter((other) => other.id !== id).concat(peer))
    this.#peers.set(id, peer)
    return peer
  }

  /** Returns whether it was known. @throws Error when it cannot be written */
  remove(id: string): boolean {
    if (!this.#peers.has(id)) return false
    this.#write([...this.#peers.values()].filter((other) => other.id !== id))
    return this.#peers.delete(id)
  }

  #write(peers: KnownPeer[]): void {
    mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 })
    const draft = `${this.#path}.${process.pid}.${randomBytes(4).toString('hex')}`
    try {
      writeFileSync(draft, `${JSON.stringify({ version: 1, peers }, undefined, 2)}\n`, { mode: 0o600, flag: 'wx' })
      renameSync(draft, this.#path)
    } finally {
      rmSync(draft, { force: true })
    }
  }
}

function read(path: string): KnownPeer[] {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
  try {
    return file.parse(JSON.parse(text)).peers
  } catch (cause) {
    throw new Error(`${path} is damaged: remove it and pair your devices again`, { cause })
  }
}
