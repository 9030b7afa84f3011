import { type Cipher, SharedState, TAG_BYTES } from './cipher.ts'
import { agree, generateKeys, KEY_BYTES, type KeyPair } from './x25519.ts'

/** 32 bytes long, as {@link SharedState} wants it. */
const PROTOCOL = 'Noise_XKpsk3_25519_AESGCM_SHA256'

export interface ResponderOptions {
  /** Both sides must have the same, or the first message is refused. */
  readonly prologue: Uint8Array
  /** The long-term keys of the hub. */
  readonly keys: KeyPair
  /** 32 bytes both sides know, or zeros. */
  readonly secret: Uint8Array
  /** For tests with known answers. @default new ones */
  readonly ephemeral?: KeyPair
}

/** What a finished handshake gives. */
export interface Secured {
  readonly send: Cipher
  readonly receive: Cipher
  /** The long-term key of the other side, which proved to have its secret. */
  readonly remote: Buffer
  /** Of the whole handshake, the same on both sides: what later ones are bound to. */
  readonly hash: Buffer
}

/**
 * The hub's side of `Noise_XKpsk3_25519_AESGCM_SHA256` (Noise Protocol Framework, revision 34), message by message. The
 * peer knows the hub's key beforehand, and shows its own to nobody else:
 *
 *     → e, es        ← e, ee        → s, se, psk
 *
 * Each step throws an Error when what came does not fit; the handshake is over then.
 */
export class Responder {
  readonly #options: ResponderOptions
  readonly #state = new SharedState(PROTOCOL)
  readonly #ephemeral: KeyPair

  constructor(options: ResponderOptions) {
    this.#options = options
    this.#ephemeral = options.ephemeral ?? generateKeys()
    this.#state.mixHash(options.prologue)
    this.#state.mixHash(options.keys.public)
  }

  /** Takes the first message, gives the second. */
  second(first: Uint8Array): Buffer {
    const state = this.#state
    const [theirs, sealed] = cut(first, KEY_BYTES)
    mixEphemeral(state, theirs)
    state.mixKey(agree(this.#options.keys.secret, theirs))
    state.decryptAndHash(sealed)
    mixEphemeral(state, this.#ephemeral.public)
    state.mixKey(agree(this.#ephemeral.secret, theirs))
    return Buffer.concat([this.#ephemeral.public, state.encryptAndHash(Buffer.alloc(0))])
  }

  /** Takes the third message. */
  finish(third: Uint8Array): { payload: Buffer; secured: Secured } {
    const state = this.#state
    const [identity, sealed] = cut(third, KEY_BYTES + TAG_BYTES)
    const remote = state.decryptAndHash(identity)
    state.mixKey(agree(this.#ephemeral.secret, remote))
    state.mixKeyAndHash(this.#options.secret)
    const payload = state.decryptAndHash(sealed)
    const [receive, send] = state.split()
    return { payload, secured: { send, receive, remote, hash: state.hash } }
  }
}

/** With a pre-shared key in the pattern, ephemeral keys are mixed into the key too. */
function mixEphemeral(state: SharedState, key: Uint8Array): void {
  state.mixHash(key)
  state.mixKey(key)
}

function cut(message: Uint8Array, at: number): [Uint8Array, Uint8Array] {
  if (message.length < at) throw new Error('a handshake message is too short')
  return [message.subarray(0, at), message.subarray(at)]
}
