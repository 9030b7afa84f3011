import type { Socket } from 'node:net'
import type { Logger } from 'pino'
import { Connection, type Received } from '../../protocol/connection.ts'
import { RequestError } from '../../protocol/errors.ts'
import {
  type Frame,
  type PtyhostProtocol,
  ptyhostProtocol,
  type Rights,
  type Signal,
} from '../../protocol/messages/ptyhost.ts'
import { sameSecret } from './key.ts'
import { methodsFor } from './methods.ts'
import type { Ptyhost } from './ptyhost.ts'
import type { Session } from './session.ts'
import type { Grant } from './tickets.ts'
import { View } from './view.ts'

/** Views one client may have: panels on a screen. */
const MAX_VIEWS = 256

/** One connection: what it may do, what it looks at. Nothing it sends can throw out of here. */
export class Client {
  readonly #host: Ptyhost
  readonly #log: Logger
  readonly #connection: Connection<PtyhostProtocol, 'server'>
  readonly #views = new Map<number, { readonly view: View; readonly session: Session }>()
  #ticket: string | undefined
  #grant: Grant | undefined
  #warned = false
  /** It wants `activity` signals. */
  watchesActivity = false

  constructor(host: Ptyhost, socket: Socket, log: Logger, onClose: () => void) {
    this.#host = host
    this.#log = log
    this.#connection = new Connection({
      socket,
      protocol: ptyhostProtocol,
      side: 'server',
      role: 'ptyhost',
      methods: methodsFor(host, this),
      onMessage: (message) => this.#receive(message),
      onClose: (reason) => {
        this.#leaveAll()
        if (this.#grant !== undefined) log.debug({ peer: this.#connection.peer, reason }, 'a client left')
        onClose()
      },
      onWarning: (warning) => this.#warn(warning),
    })
  }

  /** Whether it is a hub. */
  get manages(): boolean {
    return this.#grant?.rights.manage ?? false
  }

  /** @throws RequestError `bad_ticket` */
  authenticate(ticket: string): Rights {
    const grant = this.#host.tickets.grant(ticket)
    if (grant === undefined) {
      throw new RequestError({
        code: 'bad_ticket',
        message: 'this ticket is not known here: ask the hub for a new one',
      })
    }
    this.#ticket = ticket
    this.#grant = grant
    return grant.rights
  }

  /** @throws RequestError `forbidden` unless it came with the key */
  requireManage(): void {
    this.#current()
    if (!this.manages) throw new RequestError({ code: 'forbidden', message: 'only the hub may do this' })
  }

  /** The session, if this client may look at it and has that right. @throws RequestError */
  session(id: string, right?: keyof Rights): Session {
    const grant = this.#current()
    if (grant.sessions !== '*' && !grant.sessions.has(id)) {
      throw new RequestError({ code: 'forbidden', message: `this ticket does not cover session ${id}` })
    }
    if (right !== undefined && !grant.rights[right]) {
      throw new RequestError({ code: 'forbidden', message: `this ticket does not allow ${right}` })
    }
    return this.#host.session(id)
  }

  may(right: keyof Rights): boolean {
    return this.#current().rights[right]
  }

  /** Looks at a session as view `id`; what that view looked at before is left. */
  look(id: number, session: Session, create: (id: number) => View = (number) => this.#frameView(number)): void {
    const others = [...this.#views.keys()].filter((other) => other !== id)
    if (others.length >= MAX_VIEWS)
      throw new RequestError({ code: 'too_many', message: `more than ${MAX_VIEWS} views` })
    this.stopLooking(id, session)
    const view = create(id)
    this.#views.set(id, { view, session })
    session.addView(view)
  }

  /** `next` is what is looked at instead: its size wish stays. */
  stopLooking(id: number, next?: Session): void {
    const current = this.#views.get(id)
    if (current === undefined) return
    this.#views.delete(id)
    current.session.removeView(current.view)
    if (current.session !== next && !this.#looksAt(current.session)) current.session.leave(this)
  }

  /** The session is gone for good. */
  forget(session: Session): void {
    const looked = this.#looksAt(session)
    for (const [id, view] of this.#views) if (view.session === session) this.#views.delete(id)
    if (looked || this.manages) this.#connection.send({ type: 'released', session: session.id })
  }

  /** Hubs hear everything, viewers what they look at. */
  hear(signal: Signal): void {
    if (signal.kind === 'activity') {
      if (this.watchesActivity) this.#connection.send({ type: 'signal', signal })
      return
    }
    if (this.manages || [...this.#views.values()].some(({ session }) => session.id === signal.session)) {
      this.#connection.send({ type: 'signal', signal })
    }
  }

  /** The ticket was revoked. */
  lose(ticket: string): void {
    if (this.#ticket !== undefined && sameSecret(this.#ticket, ticket)) this.close('the ticket was revoked')
  }

  close(reason: string): void {
    this.#connection.close(reason)
  }

  /** Sends a frame of a view; a frame that cannot be sent must not stop those of others. */
  send(message: Parameters<Connection<PtyhostProtocol, 'server'>['send']>[0]): void {
    try {
      this.#connection.send(message)
    } catch (error) {
      this.#log.error({ error: String(error) }, 'a message could not be sent')
    }
  }

  #frameView(id: number): View {
    return new View(id, (frame: Frame) => this.send({ type: 'frame', ...frame }))
  }

  #receive(message: Received<PtyhostProtocol, 'server'>): void {
    try {
      switch (message.type) {
        case 'input': {
          const session = this.session(message.session, 'input')
          if (!session.write(message.data, message.origin ?? { kind: 'person' }, this)) {
            this.#warn(`input for ${message.session} was dropped: the program does not read it, or ended`)
          }
          return
        }
        case 'ack': {
          const looked = this.#views.get(message.view)
          if (looked?.view.acknowledge(message.seq)) looked.session.audience.flush()
          return
        }
      }
    } catch (error) {
      if (!(error instanceof RequestError)) throw error
      this.#warn(error.message)
    }
  }

  /** What the ticket allows now: it may have been changed since. */
  #current(): Grant {
    if (this.#ticket !== undefined) this.#grant = this.#host.tickets.grant(this.#ticket)
    if (this.#grant === undefined) {
      throw new RequestError({ code: 'unauthenticated', message: 'authenticate with a ticket first' })
    }
    return this.#grant
  }

  #looksAt(session: Session): boolean {
    return [...this.#views.values()].some((view) => view.session === session)
  }

  #leaveAll(): void {
    for (const { view, session } of this.#views.values()) session.removeView(view)
    this.#views.clear()
    for (const session of this.#host.sessions) session.leave(this) // also those it resized without looking
  }

  /** Once per client: whoever misbehaves does it again and again. */
  #warn(warning: string): void {
    if (this.#warned) return
    this.#warned = true
    this.#log.warn({ peer: this.#connection?.peer, warning }, 'a client misbehaved')
  }
}
