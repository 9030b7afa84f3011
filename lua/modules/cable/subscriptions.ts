/** The subscriptions of one ActionCable connection: several channels may share one, since the server knows it by name. */
import type { LuaValue } from '../../vm/index.ts'
import type { CableChannel } from './connection.ts'
import { commandText } from './protocol.ts'

/** Actions that wait for a subscription to be confirmed. */
const MOST_WAITING = 100

interface Subscription {
  readonly channels: Set<CableChannel>
  isConfirmed: boolean
  /** When it was asked for, by performance.now(); undefined while there is no connection to ask. */
  askedAt: number | undefined
  /** Commands for once it is confirmed. */
  waiting: string[]
}

export class Subscriptions {
  readonly #byIdentifier = new Map<string, Subscription>()
  /** Sends a command if there is a connection that was welcomed. */
  readonly #send: (text: string) => boolean
  readonly #confirmMs: number

  constructor(send: (text: string) => boolean, confirmMs: number) {
    this.#send = send
    this.#confirmMs = confirmMs
  }

  add(identifier: string, channel: CableChannel): void {
    const known = this.#byIdentifier.get(identifier)
    if (known !== undefined) {
      known.channels.add(channel)
      if (known.isConfirmed) channel.confirmed()
      return
    }
    const subscription = { channels: new Set([channel]), isConfirmed: false, askedAt: undefined, waiting: [] }
    this.#byIdentifier.set(identifier, subscription)
    this.#ask(identifier, subscription)
  }

  remove(identifier: string, channel: CableChannel): void {
    const subscription = this.#byIdentifier.get(identifier)
    if (subscription === undefined || !subscription.channels.delete(channel)) return
    if (subscription.channels.size > 0) return
    this.#byIdentifier.delete(identifier)
    if (subscription.askedAt !== undefined) this.#send(commandText('unsubscribe', identifier))
  }

  /** Sends a command now or once confirmed. False when there is no such subscription, or too many wait. */
  perform(identifier: string, command: string): boolean {
    const subscription = this.#byIdentifier.get(identifier)
    if (subscription === undefined) return false
    if (subscription.isConfirmed && this.#send(command)) return true
    if (subscription.waiting.length >= MOST_WAITING) return false
    subscription.waiting.push(command)
    return true
  }

  /** Asks for all: the connection is new. */
  askAll(): void {
    for (const [identifier, subscription] of this.#byIdentifier) this.#ask(identifier, subscription)
  }

  /** Asks again for those that were not answered in time. */
  askLate(): void {
    const now = performance.now()
    for (const [identifier, subscription] of this.#byIdentifier) {
      const { isConfirmed, askedAt } = subscription
      if (!isConfirmed && (askedAt === undefined || now - askedAt > this.#confirmMs))
        this.#ask(identifier, subscription)
    }
  }

  /** The connection is gone, and with it what the server knew. */
  forgetAnswers(): void {
    for (const subscription of this.#byIdentifier.values()) {
      subscription.isConfirmed = false
      subscription.askedAt = undefined
    }
  }

  confirm(identifier: string): void {
    const subscription = this.#byIdentifier.get(identifier)
    // Given up meanwhile, or asked for twice.
    if (subscription === undefined || subscription.isConfirmed) return
    subscription.isConfirmed = true
    const { waiting } = subscription
    subscription.waiting = []
    for (const command of waiting) this.#send(command)
    for (const channel of [...subscription.channels]) channel.confirmed()
  }

  reject(identifier: string): void {
    const subscription = this.#byIdentifier.get(identifier)
    if (subscription === undefined) return
    this.#byIdentifier.delete(identifier)
    for (const channel of [...subscription.channels]) channel.rejected()
  }

  deliver(identifier: string, message: LuaValue): void {
    for (const channel of [...(this.#byIdentifier.get(identifier)?.channels ?? [])]) channel.received(message)
  }

  #ask(identifier: string, subscription: Subscription): void {
    if (this.#send(commandText('subscribe', identifier))) subscription.askedAt = performance.now()
  }
}
