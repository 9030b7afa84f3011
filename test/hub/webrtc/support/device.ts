import { type DataChannel, PeerConnection } from 'node-datachannel'
import { certificateBinding, restartBinding } from '../../../../hub/webrtc/binding.ts'
import type { OutgoingSignal } from '../../../../hub/webrtc/channel.ts'
import { parseInvitation, pskOf } from '../../../../hub/webrtc/connection-code.ts'
import { certificateOf, fingerprintBytes } from '../../../../hub/webrtc/fingerprint.ts'
import type { Secured } from '../../../../hub/webrtc/handshake.ts'
import { type Content, Records, WIRE } from '../../../../hub/webrtc/records.ts'
import { generateKeys, type KeyPair } from '../../../../hub/webrtc/x25519.ts'
import { Initiator } from './initiator.ts'

const NO_SECRET = Buffer.alloc(32)
/** More failures in a row than these are no accident. */
const MAX_ATTEMPTS = 5
/** Nothing leaves this machine, and nobody outside is asked who we are. */
export const LOOPBACK = { iceServers: [], bindAddress: '127.0.0.1' }

/** What a device sends to its hub through the signalling channel. */
export interface DeviceSignals {
  offer(sdp: string): void
  candidate(candidate: string, mid: string): void
}

/** A phone as a hub sees one: a real WebRTC connection, the peer's end of docs/pairing.md, and all that it has received. */
export class Device implements Disposable {
  readonly keys: KeyPair
  readonly received: Record<string, unknown>[] = []
  readonly binary: Buffer[] = []
  /** `code: message` of the hub's refusal, or why the device itself gave up. */
  refused: string | undefined
  welcome: Record<string, unknown> | undefined
  isClosed = false
  /** Times new keys were made. */
  restarts = 0
  #connection!: PeerConnection
  #data!: DataChannel
  #isAnswered = false
  #attempts = 0
  #signals: DeviceSignals | undefined
  readonly #name: string
  readonly #url: string
  readonly #mode: number
  #initiator: Initiator | undefined
  #records: Records | undefined
  #secured: Secured | undefined
  #next: Secured | undefined

  /** @param url the connection code; with `known` only the hub's key is taken from it, and the device must be paired */
  constructor(url: string, options: { keys?: KeyPair; known?: boolean; name?: string } = {}) {
    this.#url = url
    this.keys = options.keys ?? generateKeys()
    this.#mode = options.known ? 2 : 1
    this.#name = options.name ?? 'phone'
    this.#open()
  }

  /** Sends its offer and candidates. */
  call(signals: DeviceSignals): void {
    this.#signals = signals
    this.#connection.onLocalDescription((sdp) => signals.offer(sdp))
    this.#connection.onLocalCandidate((candidate, mid) => signals.candidate(candidate, mid))
    this.#connection.setLocalDescription('offer')
  }

  /** Takes what the hub sends through the signalling channel. */
  signal(signal: OutgoingSignal): void {
    try {
      if (signal.type === 'answer') {
        this.#connection.setRemoteDescription(signal.sdp, 'answer')
        this.#isAnswered = true
      } else if (this.#isAnswered) {
        this.#connection.addRemoteCandidate(signal.candidate, signal.mid)
      }
    } catch {
      // It was lost on a thread of the library, which tells of that in a moment.
    }
  }

  send(value: Record<string, unknown>): void {
    this.#records!.send({ kind: 'message', value })
  }

  sendBinary(value: Uint8Array): void {
    this.#records!.send({ kind: 'binary', value })
  }

  /** Sends bytes as they are on the data channel. */
  sendRaw(wire: Buffer): void {
    this.#data.sendMessageBinary(wire)
  }

  /** Begins to make new keys by itself. */
  restart(): void {
    const { hubKey } = parseInvitation(this.#url)!
    const prologue = restartBinding(this.#secured!.hash)
    this.#initiator = new Initiator({ prologue, keys: this.keys, secret: NO_SECRET, responder: hubKey })
    this.#control({ type: 'handshake', data: this.#initiator.first() })
  }

  [Symbol.dispose](): void {
    this.isClosed = true
    this.#connection.close()
  }

  #open(): void {
    const connection = new PeerConnection('device', { ...LOOPBACK, disableAutoNegotiation: true })
    this.#connection = connection
    this.#isAnswered = false
    connection.onStateChange((state) => {
      if (connection !== this.#connection || (state !== 'closed' && state !== 'failed')) return
      if (this.isClosed || !this.#mayTryAgain()) this.isClosed = true
      else this.#tryAgain()
    })
    this.#data = connection.createDataChannel('botster')
    this.#data.onOpen(() => this.#greet())
    this.#data.onMessage((message) => this.#receive(new Uint8Array(message as Buffer), this.#name))
    this.#data.onClosed(() => {
      if (connection === this.#connection && !this.#mayTryAgain()) this.isClosed = true
    })
  }

  /**
   * On a busy machine libdatachannel fails as the server of DTLS: it takes the client's first packet on one thread before
   * another has set the MTU. Browsers do not; a device that lost its connection before it said anything offers again.
   */
  #mayTryAgain(): boolean {
    return this.#signals !== undefined && this.#initiator === undefined && this.#attempts < MAX_ATTEMPTS
  }

  #tryAgain(): void {
    this.#attempts++
    this.#open()
    this.call(this.#signals!)
  }

  #greet(): void {
    const { hubKey, secret } = parseInvitation(this.#url)!
    this.#initiator = new Initiator({
      prologue: certificateBinding(this.#mode, {
        offerer: certificateOf(this.#connection.localDescription()!.sdp)!,
        answerer: fingerprintBytes(this.#connection.remoteFingerprint().value)!,
      }),
      keys: this.keys,
      secret: this.#mode === 1 ? pskOf(secret) : NO_SECRET,
      responder: hubKey,
    })
    this.sendRaw(Buffer.concat([Buffer.from([WIRE.hello, 1, this.#mode]), this.#initiator.first()]))
  }

  #receive(wire: Uint8Array, name: string): void {
    const body = wire.subarray(1)
    try {
      if (wire[0] === WIRE.refused) {
        this.refused = Buffer.from(body).toString().replace('\0', ': ')
        this.#connection.close()
      } else if (wire[0] === WIRE.answer) this.#prove(body, name)
      else this.#take(this.#records!.receive(body))
    } catch (error) {
      this.refused = `the device itself: ${(error as Error).message}`
      this.#connection.close()
    }
  }

  #prove(second: Uint8Array, name: string): void {
    const { message, secured } = this.#initiator!.third(second, Buffer.from(name))
    this.#secured = secured
    this.#records = new Records(secured, (wire) => this.sendRaw(wire))
    this.sendRaw(Buffer.concat([Buffer.from([WIRE.proof]), message]))
  }

  #take(content: Content | undefined): void {
    if (content?.kind === 'message') this.received.push(content.value)
    if (content?.kind === 'binary') this.binary.push(Buffer.from(content.value))
    if (content?.kind !== 'control') return
    const { type, data } = content.value
    if (type === 'welcome') this.welcome = content.value
    if (type === 'restart') this.restart()
    if (type === 'handshake') {
      const { message, secured } = this.#initiator!.third(data as Uint8Array, Buffer.alloc(0))
      this.#control({ type: 'handshake', data: message })
      this.#records!.sendWith(secured.send)
      this.#next = secured
    }
    if (type === 'restarted') {
      this.#secured = this.#next
      this.#records!.receiveWith(this.#next!.receive)
      this.restarts++
    }
  }

  #control(value: Record<string, unknown>): void {
    this.#records!.send({ kind: 'control', value })
  }
}
