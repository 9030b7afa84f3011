/** Who is to be notified: one file for each subscription, so that several hubs never overwrite each other's. */
import { createHash, ECDH } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { bytePath } from '../../lua/modules/fs/paths.ts'
import { writeWhole } from '../../lua/modules/fs/write.ts'
import { httpUrl } from '../../lua/modules/web/request.ts'
import { type Outcome, refusal, success } from '../outcome.ts'
import { isKey } from './keys.ts'

/** Devices of one person: beyond this something subscribes in a loop. */
const MOST_SUBSCRIPTIONS = 100
const MOST_ENDPOINT_CHARACTERS = 2048

/** As browsers give it: PushSubscription.toJSON(). */
export interface PushSubscription {
  readonly endpoint: string
  readonly keys: {
    /** Public key, base64url. */
    readonly p256dh: string
    readonly auth: string
  }
}

export interface StoredSubscription extends PushSubscription {
  /** The beginning of the endpoint's hash: the same endpoint has the same id. */
  readonly id: string
  /** Milliseconds since 1970. */
  readonly createdAt: number
}

/** The subscriptions below a directory. Every method throws system errors. */
export class Subscriptions {
  readonly #directory: string

  constructor(directory: string) {
    this.#directory = join(directory, 'subscriptions')
  }

  /** Oldest first. A file that holds none is left out. */
  list(): StoredSubscription[] {
    return this.#names()
      .flatMap((name) => this.#read(name) ?? [])
      .toSorted((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1))
  }

  /** Keeps a subscription; one with the same endpoint is replaced. Refused: 'invalid', 'busy'. */
  add(given: PushSubscription): Outcome<StoredSubscription> {
    const problem = problemOf(given)
    if (problem !== undefined) return refusal('invalid', `this is no push subscription: ${problem}`)
    const id = idOf(given.endpoint)
    const names = this.#names()
    if (names.length >= MOST_SUBSCRIPTIONS && !names.includes(`${id}.json`)) {
      return refusal('busy', `busy: there are ${MOST_SUBSCRIPTIONS} subscriptions; remove some first`)
    }
    const { endpoint, keys } = given
    const stored = { id, endpoint, keys: { p256dh: keys.p256dh, auth: keys.auth }, createdAt: Date.now() }
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 })
    const text = Buffer.from(`${JSON.stringify(stored)}\n`)
    // 0600: whoever has the endpoint can write to the device.
    writeWhole(bytePath(this.#path(id)), text, { canWait: false, mode: 0o600, durable: true })
    return success(stored)
  }

  /** Removes one by id or endpoint; false when there was none. */
  remove(idOrEndpoint: string): boolean {
    const id = /^[0-9a-f]{16}$/.test(idOrEndpoint) ? idOrEndpoint : idOf(idOrEndpoint)
    try {
      unlinkSync(this.#path(id))
      return true
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
      throw error
    }
  }

  #names(): string[] {
    try {
      return readdirSync(this.#directory).filter((name) => /^[0-9a-f]{16}\.json$/.test(name))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
      throw error
    }
  }

  #read(name: string): StoredSubscription | undefined {
    try {
      const { endpoint, keys, createdAt } = JSON.parse(readFileSync(join(this.#directory, name), 'utf8'))
      const id = name.slice(0, -'.json'.length)
      return problemOf({ endpoint, keys }) === undefined
        ? { id, endpoint, keys, createdAt: Number(createdAt) }
        : undefined
    } catch {
      return undefined // removed meanwhile by another hub, or damaged
    }
  }

  #path(id: string): string {
    return join(this.#directory, `${id}.json`)
  }
}

function idOf(endpoint: string): string {
  return createHash('sha256').update(endpoint).digest('hex').slice(0, 16)
}

/** What is wrong with a subscription that somebody else sent. */
function problemOf({ endpoint, keys }: PushSubscription): string | undefined {
  if (typeof endpoint !== 'string' || endpoint.length > MOST_ENDPOINT_CHARACTERS) return 'its endpoint is no URL'
  const url = httpUrl(endpoint)
  // In the clear only on this machine, where tests are.
  if (url === undefined || (url.protocol === 'http:' && !isLoopback(url.hostname))) {
    return 'its endpoint is no https URL'
  }
  if (!isKey(keys?.p256dh, 65) || !isPoint(keys.p256dh)) return 'keys.p256dh is no public key'
  return isKey(keys.auth, 16) ? undefined : 'keys.auth is not 16 bytes in base64url'
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)
}

/** Whether the bytes are a point on the curve P-256: encrypting for any other would fail later. */
function isPoint(key: string): boolean {
  try {
    ECDH.convertKey(key, 'prime256v1', 'base64url', 'hex', 'compressed')
    return true
  } catch {
    return false
  }
}
