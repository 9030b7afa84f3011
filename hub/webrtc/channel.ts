import type { DataChannel, PeerConnection, RtcConfig } from 'node-datachannel'
import type { Certificates } from './binding.ts'
import { certificateOf, fingerprintBytes } from './fingerprint.ts'

/** The one data channel that counts. Ordered and reliable, or its records do not decrypt. */
const LABEL = 'botster'
/** Bytes that wait for a peer that does not read before it is dropped: as on the hub's socket. */
const MAX_QUEUED_BYTES = 48 << 20
/** Bytes in the channel below which a viewer may be sent its next frame: little enough to show what is current. */
const LOW_WATER_BYTES = 64 << 10
/** Milliseconds for a refusal to reach the peer, and for the peer to hang up. */
const LAST_WORDS_MS = 1000

/** The library: loaded when somebody connects, since it is 9 MB that most hubs never need. */
export type WebrtcLibrary = Pick<typeof import('node-datachannel'), 'PeerConnection'>

/** What goes out through the signalling channel. */
export type OutgoingSignal =
  | { readonly type: 'answer'; readonly sdp: string }
  | { readonly type: 'candidate'; readonly candidate: string; readonly mid: string }

export interface ChannelOptions {
  readonly library: WebrtcLibrary
  readonly config: RtcConfig
  readonly onSignal: (signal: OutgoingSignal) => void
  /** The data channel is open, between ends with these certificates. */
  readonly onOpen: (certificates: Certificates) => void
  readonly onMessage: (wire: Uint8Array) => void
  /** Called once, also after {@link Channel.close}. */
  readonly onClosed: (reason: string) => void
}

/** One WebRTC connection that a peer has offered, with its data channel. */
export class Channel {
  readonly #options: ChannelOptions
  readonly #connection: PeerConnection
  #data: DataChannel | undefined
  #drained: (() => void)[] = []
  #isLeaving = false
  #closed = false

  /** Answers an offer. @throws Error when it is none */
  constructor(sdp: string, options: ChannelOptions) {
    this.#options = options
    this.#connection = new options.library.PeerConnection('hub', options.config)
    try {
      this.#listen()
      this.#connection.setRemoteDescription(sdp, 'offer')
    } catch (error) {
      this.#closed = true // nobody has heard of it yet
      this.#connection.close()
      throw error
    }
  }

  /** @throws Error when it is no candidate */
  addCandidate(candidate: string, mid: string): void {
    if (!this.#closed) this.#connection.addRemoteCandidate(candidate, mid)
  }

  write(wire: Buffer): void {
    if (this.#closed || this.#data === undefined || !this.#data.isOpen()) return
    this.#data.sendMessageBinary(wire)
    if (this.#data.bufferedAmount() > MAX_QUEUED_BYTES) this.close('the peer does not read')
  }

  /** Resolves once the peer has taken nearly all that was sent, or is gone. */
  drained(): Promise<void> {
    if (this.#closed || this.#data === undefined || this.#data.bufferedAmount() <= LOW_WATER_BYTES) {
      return Promise.resolve()
    }
    return new Promise((resolve) => this.#drained.push(resolve))
  }

  /** Closes once the peer had the chance to read what was sent last. Nothing it says is heard any more. */
  closeAfterLastWords(reason: string): void {
    if (this.#closed || this.#isLeaving) return
    this.#isLeaving = true
    const close = () => {
      clearTimeout(timer)
      this.close(reason)
    }
    const timer = setTimeout(close, LAST_WORDS_MS)
    if (this.#data === undefined) return close()
    // The peer closes when it has read them. Closing first can outrun them: libraries tell of either from threads.
    this.#data.onClosed(this.#safely(close))
  }

  close(reason: string): void {
    if (this.#closed) return
    this.#closed = true
    this.#connection.close()
    this.#drain()
    this.#options.onClosed(reason)
  }

  #listen(): void {
    const { onSignal } = this.#options
    const connection = this.#connection
    // The library tells of either from threads of its own, in no order, and a peer takes no candidate before the answer.
    let early: OutgoingSignal[] | undefined = []
    const localDescription = this.#safely((sdp: string, type: string) => {
      if (this.#closed || type !== 'answer') return
      onSignal({ type, sdp })
      for (const candidate of early ?? []) onSignal(candidate)
      early = undefined
    })
    const localCandidate = this.#safely((candidate: string, mid: string) => {
      if (this.#closed) return
      const signal: OutgoingSignal = { type: 'candidate', candidate, mid }
      if (early) early.push(signal)
      else onSignal(signal)
    })
    const stateChange = this.#safely((state: string) => {
      if (state === 'failed' || state === 'closed') this.close('the connection was lost')
    })
    connection.onLocalDescription(localDescription)
    connection.onLocalCandidate(localCandidate)
    connection.onStateChange(stateChange)
    connection.onDataChannel(this.#safely((data: DataChannel) => this.#adopt(data)))
  }

  /** What the library may call: it ends the whole process when that throws. */
  #safely<Args extends unknown[]>(take: (...args: Args) => void): (...args: Args) => void {
    return (...args) => {
      try {
        take(...args)
      } catch (error) {
        setImmediate(() => this.close((error as Error).message))
      }
    }
  }

  #adopt(data: DataChannel): void {
    if (this.#closed || this.#data !== undefined || data.getLabel() !== LABEL) return data.close()
    const certificates = this.#certificates()
    if (certificates === undefined) return this.close('the connection has no certificate of the expected kind')
    this.#data = data
    data.onClosed(this.#safely(() => this.close('the peer closed the connection')))
    data.onError(this.#safely((error: string) => this.close(error)))
    data.setBufferedAmountLowThreshold(LOW_WATER_BYTES)
    data.onBufferedAmountLow(this.#safely(() => this.#drain()))
    this.#options.onOpen(certificates)
    const take = this.#safely((message: string | Buffer | ArrayBuffer) => {
      if (this.#closed || this.#isLeaving || typeof message === 'string') return
      this.#options.onMessage(new Uint8Array(message))
    })
    data.onMessage(take)
  }

  /** Of this very connection: the peer's as DTLS saw it, not as the signalling channel told. */
  #certificates(): Certificates | undefined {
    const { value, algorithm } = this.#connection.remoteFingerprint()
    const offerer = algorithm === 'sha-256' ? fingerprintBytes(value) : undefined
    const answerer = certificateOf(this.#connection.localDescription()?.sdp ?? '')
    return offerer && answerer && { offerer, answerer }
  }

  #drain(): void {
    for (const resolve of this.#drained.splice(0)) resolve()
  }
}
