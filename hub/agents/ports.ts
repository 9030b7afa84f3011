import type { Records } from '../records/records.ts'
import { canListen } from './listening.ts'
import type { PortBlocks } from './port-blocks.ts'

/** Where ports for sessions begin: what many programs would take themselves. */
const FIRST_PORT = 8080
const LAST_PORT = 65_535
/** How long a port that was given out belongs to whoever got it, until a session is written down with it. */
const HELD_MS = 10_000

/** Ports outside of agents' blocks: none that a session of this hub has, or that somebody listens on. */
export class SessionPorts {
  readonly #records: () => Records
  readonly #blocks: () => PortBlocks
  readonly #heldUntil = new Map<number, number>()

  constructor(records: () => Records, blocks: () => PortBlocks) {
    this.#records = records
    this.#blocks = blocks
  }

  /** @throws Error when every port is taken. */
  async free(): Promise<number> {
    for (let port = FIRST_PORT; port <= LAST_PORT; port++) {
      if (this.#isTaken(port)) continue
      this.#heldUntil.set(port, Date.now() + HELD_MS)
      if (await canListen(port)) return port
      this.#heldUntil.delete(port)
    }
    throw new Error(`no port from ${FIRST_PORT} upward is free`)
  }

  #isTaken(port: number): boolean {
    if ((this.#heldUntil.get(port) ?? 0) > Date.now() || this.#blocks().has(port)) return true
    this.#heldUntil.delete(port)
    return this.#records()
      .sessions()
      .some((session) => session.port === port)
  }
}
