import { join } from 'node:path'
import { readOrCreateKey } from '../ptyhost/key.ts'
import { ConnectionCodes } from './connection-code.ts'
import { KnownPeers } from './known-peers.ts'
import { type KeyPair, keysFrom } from './x25519.ts'

/** Who this hub is to devices, and who they are to it. */
export interface Pairing {
  readonly hubId: string
  /** The hub's long-term keys. */
  readonly keys: KeyPair
  readonly known: KnownPeers
  readonly codes: ConnectionCodes
}

/**
 * Reads what the hub keeps below its own directory, mode 0600, and makes its key the first time.
 * @throws Error when a file is damaged or cannot be read or written.
 */
export function openPairing(directory: string, hubId: string): Pairing {
  const path = join(directory, 'webrtc.key')
  const secret = Buffer.from(readOrCreateKey(path), 'base64url')
  const keys = keysFrom(secret)
  const known = new KnownPeers(join(directory, 'webrtc-peers.json'))
  return { hubId, keys, known, codes: new ConnectionCodes({ hubId, hubKey: keys.public }) }
}
