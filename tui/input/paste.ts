/** `CSI 201 ~`, the end of a bracketed paste. */
const END = Uint8Array.of(0x1b, 0x5b, 0x32, 0x30, 0x31, 0x7e)
/** Bytes held of one paste; what is longer comes as several, so that an endless one cannot fill the memory. */
const MAX_PASTE = 64 << 20

/** Collects a bracketed paste over any number of reads, looking at every byte once. */
export class PasteCollector {
  readonly #onPaste: (data: Uint8Array) => void
  #chunks: Uint8Array[] = []
  #length = 0
  /** Bytes of the end marker seen so far. */
  #matched = 0

  constructor(onPaste: (data: Uint8Array) => void) {
    this.#onPaste = onPaste
  }

  /** Takes bytes from `start` on. Returns where the paste ended in them, after its marker, or -1 when it goes on. */
  feed(bytes: Uint8Array, start: number): number {
    for (let at = start; at < bytes.length; at++) {
      if (bytes[at] === END[this.#matched]) {
        if (++this.#matched < END.length) continue
        this.#keep(bytes, start, at + 1)
        this.#finish()
        return at + 1
      }
      this.#matched = bytes[at] === END[0] ? 1 : 0
    }
    this.#keep(bytes, start, bytes.length)
    if (this.#length > MAX_PASTE && this.#matched === 0) this.#deliver(this.#length)
    return -1
  }

  #keep(bytes: Uint8Array, start: number, end: number): void {
    if (end > start) this.#chunks.push(bytes.slice(start, end))
    this.#length += end - start
  }

  #finish(): void {
    this.#matched = 0
    this.#deliver(this.#length - END.length)
  }

  #deliver(length: number): void {
    const data = Buffer.concat(this.#chunks, this.#length).subarray(0, length)
    this.#chunks = []
    this.#length = 0
    this.#onPaste(new Uint8Array(data.buffer, data.byteOffset, data.length))
  }
}
