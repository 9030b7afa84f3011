import { type Certificates, certificateBinding, restartBinding } from './binding.ts'
import type { ConnectionCode, ConnectionCodes } from './connection-code.ts'
import { Responder, type Secured } from './handshake.ts'
import { type KnownPeers, peerId } from './known-peers.ts'
import { type Content, Records, WIRE } from './records.ts'
import type { KeyPair } from './x25519.ts'

const VERSION = 1
/** What a peer comes by. */
const MODES = { code: 1, known: 2 } as const
/** The secret of a handshake in which the long-term keys are all that counts. */
const NO_SECRET = Buffer.alloc(32)
/** Characters of a device's name that are kept. */
const MAX_NAME = 64

/** Who has been let in. */
export interface AdmittedPeer {
  readonly id: string
  /** What the device calls itself. */
  readonly name: string
  /** It came by a connection code, which is used up now. */
  readonly isNew: boolean
}

export interface SessionOptions {
  readonly hubId: string
  readonly keys: KeyPair
  readonly codes: ConnectionCodes
  readonly known: KnownPeers
  /** The DTLS certificates that this end really sees. */
  readonly certificates: Certificates
  /** Sends on the data channel. */
  readonly write: (wire: Buffer) => void
  readonly onAdmitted: (peer: AdmittedPeer) => void
  readonly onMessage: (data: Record<string, unknown>) => void
  /** Called once, when something did not fit: the connection is to be closed. `code` is for programs. */
  readonly onRefused: (code: string, message: string, cause?: unknown) => void
}

type State =
  | { readonly at: 'hello' }
  | { readonly at: 'proof'; readonly responder: Responder; readonly code: ConnectionCode | undefined }
  | { readonly at: 'open'; readonly id: string; readonly records: Records }
  | { readonly at: 'over' }

/** New keys under way: docs/pairing.md. */
interface Restart {
  readonly done: PromiseWithResolvers<void>
  responder?: Responder
}

/**
 * The hub's end of what is said on one data channel: lets a peer in that proves who it is and that nobody stands in
 * between, then encrypts. Nothing a peer sends throws out of here. The protocol is in docs/pairing.md.
 */
export class Session {
  readonly #options: SessionOptions
  #state: State = { at: 'hello' }
  #hash: Buffer = Buffer.alloc(0)
  #restart: Restart | undefined

  constructor(options: SessionOptions) {
    this.#options = options
  }

  /** Takes one message of the data channel. */
  receive(wire: Uint8Array): void {
    const state = this.#state
    const body = wire.subarray(1)
    try {
      if (state.at === 'over') return
      if (state.at === 'hello' && wire[0] === WIRE.hello) return this.#greet(body)
      if (state.at === 'proof' && wire[0] === WIRE.proof) return this.#admit(state, body)
      if (state.at === 'open' && wire[0] === WIRE.record) return this.#take(state.records.receive(body))
      this.#refuse('bad_message', 'that is not what comes next')
    } catch (cause) {
      // Which of the many ways it did not fit is nothing to tell a stranger.
      this.#refuse('not_genuine', 'the keys do not fit: somebody may be standing in between', cause)
    }
  }

  /** Sends to the peer. False before it was let in, or when the content has no form. */
  send(content: Content): boolean {
    if (this.#state.at !== 'open') return false
    try {
      this.#state.records.send(content)
      return true
    } catch {
      return false
    }
  }

  /** Makes new keys with the peer; resolves once both sides use them. Rejects when the session is over first. */
  restart(): Promise<void> {
    if (this.#state.at !== 'open') return Promise.reject(new Error('there is no such peer'))
    if (this.#restart === undefined) {
      this.#restart = { done: Promise.withResolvers() }
      this.#restart.done.promise.catch(() => {}) // whoever asked may have gone
      this.send({ kind: 'control', value: { type: 'restart' } })
    }
    return this.#restart.done.promise
  }

  /** Nothing is taken or sent any more. */
  end(reason: string): void {
    this.#state = { at: 'over' }
    this.#restart?.done.reject(new Error(reason))
    this.#restart = undefined
  }

  #greet(body: Uint8Array): void {
    const [version, mode] = body
    const { codes, keys, certificates, write } = this.#options
    if (version !== VERSION) return this.#refuse('version', `this hub speaks version ${VERSION} of the protocol`)
    const code = mode === MODES.code ? codes.current : undefined
    if (mode === MODES.code && code === undefined) return this.#refuse('bad_code', 'there is no connection code now')
    if (mode !== MODES.code && mode !== MODES.known) return this.#refuse('bad_message', 'there is no such mode')
    const prologue = certificateBinding(mode, certificates)
    const responder = new Responder({ prologue, keys, secret: code?.psk ?? NO_SECRET })
    write(Buffer.concat([Buffer.from([WIRE.answer]), responder.second(body.subarray(2))]))
    this.#state = { at: 'proof', responder, code }
  }

  #admit({ responder, code }: State & { at: 'proof' }, body: Uint8Array): void {
    const { known, codes, hubId, write } = this.#options
    const { payload, secured } = responder.finish(body)
    const id = peerId(secured.remote)
    if (code === undefined && !known.has(id)) return this.#refuse('unknown_peer', 'this device is not paired')
    if (code !== undefined && !codes.redeem(code)) return this.#refuse('bad_code', 'this connection code was used')
    const name = nameIn(payload)
    try {
      if (code !== undefined) known.add(secured.remote, name)
    } catch (cause) {
      return this.#refuse('not_stored', 'this hub cannot write down whom it knows', cause)
    }
    this.#hash = secured.hash
    this.#state = { at: 'open', id, records: new Records(secured, write) }
    this.send({ kind: 'control', value: { type: 'welcome', hub_id: hubId, peer_id: id } })
    this.#options.onAdmitted({ id, name, isNew: code !== undefined })
  }

  #take(content: Content | undefined): void {
    switch (content?.kind) {
      case undefined:
        return
      case 'message':
        return this.#options.onMessage(content.value)
      case 'binary':
        return this.#options.onMessage({ type: 'binary', data: content.value })
      case 'control':
        return this.#control(content.value)
    }
  }

  /** `handshake` twice, with the first and the third message; asked for by us or begun by the peer. */
  #control({ type, data }: Record<string, unknown>): void {
    if (type !== 'handshake') return // of a later version, perhaps
    if (!(data instanceof Uint8Array)) throw new Error('a handshake needs its message')
    this.#restart ??= { done: Promise.withResolvers() }
    const { responder, done } = this.#restart
    if (responder !== undefined) return this.#finishRestart(responder.finish(data).secured, done)
    const next = new Responder({ prologue: restartBinding(this.#hash), keys: this.#options.keys, secret: NO_SECRET })
    this.#restart.responder = next
    this.send({ kind: 'control', value: { type: 'handshake', data: next.second(data) } })
  }

  #finishRestart(secured: Secured, done: PromiseWithResolvers<void>): void {
    if (this.#state.at !== 'open') return
    const { id, records } = this.#state
    if (peerId(secured.remote) !== id) throw new Error('that is another peer')
    records.receiveWith(secured.receive)
    this.send({ kind: 'control', value: { type: 'restarted' } }) // the last thing under the old key
    records.sendWith(secured.send)
    this.#hash = secured.hash
    this.#restart = undefined
    done.resolve()
  }

  #refuse(code: string, message: string, cause?: unknown): void {
    if (this.#state.at === 'over') return
    if (this.#state.at !== 'open') {
      this.#options.write(Buffer.concat([Buffer.from([WIRE.refused]), Buffer.from(`${code}\0${message}`)]))
    }
    this.end(message)
    this.#options.onRefused(code, message, cause)
  }
}

/** What a device calls itself: printable, and not too long. */
function nameIn(payload: Uint8Array): string {
  const name = new TextDecoder().decode(payload)
  return name.replace(/\p{C}/gu, '').trim().slice(0, MAX_NAME) || 'a device'
}
