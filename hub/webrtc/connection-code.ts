import { createHash, randomBytes } from 'node:crypto'
import { KEY_BYTES } from './x25519.ts'

/** 128 bits: nobody guesses them, and the QR code stays small enough for a terminal of 24 rows. */
const SECRET_BYTES = 16
/** The first byte says how the hub's id is written at the end: as 16 raw bytes, or as text when it is not of hex digits. */
const FORMS = { raw: 1, text: 2 } as const
const RAW_HUB_ID = /^[0-9a-f]{32}$/
/** Milliseconds a code is good for: long enough to fetch the phone, short for a link that stays in a clipboard. */
const LIFETIME_MS = 15 * 60_000
/** A scheme of our own, for whoever has no web page that speaks to hubs. */
const DEFAULT_BASE = 'botster://connect'

/** One invitation: what a device needs to know of the hub, and what the hub lets it in for, once. */
export interface ConnectionCode {
  readonly url: string
  /** 32 bytes both sides make of the secret, for the handshake. */
  readonly psk: Buffer
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
}

/** What a connection URL says. */
export interface Invitation {
  readonly hubId: string
  /** The hub's long-term key: what makes it impossible to step in between. */
  readonly hubKey: Buffer
  readonly secret: Buffer
}

/** Makes connection codes; the last one is the one that counts, until it is used or too old. */
export class ConnectionCodes {
  readonly #hub: Omit<Invitation, 'secret'>
  readonly #now: () => number
  #base = DEFAULT_BASE
  #current: ConnectionCode | undefined

  constructor(hub: Omit<Invitation, 'secret'>, now: () => number = Date.now) {
    this.#hub = hub
    this.#now = now
  }

  /** The code that a device can use now; undefined when there is none. */
  get current(): ConnectionCode | undefined {
    const code = this.#current
    return code !== undefined && code.expiresAt > this.#now() ? code : undefined
  }

  /** Makes a code in place of the last one. @param base of this and later URLs: a page that speaks to hubs */
  renew(base: string = this.#base): ConnectionCode {
    this.#base = base
    const secret = randomBytes(SECRET_BYTES)
    const url = invitationUrl(base, { ...this.#hub, secret })
    this.#current = { url, psk: pskOf(secret), expiresAt: this.#now() + LIFETIME_MS }
    return this.#current
  }

  /** Uses a code up. False when it was used or replaced before, or is too old: then nobody may come in by it. */
  redeem(code: ConnectionCode): boolean {
    if (this.current !== code) return false
    this.#current = undefined
    return true
  }
}

/**
 * `BASE#` and base64url of: form (1 byte), key (32), secret (16), hub id. Behind the `#`, because browsers do not send
 * that part to the server of a page.
 */
function invitationUrl(base: string, { hubId, hubKey, secret }: Invitation): string {
  const isRaw = RAW_HUB_ID.test(hubId)
  const form = Buffer.from([isRaw ? FORMS.raw : FORMS.text])
  const bytes = Buffer.concat([form, hubKey, secret, Buffer.from(hubId, isRaw ? 'hex' : 'utf8')])
  return `${base}#${bytes.toString('base64url')}`
}

/** The other way round; undefined for what is no connection URL of a form that is known. */
export function parseInvitation(url: string): Invitation | undefined {
  const bytes = Buffer.from(url.slice(url.indexOf('#') + 1), 'base64url')
  const [form] = bytes
  const hubKey = bytes.subarray(1, 1 + KEY_BYTES)
  const secret = bytes.subarray(1 + KEY_BYTES, 1 + KEY_BYTES + SECRET_BYTES)
  const id = bytes.subarray(1 + KEY_BYTES + SECRET_BYTES)
  if ((form !== FORMS.raw && form !== FORMS.text) || id.length === 0) return undefined
  return { hubId: id.toString(form === FORMS.raw ? 'hex' : 'utf8'), hubKey, secret }
}

/** The handshake wants 32 bytes. */
export function pskOf(secret: Uint8Array): Buffer {
  return createHash('sha256').update('botster connection code 1').update(secret).digest()
}
