import type { DataPlane, Ticket } from './data/data-plane.ts'

/** Milliseconds between tries to reach the ptyhost: the first, and the longest. */
const FIRST_RETRY_MS = 50
const LONGEST_RETRY_MS = 1000

export interface DataLinkParts {
  readonly data: DataPlane
  /** Asks the hub. @throws when there is no hub, or no ptyhost */
  readonly ticket: () => Promise<Ticket>
  readonly hubConnected: () => boolean
  /** The connection is there, by this socket. */
  readonly onOpen: (socket: string) => void
  /** There is none, for this reason; it goes on trying as long as there is a hub. */
  readonly onUnreachable: (reason: string) => void
}

/** Keeps the data plane connected: it outlives hubs, and comes back after a new ptyhost. */
export class DataLink implements Disposable {
  readonly #parts: DataLinkParts
  #opening = false
  /** Asked for anew while opening. */
  #again = false
  #retry: NodeJS.Timeout | undefined
  #pause = FIRST_RETRY_MS
  #disposed = false

  constructor(parts: DataLinkParts) {
    this.#parts = parts
  }

  /** Opens the data plane unless it is open. Problems are reported and tried again. */
  ensure(): void {
    if (!this.#parts.data.connected && !this.#opening) void this.#open()
  }

  /** The ptyhost is another one now. */
  renew(): void {
    this.#parts.data.close('the ptyhost was replaced')
    void this.#open()
  }

  /** The connection ended by itself. */
  lost(reason: string): void {
    if (this.#disposed) return
    this.#parts.onUnreachable(reason)
    this.#retryLater()
  }

  [Symbol.dispose](): void {
    this.#disposed = true
    clearTimeout(this.#retry)
  }

  async #open(): Promise<void> {
    clearTimeout(this.#retry)
    if (this.#disposed) return
    if (this.#opening) {
      this.#again = true
      return
    }
    if (!this.#parts.hubConnected()) return // its return calls ensure()
    this.#opening = true
    try {
      const ticket = await this.#parts.ticket()
      await this.#parts.data.open(ticket)
      this.#opened(ticket.socket)
    } catch (error) {
      if (this.#disposed) return
      this.#parts.onUnreachable(error instanceof Error ? error.message : String(error))
      this.#retryLater()
    } finally {
      this.#opening = false
      if (this.#again) {
        this.#again = false
        this.renew()
      }
    }
  }

  #opened(socket: string): void {
    const { data, onOpen } = this.#parts
    if (this.#disposed) return data.close('the client leaves')
    this.#pause = FIRST_RETRY_MS
    onOpen(socket)
  }

  #retryLater(): void {
    clearTimeout(this.#retry)
    this.#retry = setTimeout(() => this.ensure(), this.#pause)
    this.#pause = Math.min(this.#pause * 2, LONGEST_RETRY_MS)
  }
}
