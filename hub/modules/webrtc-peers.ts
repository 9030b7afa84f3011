import type { LuaTable, LuaVmApi } from '../../lua/vm/index.ts'
import type { HubContext, Message } from '../types.ts'
import { openPairing, type Pairing } from '../webrtc/pairing.ts'
import { Peers } from '../webrtc/peers.ts'
import type { Transport } from './forwarders.ts'
import type { ClientCallbacks } from './tui.ts'
import type { Emit } from './worktree.ts'

export interface WebrtcParts {
  readonly hub: () => HubContext
  readonly callbacks: ClientCallbacks
  readonly emit: Emit
}

/** The peers of one VM: made when somebody first asks for them, told of to Lua. */
export class WebrtcPeers implements Disposable {
  readonly #parts: WebrtcParts
  #pairing: Pairing | undefined
  #peers: Peers | undefined
  readonly #gone = new Set<(id: string) => void>()
  #isClosing = false

  constructor(parts: WebrtcParts) {
    this.#parts = parts
  }

  /** Who this hub is to devices. @throws Error when its files are damaged or cannot be written */
  pairing(): Pairing {
    const { paths, id } = this.#parts.hub()
    this.#pairing ??= openPairing(paths.directory, id)
    return this.#pairing
  }

  /** Those of this VM. */
  in(vm: LuaVmApi): Peers {
    const { hub, callbacks, emit } = this.#parts
    this.#peers ??= new Peers(() => this.pairing(), {
      onSignal: (identity, signal) => emit('outgoing_signal', { identity, ...signal }),
      onConnected: ({ id, name, isNew }) => {
        hub().log.info({ peer: id, name, isNew }, 'a device has connected')
        if (isNew) emit('connection_code_used', { peer_id: id, name })
        callbacks.start(vm, 'connected', id)
      },
      onDisconnected: (id, reason) => {
        for (const listener of [...this.#gone]) listener(id)
        hub().log.info({ peer: id, reason }, 'a device has gone')
        if (!this.#isClosing) callbacks.start(vm, 'disconnected', id, reason)
      },
      onMessage: (id, data) => callbacks.start(vm, 'message', id, data as LuaTable),
      onRefused: (identity, reason, refusal) => {
        hub().log.warn({ identity, code: refusal?.code, cause: String(refusal?.cause ?? '') }, `not let in: ${reason}`)
      },
    })
    return this.#peers
  }

  /** Sends to a connected peer. */
  send(id: string, message: Message): boolean {
    return this.#peers?.send(id, { kind: 'message', value: message }) ?? false
  }

  sendBinary(id: string, data: Uint8Array): boolean {
    return this.#peers?.send(id, { kind: 'binary', value: data }) ?? false
  }

  readonly transport: Transport = {
    name: 'webrtc',
    isConnected: (id) => this.#peers?.has(id) ?? false,
    send: (id, message) => this.send(id, message),
    drained: async (id) => this.#peers?.drained(id),
    onGone: (listener) => {
      this.#gone.add(listener)
      return () => this.#gone.delete(listener)
    },
  };

  [Symbol.dispose](): void {
    this.#isClosing = true
    this.#peers?.[Symbol.dispose]()
  }
}
