import type { RtcConfig } from 'node-datachannel'
import { type Outcome, refusal, success } from '../outcome.ts'
import type { OutgoingSignal, WebrtcLibrary } from './channel.ts'
import { certificateOf } from './fingerprint.ts'
import type { Pairing } from './pairing.ts'
import { Peer } from './peer.ts'
import type { Content } from './records.ts'
import type { AdmittedPeer } from './session.ts'

/** Characters of a session description: ours have 500; more than this is no offer of a data channel. */
const MAX_SDP_LENGTH = 64 << 10
/** Connections that nobody has proved anything on yet: what a hostile signalling channel can make us hold. */
const MAX_STRANGERS = 16

/** What tells of peers. */
export interface PeerEvents {
  /** To be carried to whoever offered as `identity`. */
  readonly onSignal: (identity: string, signal: OutgoingSignal) => void
  readonly onConnected: (peer: AdmittedPeer) => void
  readonly onDisconnected: (id: string, reason: string) => void
  readonly onMessage: (id: string, data: Record<string, unknown>) => void
  /** Somebody was not let in, or did not come all the way: for the log. */
  readonly onRefused: (identity: string, reason: string, refusal?: { code: string; cause?: unknown }) => void
}

/** What anybody may know of a connected peer. */
export interface PeerInfo {
  readonly id: string
  /** What the device calls itself. */
  readonly name: string
  /** What the signalling channel calls it. */
  readonly identity: string
}

/** Everybody who is connected, or wants to be, by WebRTC. */
export class Peers implements Disposable {
  readonly #pairing: () => Pairing
  readonly #events: PeerEvents
  readonly #load: () => Promise<WebrtcLibrary>
  /** By identity. */
  readonly #strangers = new Map<string, Peer>()
  /** By the id of their key. */
  readonly #peers = new Map<string, Peer>()
  #closed = false

  /** @param pairing may throw, as `openPairing` does */
  constructor(
    pairing: () => Pairing,
    events: PeerEvents,
    load: () => Promise<WebrtcLibrary> = () => import('node-datachannel'),
  ) {
    this.#pairing = pairing
    this.#events = events
    this.#load = load
  }

  list(): PeerInfo[] {
    return [...this.#peers].map(([id, peer]) => ({ id, name: peer.admitted?.name ?? '', identity: peer.identity }))
  }

  /** Answers an offer; a stranger's earlier one by the same identity is given up, a connected peer stays. */
  async offer(identity: string, sdp: string, config: RtcConfig): Promise<Outcome<undefined>> {
    if (sdp.length > MAX_SDP_LENGTH || certificateOf(sdp) === undefined) {
      return refusal('bad_offer', 'that is no offer: it names no certificate by its sha-256')
    }
    let library: WebrtcLibrary
    let pairing: Pairing
    try {
      pairing = this.#pairing()
      library = await this.#load()
    } catch (error) {
      return refusal('unavailable', `WebRTC cannot be used here: ${(error as Error).message}`)
    }
    if (this.#closed) return refusal('closed', 'the hub is ending')
    this.#strangers.get(identity)?.close('another offer has come')
    if (this.#strangers.size >= MAX_STRANGERS)
      return refusal('busy', `${MAX_STRANGERS} others want to connect just now`)
    try {
      this.#strangers.set(identity, this.#answer(identity, sdp, { library, config, pairing }))
      return success(undefined)
    } catch (error) {
      return refusal('bad_offer', `that is no offer: ${(error as Error).message}`)
    }
  }

  /** Takes an address that a peer may be reached at. */
  candidate(identity: string, candidate: string, mid: string): Outcome<undefined> {
    const peer = this.#strangers.get(identity) ?? this.#find(identity)
    if (peer === undefined) return refusal('unknown_identity', `nobody has offered as ${identity}`)
    try {
      peer.addCandidate(candidate, mid)
      return success(undefined)
    } catch (error) {
      return refusal('bad_candidate', `that candidate was not taken: ${(error as Error).message}`)
    }
  }

  /** Makes new keys with a connected peer, by its id or identity. One that cannot is put out. */
  async restart(name: string, signal?: AbortSignal): Promise<Outcome<undefined>> {
    const peer = this.#find(name)
    if (peer === undefined) return refusal('not_connected', `there is no connected peer ${name}`)
    try {
      await peer.restart(signal)
      return success(undefined)
    } catch (error) {
      return refusal('not_restarted', `${name} has the keys it had: ${(error as Error).message}`)
    }
  }

  /** False when there is no such peer, or the content has no form. */
  send(id: string, content: Content): boolean {
    return this.#peers.get(id)?.send(content) ?? false
  }

  has(id: string): boolean {
    return this.#peers.has(id)
  }

  /** Resolves once the peer has taken nearly all that was sent, or is gone. */
  async drained(id: string): Promise<void> {
    await this.#peers.get(id)?.drained()
  }

  /** Ends a connection. Returns whether there was one. */
  disconnect(id: string, reason: string): boolean {
    const peer = this.#peers.get(id)
    peer?.close(reason)
    return peer !== undefined
  }

  [Symbol.dispose](): void {
    this.#closed = true
    for (const peer of [...this.#strangers.values(), ...this.#peers.values()]) peer.close('the hub is ending')
  }

  #find(name: string): Peer | undefined {
    return this.#peers.get(name) ?? [...this.#peers.values()].findLast(({ identity }) => identity === name)
  }

  #answer(identity: string, sdp: string, given: { library: WebrtcLibrary; config: RtcConfig; pairing: Pairing }): Peer {
    const { onSignal, onMessage, onRefused } = this.#events
    const peer: Peer = new Peer(sdp, {
      ...given,
      identity,
      onSignal: (signal) => onSignal(identity, signal),
      onAdmitted: (admitted) => this.#admit(peer, admitted),
      onMessage: (data) => peer.admitted && onMessage(peer.admitted.id, data),
      onClosed: (reason, refused) => {
        if (peer.admitted === undefined || refused !== undefined) onRefused(identity, reason, refused)
        this.#forget(peer, reason)
      },
    })
    return peer
  }

  /** The newest connection of a device is the one that counts. */
  #admit(peer: Peer, admitted: AdmittedPeer): void {
    if (this.#strangers.get(peer.identity) === peer) this.#strangers.delete(peer.identity)
    this.#peers.get(admitted.id)?.close('the device has connected again')
    this.#peers.set(admitted.id, peer)
    this.#events.onConnected(admitted)
  }

  #forget(peer: Peer, reason: string): void {
    if (this.#strangers.get(peer.identity) === peer) this.#strangers.delete(peer.identity)
    const id = peer.admitted?.id
    if (id === undefined || this.#peers.get(id) !== peer) return
    this.#peers.delete(id)
    this.#events.onDisconnected(id, reason)
  }
}
