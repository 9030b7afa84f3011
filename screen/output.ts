/** Bytes on their way to a terminal: grows as needed, is used again, and writes numbers without making strings. */
export class Output {
  bytes = new Uint8Array(4096)
  length = 0
  readonly #utf8 = new TextEncoder()

  /** Forgets what was written. */
  reset(): void {
    this.length = 0
  }

  /** A copy of what was written. */
  take(): Uint8Array {
    return this.bytes.slice(0, this.length)
  }

  /** Makes room for `room` more bytes. The methods below that write a bounded number of bytes do so themselves. */
  reserve(room: number): void {
    if (this.length + room <= this.bytes.length) return
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.length + room))
    larger.set(this.bytes.subarray(0, this.length))
    this.bytes = larger
  }

  byte(value: number): void {
    if (this.length === this.bytes.length) this.reserve(1)
    this.bytes[this.length++] = value
  }

  /** ASCII text only. */
  ascii(text: string): void {
    this.reserve(text.length)
    for (let index = 0; index < text.length; index++) this.bytes[this.length++] = text.charCodeAt(index)
  }

  text(text: string): void {
    this.reserve(text.length * 3)
    this.length += this.#utf8.encodeInto(text, this.bytes.subarray(this.length)).written
  }

  /** A number in decimal digits. */
  number(value: number): void {
    this.reserve(10)
    if (value >= 10) {
      if (value >= 100) {
        if (value >= 1000) {
          this.number(Math.floor(value / 1000))
          value %= 1000
        }
        this.bytes[this.length++] = 0x30 + ((value / 100) | 0)
        value %= 100
      }
      this.bytes[this.length++] = 0x30 + ((value / 10) | 0)
      value %= 10
    }
    this.bytes[this.length++] = 0x30 + value
  }

  codePoint(value: number): void {
    this.reserve(4)
    const bytes = this.bytes
    if (value < 0x80) bytes[this.length++] = value
    else {
      if (value < 0x800) bytes[this.length++] = 0xc0 | (value >> 6)
      else {
        if (value < 0x10000) bytes[this.length++] = 0xe0 | (value >> 12)
        else {
          bytes[this.length++] = 0xf0 | (value >> 18)
          bytes[this.length++] = 0x80 | ((value >> 12) & 0x3f)
        }
        bytes[this.length++] = 0x80 | ((value >> 6) & 0x3f)
      }
      bytes[this.length++] = 0x80 | (value & 0x3f)
    }
  }
}
