import { StringDecoder } from 'node:string_decoder'

const ESC = 0x1b
const BEL = 0x07
/** Longest control string kept to be answered; longer ones (images, clipboard) are only skipped. */
const MAX_CONTROL = 64

type State = 'text' | 'escape' | 'control' | 'string' | 'string-escape'

/**
 * Takes the escape sequences out of what a program writes to a terminal, also when they are split across reads, and
 * hands each to `onControl`, so that queries can be answered.
 */
export class TextStream {
  readonly #decoder = new StringDecoder('utf8')
  readonly #onControl: (control: string) => void
  #state: State = 'text'
  #control = ''

  /** @param onControl receives each sequence without its ESC: "[c", "]11;?" */
  constructor(onControl: (control: string) => void) {
    this.#onControl = onControl
  }

  /** The text within `chunk`, without controls; spaces and line breaks stay. */
  push(chunk: Uint8Array): string {
    let text = ''
    let start = this.#state === 'text' ? 0 : -1
    for (let index = 0; index < chunk.length; index++) {
      const byte = chunk[index]!
      if (start >= 0) {
        if (byte !== ESC) continue
        if (index > start) text += this.#decoder.write(chunk.subarray(start, index) as Buffer)
        start = -1
        this.#state = 'escape'
        this.#control = ''
      } else if (this.#ends(byte)) start = index + 1
    }
    if (start >= 0 && start < chunk.length) text += this.#decoder.write(chunk.subarray(start) as Buffer)
    return text
  }

  /** Takes one byte of a sequence; true when it was the last. */
  #ends(byte: number): boolean {
    switch (this.#state) {
      case 'text':
        return true
      case 'escape':
        return this.#begins(byte)
      case 'control':
        this.#keep(byte)
        return byte >= 0x40 && byte <= 0x7e && this.#done()
      case 'string':
        if (byte === BEL) return this.#done()
        if (byte === ESC) this.#state = 'string-escape'
        else this.#keep(byte)
        return false
      case 'string-escape':
        return this.#done()
    }
  }

  #begins(byte: number): boolean {
    const character = String.fromCharCode(byte)
    const first = this.#control === ''
    this.#control += character
    if (first && character === '[') this.#state = 'control'
    else if (first && 'P]X^_'.includes(character)) this.#state = 'string'
    else if (byte >= 0x30) return this.#done()
    return false // intermediate bytes (0x20–0x2f): the final byte follows
  }

  #keep(byte: number): void {
    if (this.#control.length < MAX_CONTROL) this.#control += String.fromCharCode(byte)
  }

  #done(): boolean {
    this.#state = 'text'
    this.#onControl(this.#control)
    return true
  }
}
