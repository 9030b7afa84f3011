import { Packr, Unpackr } from 'msgpackr/pack'
import { type Cipher, TAG_BYTES } from './cipher.ts'

/** Bytes of one message on a data channel: what every WebRTC implementation takes (RFC 8831: 64 KiB without negotiation). */
const MAX_WIRE_BYTES = 64 << 10
/** Bytes of a message in all its records, as on the hub's socket. */
const MAX_MESSAGE_BYTES = 16 << 20

/** The first byte of every message on the data channel. */
export const WIRE = {
  /** Peer → hub: version, mode, first message of the handshake. */
  hello: 1,
  /** Hub → peer: second message of the handshake. */
  answer: 2,
  /** Peer → hub: third message of the handshake. */
  proof: 3,
  /** Both: encrypted. */
  record: 4,
  /** Hub → peer, not encrypted: `code` NUL `message`. The connection ends. */
  refused: 5,
} as const

/** The first byte inside a record. */
const MORE = 0
const KINDS = { message: 1, binary: 2, control: 3 } as const

export type Content =
  /** A table to or from Lua. */
  | { readonly kind: 'message'; readonly value: Record<string, unknown> }
  | { readonly kind: 'binary'; readonly value: Uint8Array }
  /** Between the two ends: {@link Control}. */
  | { readonly kind: 'control'; readonly value: Record<string, unknown> }

const packr = new Packr({ useRecords: false, encodeUndefinedAsNil: false })
const unpackr = new Unpackr({ useRecords: false })

/** Encrypts and decrypts what goes over one data channel. Long content is cut into several records. */
export class Records {
  readonly #write: (wire: Buffer) => void
  #send: Cipher
  #receive: Cipher
  #parts: Buffer[] = []
  #partBytes = 0

  constructor(keys: { readonly send: Cipher; readonly receive: Cipher }, write: (wire: Buffer) => void) {
    this.#send = keys.send
    this.#receive = keys.receive
    this.#write = write
  }

  /** What is sent from now on is for the other side's new key. */
  sendWith(cipher: Cipher): void {
    this.#send = cipher
  }

  receiveWith(cipher: Cipher): void {
    this.#receive = cipher
  }

  /** @throws Error for content of more than {@link MAX_MESSAGE_BYTES}, or that msgpack has no form for */
  send({ kind, value }: Content): void {
    const body = kind === 'binary' ? value : packr.pack(value)
    if (body.length > MAX_MESSAGE_BYTES) throw new Error(`${body.length} bytes are more than a message may have`)
    const room = MAX_WIRE_BYTES - TAG_BYTES - 2
    let from = 0
    for (; body.length - from > room; from += room) this.#seal(MORE, body.subarray(from, from + room))
    this.#seal(KINDS[kind], body.subarray(from))
  }

  /** Takes what follows the first byte. Undefined while content is incomplete. @throws Error when it is not genuine */
  receive(sealed: Uint8Array): Content | undefined {
    const plain = this.#receive.decrypt(sealed)
    const part = plain.subarray(1)
    this.#partBytes += part.length
    if (this.#partBytes > MAX_MESSAGE_BYTES) throw new Error('a message is too long')
    this.#parts.push(part)
    if (plain[0] === MORE) return undefined
    const body = this.#parts.length === 1 ? part : Buffer.concat(this.#parts)
    this.#parts = []
    this.#partBytes = 0
    return contentOf(plain[0], body)
  }

  #seal(kind: number, part: Uint8Array): void {
    this.#write(
      Buffer.concat([Buffer.from([WIRE.record]), this.#send.encrypt(Buffer.concat([Buffer.from([kind]), part]))]),
    )
  }
}

function contentOf(kind: number | undefined, body: Buffer): Content {
  if (kind === KINDS.binary) return { kind: 'binary', value: body }
  const value: unknown = unpackr.unpack(body)
  if (typeof value !== 'object' || value === null || Array.isArray(value) || ArrayBuffer.isView(value)) {
    throw new Error('a message must be a table with names')
  }
  const table = value as Record<string, unknown>
  if (kind === KINDS.message) return { kind: 'message', value: table }
  if (kind === KINDS.control) return { kind: 'control', value: table }
  throw new Error(`there is no content of kind ${kind}`)
}
