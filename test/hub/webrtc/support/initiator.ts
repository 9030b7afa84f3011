import { SharedState } from '../../../../hub/webrtc/cipher.ts'
import type { ResponderOptions, Secured } from '../../../../hub/webrtc/handshake.ts'
import { agree, generateKeys, type KeyPair } from '../../../../hub/webrtc/x25519.ts'

interface InitiatorOptions extends ResponderOptions {
  /** The long-term key of the hub. */
  readonly responder: Uint8Array
}

/** The peer's side of the handshake, as docs/pairing.md tells those who write a client. */
export class Initiator {
  readonly #options: InitiatorOptions
  readonly #state = new SharedState('Noise_XKpsk3_25519_AESGCM_SHA256')
  readonly #ephemeral: KeyPair

  constructor(options: InitiatorOptions) {
    this.#options = options
    this.#ephemeral = options.ephemeral ?? generateKeys()
    this.#state.mixHash(options.prologue)
    this.#state.mixHash(options.responder)
  }

  first(): Buffer {
    this.#mixEphemeral(this.#ephemeral.public)
    this.#state.mixKey(agree(this.#ephemeral.secret, this.#options.responder))
    return Buffer.concat([this.#ephemeral.public, this.#state.encryptAndHash(Buffer.alloc(0))])
  }

  /** Takes the second message, gives the third. @throws Error when it is not from the owner of the hub's key */
  third(second: Uint8Array, payload: Uint8Array): { message: Buffer; secured: Secured } {
    const { keys, secret, responder } = this.#options
    const state = this.#state
    const theirs = second.subarray(0, 32)
    this.#mixEphemeral(theirs)
    state.mixKey(agree(this.#ephemeral.secret, theirs))
    state.decryptAndHash(second.subarray(32))
    const identity = state.encryptAndHash(keys.public)
    state.mixKey(agree(keys.secret, theirs))
    state.mixKeyAndHash(secret)
    const message = Buffer.concat([identity, state.encryptAndHash(payload)])
    const [send, receive] = state.split()
    return { message, secured: { send, receive, remote: Buffer.from(responder), hash: state.hash } }
  }

  #mixEphemeral(key: Uint8Array): void {
    this.#state.mixHash(key)
    this.#state.mixKey(key)
  }
}
