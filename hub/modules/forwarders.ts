import { failure, handle, type LuaTable, type LuaVmApi, type PrimitiveResult } from '../../lua/vm/index.ts'
import type { HubContext, Message } from '../types.ts'
import type { Loads } from './loads.ts'
import type { PtyHandles } from './pty-handles.ts'
import { refused } from './refused.ts'
import type { RegisteredAgents } from './registered-agents.ts'

/** How clients of one kind are reached. */
export interface Transport {
  /** Of the module that creates forwarders to it: "tui", "socket", "webrtc". */
  readonly name: string
  isConnected(clientId: string): boolean
  /** False when the client is gone. */
  send(clientId: string, message: Message): boolean
  /** Resolves once the client has taken nearly all that was sent. */
  drained(clientId: string): Promise<void>
  /** Hears of clients that are gone, until the returned function is called. */
  onGone(listener: (clientId: string) => void): () => void
}

/** What Lua does with the bytes of forwarders: asked only while somebody wants to be. */
export interface OutputFilter {
  wanted(vm: LuaVmApi): boolean
  /** The bytes to send instead; undefined for none. */
  pass(vm: LuaVmApi, context: LuaTable, data: Uint8Array): Promise<Uint8Array | undefined>
}

/** What a forwarder is asked for, after its arguments were checked. */
export interface ForwarderRequest {
  readonly clientId: string
  readonly subscriptionId: string
  readonly sessionId?: string
  readonly agentIndex?: number
  readonly ptyIndex: number
}

export interface Forwarder {
  readonly number: number
  /** `<client id>:<session id>`: one viewer of one terminal. */
  readonly id: string
  readonly clientId: string
  readonly session: string
  readonly owner: string
  /** To be called once at most. */
  readonly stop: () => void
}

export interface ForwardersParts {
  readonly hub: () => HubContext
  readonly ptys: PtyHandles
  readonly agents: RegisteredAgents
  readonly filter: OutputFilter
  readonly loads: Loads
}

/** Terminals that clients see as bytes: hub/forwards.ts brings them, a transport takes them. */
export class Forwarders {
  readonly #parts: ForwardersParts
  readonly #byNumber = new Map<number, Forwarder>()
  readonly #byId = new Map<string, Forwarder>()
  #lastNumber = 0

  constructor(parts: ForwardersParts) {
    this.#parts = parts
  }

  /**
   * Begins one for `owner`, and stops an earlier one of the same client and terminal: while `owner` is being loaded,
   * both wait until that has succeeded.
   */
  async create(vm: LuaVmApi, owner: string, to: Transport, request: ForwarderRequest): Promise<PrimitiveResult> {
    const { clientId } = request
    const session = this.#session(request)
    if (session === undefined) {
      const { agentIndex, ptyIndex } = request
      return failure(`agent ${agentIndex} has no terminal ${ptyIndex}: both are counted from 0`, { kind: 'no_session' })
    }
    if (!to.isConnected(clientId)) {
      return failure(`there is no connected ${to.name} client ${clientId}`, { kind: 'no_client' })
    }
    return refused(async () => {
      const forwarder = await this.#begin(vm, owner, to, { ...request, session })
      return handle('pty_forwarder', forwarder.number)
    })
  }

  /** One that still forwards. */
  get(number: number): Forwarder | undefined {
    return this.#byNumber.get(number)
  }

  /** Stops one, as `by` wants: a load that may yet fail stops nothing but its own. False when it had ended already. */
  stop(number: number, by: string): boolean {
    const forwarder = this.#byNumber.get(number)
    if (forwarder === undefined) return false
    if (forwarder.owner === by) forwarder.stop()
    else this.#parts.loads.apply(by, () => this.#byNumber.get(number)?.stop())
    return true
  }

  #session({ sessionId, agentIndex, ptyIndex }: ForwarderRequest): string | undefined {
    if (sessionId !== undefined || agentIndex === undefined) return sessionId
    const terminal = this.#parts.agents.terminal(agentIndex, ptyIndex)
    return terminal && this.#parts.ptys.session(terminal.id)
  }

  async #begin(
    vm: LuaVmApi,
    owner: string,
    to: Transport,
    request: ForwarderRequest & { session: string },
  ): Promise<Forwarder> {
    const { clientId, subscriptionId, session } = request
    const context = contextOf(request)
    const taken = Promise.withResolvers<void>()
    let unfollow: (() => void) | undefined
    const end = () => {
      unfollow?.()
      taken.resolve()
      forget()
      offGone()
      this.#byNumber.delete(forwarder.number)
      if (this.#byId.get(forwarder.id) === forwarder) this.#byId.delete(forwarder.id)
    }
    const id = `${clientId}:${session}`
    const forwarder = { number: ++this.#lastNumber, id, clientId, session, owner, stop: end }
    // Before the first bytes can come: whoever stops it meanwhile stops it for good.
    this.#byNumber.set(forwarder.number, forwarder)
    const forget = vm.addDisposal(owner, end)
    const offGone = to.onGone((gone) => {
      if (gone === clientId) end()
    })
    const isActive = () => this.#byNumber.has(forwarder.number)
    try {
      unfollow = await this.#parts.hub().ptyhost.forward(session, {
        onData: async (data) => {
          await taken.promise // until then the one before it sends
          const { filter } = this.#parts
          const passed = filter.wanted(vm) ? await filter.pass(vm, context, data) : data
          if (passed === undefined || !isActive()) return
          to.send(clientId, { subscriptionId, type: 'output', data: passed })
          await to.drained(clientId)
        },
        onEnd: (message) => {
          end()
          to.send(clientId, { subscriptionId, type: 'terminal_closed', message })
        },
      })
    } catch (error) {
      end()
      throw error
    }
    if (!isActive()) unfollow()
    this.#parts.loads.apply(owner, () => {
      if (!isActive()) return
      this.#byId.get(id)?.stop()
      this.#byId.set(id, forwarder)
      taken.resolve()
    })
    return forwarder
  }
}

/** What interceptors of `pty_output` are told. */
function contextOf({
  clientId,
  subscriptionId,
  session,
  agentIndex,
  ptyIndex,
}: ForwarderRequest & { session: string }) {
  return {
    agent_index: agentIndex,
    pty_index: agentIndex === undefined ? undefined : ptyIndex,
    peer_id: clientId,
    client_id: clientId,
    session_id: session,
    subscription_id: subscriptionId,
  }
}
