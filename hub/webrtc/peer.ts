import type { RtcConfig } from 'node-datachannel'
import { Channel, type OutgoingSignal, type WebrtcLibrary } from './channel.ts'
import type { Pairing } from './pairing.ts'
import type { Content } from './records.ts'
import { type AdmittedPeer, Session } from './session.ts'

/** Milliseconds from an offer until the peer must have been let in: a slow network, and a relay to fall back to. */
const ADMISSION_MS = 30_000
/** Milliseconds a peer may take for new keys before it is taken for one that cannot make them. */
const RESTART_MS = 10_000
/** Addresses a stranger may name: each costs packets to an address of its choice. */
const MAX_CANDIDATES = 64

export interface PeerOptions {
  /** What the signalling channel calls it. Proves nothing. */
  readonly identity: string
  readonly library: WebrtcLibrary
  readonly config: RtcConfig
  readonly pairing: Pairing
  readonly onSignal: (signal: OutgoingSignal) => void
  readonly onAdmitted: (admitted: AdmittedPeer) => void
  readonly onMessage: (data: Record<string, unknown>) => void
  /** Called once. `code` says why it was not let in, or was put out; without one the connection just ended. */
  readonly onClosed: (reason: string, refusal?: { readonly code: string; readonly cause?: unknown }) => void
}

/** One connection, from its offer to its end: first a stranger's, then, once it has proved who it is, a peer's. */
export class Peer {
  readonly identity: string
  readonly #channel: Channel
  #session: Session | undefined
  #admitted: AdmittedPeer | undefined
  #candidates = 0

  /** @throws Error when `sdp` is no offer */
  constructor(sdp: string, options: PeerOptions) {
    const { identity, library, config, pairing, onSignal } = options
    this.identity = identity
    let refusal: { code: string; cause?: unknown } | undefined
    const deadline = setTimeout(() => this.close('it took too long to be let in'), ADMISSION_MS)
    try {
      this.#channel = new Channel(sdp, {
        library,
        config,
        onSignal,
        onOpen: (certificates) => {
          this.#session = new Session({
            ...pairing,
            certificates,
            write: (wire) => this.#channel.write(wire),
            onAdmitted: (admitted) => {
              clearTimeout(deadline)
              this.#admitted = admitted
              options.onAdmitted(admitted)
            },
            onMessage: options.onMessage,
            onRefused: (code, message, cause) => {
              refusal = { code, cause }
              this.#channel.closeAfterLastWords(message)
            },
          })
        },
        onMessage: (wire) => this.#session?.receive(wire),
        onClosed: (reason) => {
          clearTimeout(deadline)
          this.#session?.end(reason)
          options.onClosed(reason, refusal)
        },
      })
    } catch (error) {
      clearTimeout(deadline)
      throw error
    }
  }

  /** Who it is, once that was proved. */
  get admitted(): AdmittedPeer | undefined {
    return this.#admitted
  }

  /** Takes an address it may be reached at. @throws Error when it is none, or when there are too many */
  addCandidate(candidate: string, mid: string): void {
    if (++this.#candidates > MAX_CANDIDATES) throw new Error(`more than ${MAX_CANDIDATES} of them`)
    this.#channel.addCandidate(candidate, mid)
  }

  send(content: Content): boolean {
    return this.#session?.send(content) ?? false
  }

  /** Resolves once it has taken nearly all that was sent, or is gone. */
  drained(): Promise<void> {
    return this.#channel.drained()
  }

  /**
   * Makes new keys. One that does not answer is put out.
   * @throws Error when it goes, or does not answer, or `signal` is aborted first
   */
  async restart(signal?: AbortSignal): Promise<void> {
    if (this.#session === undefined) throw new Error('it was not let in yet')
    const late = AbortSignal.timeout(RESTART_MS)
    try {
      await Promise.race([this.#session.restart(), aborted(AbortSignal.any(signal ? [late, signal] : [late]))])
    } catch (error) {
      if (!late.aborted) throw error
      this.close('it made no new keys')
      throw new Error(`it made no new keys within ${RESTART_MS / 1000} s`, { cause: error })
    }
  }

  close(reason: string): void {
    this.#channel.close(reason)
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}
