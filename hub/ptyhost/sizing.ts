/** Characters. */
export interface Size {
  readonly cols: number
  readonly rows: number
}

/**
 * Decides the size of a session that several clients look at, in this one place: that of the client that was active
 * last (typed, or changed its size). A client that leaves gives way to the one active before it.
 */
export class Sizing<Client> {
  /** From the one active longest ago to the last. */
  readonly #wishes = new Map<Client, Size>()

  /** The client wants this size. */
  want(client: Client, size: Size): void {
    this.#wishes.delete(client)
    this.#wishes.set(client, size)
  }

  /** The client typed. */
  touch(client: Client): void {
    const size = this.#wishes.get(client)
    if (size !== undefined) this.want(client, size)
  }

  leave(client: Client): void {
    this.#wishes.delete(client)
  }

  /** The size the session should have; undefined while nobody wants any. */
  get decision(): Size | undefined {
    return [...this.#wishes.values()].at(-1)
  }
}
