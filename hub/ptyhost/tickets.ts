import type { Rights } from '../../protocol/messages/ptyhost.ts'
import { sameSecret } from './key.ts'

/** Tickets kept; the oldest are forgotten, so that hubs that never revoke cannot fill the memory. */
const MAX_TICKETS = 10_000

/** What somebody may do. */
export interface Grant {
  /** Session ids, or all of them. */
  readonly sessions: '*' | ReadonlySet<string>
  readonly rights: Rights
}

const EVERYTHING: Grant = { sessions: '*', rights: { input: true, resize: true, manage: true } }

/** Who may do what: hubs by the key of this ptyhost, clients by the tickets hubs registered for them. */
export class Tickets {
  readonly #key: string
  readonly #grants = new Map<string, Grant>()

  constructor(key: string) {
    this.#key = key
  }

  /** What a ticket or key allows; undefined when it is neither. */
  grant(ticket: string): Grant | undefined {
    // The usual case first: comparing takes a hundred times as long, and every key is checked.
    return this.#grants.get(ticket) ?? (sameSecret(ticket, this.#key) ? EVERYTHING : undefined)
  }

  /** Adds a ticket, or changes what it allows from now on. */
  register(ticket: string, sessions: '*' | readonly string[], rights: Rights): void {
    this.#grants.delete(ticket)
    this.#grants.set(ticket, { sessions: sessions === '*' ? '*' : new Set(sessions), rights })
    if (this.#grants.size > MAX_TICKETS) this.#grants.delete(this.#grants.keys().next().value!)
  }

  revoke(ticket: string): void {
    this.#grants.delete(ticket)
  }
}
