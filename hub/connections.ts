import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import type { LuaConsole } from '../lua/console/console.ts'
import { Connection, type MethodHandlers, type Received } from '../protocol/connection.ts'
import type { Hello } from '../protocol/envelope.ts'
import { RequestError } from '../protocol/errors.ts'
import { type HubProtocol, type HubStatus, hubProtocol } from '../protocol/messages/hub.ts'
import { isAlive } from './alive.ts'
import type { ClientInfo } from './clients.ts'
import type { HubContext, HubLua } from './types.ts'

/** What every client of this user may do with sessions; spawning and killing goes through the hub. */
const CLIENT_RIGHTS = { input: true, resize: true, manage: false }
/** After a client's connection broke without a word: time for its process to be gone, if that is why. */
const DEATH_CHECK_MS = 2000
/** It is looked again less and less often. */
const LAST_DEATH_CHECK_MS = 60_000

/** What a connection needs of the hub besides its context. */
export interface Served {
  readonly context: HubContext
  readonly lua: HubLua
  readonly status: () => HubStatus
}

/** Answers one socket of the control plane until it closes. */
export function serveClient(socket: Socket, served: Served): void {
  const { clients, log, errors } = served.context
  const client = new ServedClient(served)
  const connection: Connection<HubProtocol, 'server'> = new Connection({
    socket,
    protocol: hubProtocol,
    side: 'server',
    role: 'hub',
    methods: client.methods,
    onReady: (hello) => clients.add(client.greet(hello), connection),
    onMessage: (message) => client.receive(message),
    onClose: (reason, saidBye) => {
      clients.remove(client.id, reason)
      client.end(saidBye).catch((error) => errors.report('hub', error))
    },
    onWarning: (warning) => log.warn({ client: client.id, warning }, 'client connection'),
  })
  client.connection = connection
}

class ServedClient {
  readonly id = randomBytes(8).toString('hex')
  readonly #served: Served
  #info: ClientInfo | undefined
  #ticket: string | undefined
  #console: LuaConsole | undefined
  /** Set as soon as there is one. */
  connection: Connection<HubProtocol, 'server'> | undefined

  constructor(served: Served) {
    this.#served = served
  }

  greet({ role, pid, version }: Hello): ClientInfo {
    this.#info = { id: this.id, role, pid, version, connectedAt: Date.now() }
    return this.#info
  }

  readonly methods: MethodHandlers<HubProtocol> = {
    status: async () => {
      await this.#served.context.trust.look() // a mode may have changed, of which no watch tells
      return this.#served.status()
    },
    ticket: async () => {
      const { ptyhost, paths } = this.#served.context
      this.#ticket ??= randomBytes(32).toString('hex')
      await ptyhost.registerTicket(this.#ticket, { sessions: '*', rights: CLIENT_RIGHTS })
      return { ticket: this.#ticket, socket: paths.ptySocket }
    },
    command: async ({ name, args }) => {
      const outcome = await this.#served.lua.command(this.id, name, args)
      if (!outcome.ok) throw new RequestError(outcome.failure)
      return { value: outcome.value }
    },
    environment: (environment) => {
      this.#served.context.clients.setEnvironment(this.id, environment)
      return {}
    },
    stop: ({ agents }) => {
      this.#served.context.quit({ agents })
      return {}
    },
    lua: (request) => this.#openConsole().run(request),
    luaComplete: ({ text }) => this.#openConsole().complete(text),
  }

  receive(message: Received<HubProtocol, 'server'>): void {
    switch (message.type) {
      case 'message':
        this.#served.context.clients.receive(this.id, message.data)
        break
      case 'luaCancel':
        this.#console?.cancel()
        break
    }
  }

  /**
   * A client that says goodbye needs its ticket no more, nor does one that died. One whose connection broke while it
   * lives goes on drawing and typing, and comes back.
   */
  async end(saidBye: boolean): Promise<void> {
    this.#console?.[Symbol.dispose]()
    if (this.#ticket === undefined) return
    if (!saidBye) {
      let pause = DEATH_CHECK_MS
      do {
        await wait(pause, undefined, { ref: false })
        pause = Math.min(pause * 2, LAST_DEATH_CHECK_MS)
      } while (this.#info !== undefined && isAlive(this.#info.pid))
    }
    await this.#served.context.ptyhost.revokeTicket(this.#ticket)
  }

  #openConsole(): LuaConsole {
    const connection = this.connection!
    this.#console ??= this.#served.lua.openConsole({
      send: (output) => connection.send({ type: 'luaOutput', ...output }),
      queued: () => connection.queuedBytes,
      closed: () => connection.closed,
    })
    return this.#console
  }
}
