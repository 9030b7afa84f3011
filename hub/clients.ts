import type { Connection } from '../protocol/connection.ts'
import type { Role } from '../protocol/envelope.ts'
import type { HubProtocol } from '../protocol/messages/hub.ts'
import { terminalNeutral } from './environment.ts'
import { Listeners } from './listeners.ts'
import type { Message } from './types.ts'

/** What anybody may know of a client. */
export interface ClientInfo {
  /** Random, unique among all clients of this hub's life. */
  readonly id: string
  readonly role: Role
  readonly pid: number
  readonly version: string
  /** Milliseconds since the epoch. */
  readonly connectedAt: number
}

/** Where a client runs: what agents it creates get. */
export interface ClientEnvironment {
  /** Without what describes the client's terminal. */
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
}

interface Client {
  readonly info: ClientInfo
  readonly connection: Connection<HubProtocol, 'server'>
  environment: ClientEnvironment | undefined
}

/** Everybody who is connected to the control plane. */
export class Clients {
  readonly #clients = new Map<string, Client>()
  /** Why nobody is let in any more. */
  #farewell: string | undefined
  readonly #connected: Listeners<[ClientInfo]>
  readonly #disconnected: Listeners<[ClientInfo, string]>
  readonly #messages: Listeners<[ClientInfo, Message]>
  readonly #fallback: ClientEnvironment

  /**
   * @param fallback the environment of clients that never said theirs, and of agents that no client created
   * @param onError hears what a listener threw
   */
  constructor(fallback: ClientEnvironment, onError: (error: unknown) => void) {
    this.#fallback = { env: terminalNeutral(fallback.env), cwd: fallback.cwd }
    this.#connected = new Listeners(onError)
    this.#disconnected = new Listeners(onError)
    this.#messages = new Listeners(onError)
  }

  get count(): number {
    return this.#clients.size
  }

  /** In the order they came. */
  list(): ClientInfo[] {
    return [...this.#clients.values()].map(({ info }) => info)
  }

  get(id: string): ClientInfo | undefined {
    return this.#clients.get(id)?.info
  }

  /** Sends to one client. False when it is gone, or when the message cannot be encoded (over 16 MiB). */
  send(id: string, data: Message): boolean {
    const client = this.#clients.get(id)
    return client !== undefined && deliver(client, { type: 'message', data })
  }

  /** Resolves once the client has taken nearly all that was sent to it, or is gone. */
  async drained(id: string): Promise<void> {
    await this.#clients.get(id)?.connection.drained()
  }

  /** Sends to every client, or to those of one role. Returns how many it reached. */
  broadcast(data: Message, role?: Role): number {
    return this.#deliverToAll({ type: 'message', data }, role)
  }

  /** Tells every client something that is not Lua's: `errorReported`, `ptyhostChanged`. */
  announce(message: Announcement): number {
    return this.#deliverToAll(message)
  }

  /** The environment for an agent of this client; the hub's own when it never said, or without a client. */
  environment(id?: string): ClientEnvironment {
    const client = id === undefined ? undefined : this.#clients.get(id)
    return client?.environment ?? this.#fallback
  }

  setEnvironment(id: string, { env, cwd }: ClientEnvironment): void {
    const client = this.#clients.get(id)
    if (client !== undefined) client.environment = { env: terminalNeutral(env), cwd }
  }

  /** Each of these returns a function that takes the listener off again. */
  onConnected(listener: (client: ClientInfo) => void): () => void {
    return this.#connected.add(listener)
  }

  onDisconnected(listener: (client: ClientInfo, reason: string) => void): () => void {
    return this.#disconnected.add(listener)
  }

  onMessage(listener: (client: ClientInfo, data: Message) => void): () => void {
    return this.#messages.add(listener)
  }

  /** For hub/connections.ts: a connection said hello. */
  add(info: ClientInfo, connection: Connection<HubProtocol, 'server'>): void {
    if (this.#farewell !== undefined) return connection.close(this.#farewell)
    this.#clients.set(info.id, { info, connection, environment: undefined })
    this.#connected.notify(info)
  }

  /** For hub/connections.ts: it ended. */
  remove(id: string, reason: string): void {
    const client = this.#clients.get(id)
    if (client === undefined) return
    this.#clients.delete(id)
    this.#disconnected.notify(client.info, reason)
  }

  /** For hub/connections.ts. */
  receive(id: string, data: Message): void {
    const client = this.#clients.get(id)
    if (client !== undefined) this.#messages.notify(client.info, data)
  }

  /** Says goodbye to everybody, also to those whose hello is still on its way. */
  closeAll(reason: string): void {
    this.#farewell = reason
    for (const { connection } of [...this.#clients.values()]) connection.close(reason)
  }

  #deliverToAll(message: Outgoing, role?: Role): number {
    let reached = 0
    for (const client of this.#clients.values()) {
      if ((role === undefined || client.info.role === role) && deliver(client, message)) reached++
    }
    return reached
  }
}

type Outgoing = Parameters<Connection<HubProtocol, 'server'>['send']>[0]
type Announcement = Exclude<Outgoing, { type: 'message' }>

function deliver({ connection }: Client, message: Outgoing): boolean {
  if (connection.closed) return false
  try {
    connection.send(message)
    return true
  } catch {
    return false // too large, or a value msgpack has no form for: the sender learns it from the result
  }
}
