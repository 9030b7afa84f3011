const NOTHING = new Uint8Array(0)

/**
 * Keeps characters whole that a read cut in two: what is incomplete at the end waits for the next bytes. xterm does so
 * itself, but breaks characters whose second byte is 0x80 (U+2000 to U+203F, dashes and quotes and joiners, and more).
 */
export class Utf8Boundary {
  #rest: Uint8Array = NOTHING

  /** Whether the beginning of a character waits. */
  get pending(): boolean {
    return this.#rest.length > 0
  }

  /** `data`, behind what was kept back before, up to the end of its last whole character. */
  whole(data: Uint8Array): Uint8Array {
    if (this.#rest.length > 0) data = Buffer.concat([this.#rest, data])
    const incomplete = incompleteTail(data)
    // A copy: the chunk it came in is large and would stay in memory.
    this.#rest = incomplete === 0 ? NOTHING : new Uint8Array(data.subarray(data.length - incomplete))
    return incomplete === 0 ? data : data.subarray(0, data.length - incomplete)
  }
}

/** Bytes at the end that begin a character and do not finish it. */
function incompleteTail(data: Uint8Array): number {
  const end = data.length
  for (let back = 1; back <= 3 && back <= end; back++) {
    const byte = data[end - back]!
    if (byte < 0x80) return 0
    if (byte >= 0xc0) {
      const length = byte >= 0xf8 ? 1 : byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2
      return length > back ? back : 0
    }
  }
  return 0
}
