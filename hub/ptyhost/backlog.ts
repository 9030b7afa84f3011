/** Bytes of room for the first output that has to wait. */
const FIRST_BYTES = 64 << 10

/** Bytes in the order they came, in a ring that is used again and again: a flood leaves nothing to collect. */
export class Backlog {
  #ring = new Uint8Array(0)
  /** Where the oldest byte is. */
  #start = 0
  #length = 0

  get length(): number {
    return this.#length
  }

  /** Copies `data` behind the rest. */
  append(data: Uint8Array): void {
    if (this.#length + data.length > this.#ring.length) this.#grow(this.#length + data.length)
    const end = (this.#start + this.#length) % this.#ring.length
    const fitting = Math.min(data.length, this.#ring.length - end)
    this.#ring.set(fitting === data.length ? data : data.subarray(0, fitting), end)
    if (fitting < data.length) this.#ring.set(data.subarray(fitting), 0)
    this.#length += data.length
  }

  /** Removes the oldest bytes, `most` or fewer. They are valid until more is appended. */
  take(most: number): Uint8Array {
    const taken = Math.min(most, this.#length, this.#ring.length - this.#start)
    const piece = this.#ring.subarray(this.#start, this.#start + taken)
    this.#length -= taken
    this.#start = this.#length === 0 ? 0 : (this.#start + taken) % this.#ring.length
    return piece
  }

  /** Gives the room back, if nothing waits. */
  release(): void {
    if (this.#length === 0) this.#ring = new Uint8Array(0)
  }

  #grow(bytes: number): void {
    let size = Math.max(FIRST_BYTES, this.#ring.length)
    while (size < bytes) size *= 2
    const ring = new Uint8Array(size)
    const first = this.#ring.subarray(this.#start, this.#start + this.#length)
    ring.set(first)
    ring.set(this.#ring.subarray(0, this.#length - first.length), first.length)
    this.#ring = ring
    this.#start = 0
  }
}
