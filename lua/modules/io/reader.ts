/** Reads lines, numbers and blocks from bytes that come in pieces, some of them later. */

const NEWLINE = 10
/** Characters that a number may have: more is none (liolib.c, L_MAXLENNUM). */
const MOST_NUMBER = 200
/** Bytes that one read may give: Lua's memory is limited. */
const MOST_BYTES = 64 << 20

/** Where bytes come from: the next ones, none at the end, or a Promise of them. */
export type Pull = () => Uint8Array | Promise<Uint8Array>

/** 'l' a line, 'L' with its end, 'n' the text of a number, 'a' everything, or so many bytes. */
export type Format = 'l' | 'L' | 'n' | 'a' | number

/** A step of reading asks for more bytes and learns whether there were any. */
type Steps = Generator<void, Uint8Array | undefined, boolean>

export class Reader {
  readonly #pull: Pull
  #pieces: Buffer[] = []
  #length = 0
  /** Bytes that were asked for, by whomever. */
  #coming: Promise<boolean> | undefined

  constructor(pull: Pull) {
    this.#pull = pull
  }

  /** Bytes that were pulled and not read. */
  get buffered(): number {
    return this.#length
  }

  /** Forgets them: the source was moved. */
  reset(): void {
    this.#pieces = []
    this.#length = 0
  }

  /**
   * What the format asks for; undefined at the end. A Promise when it has to be waited for; throws instead when the
   * caller cannot wait, and nothing is lost then.
   */
  read(format: Format, canWait = true): Uint8Array | undefined | Promise<Uint8Array | undefined> {
    return this.#drive(this.#steps(format), undefined, canWait)
  }

  #steps(format: Format): Steps {
    if (typeof format === 'number') return this.#count(format)
    switch (format) {
      case 'l':
      case 'L':
        return this.#line(format === 'L')
      case 'a':
        return this.#all()
      case 'n':
        return this.#number()
    }
  }

  #drive(
    steps: Steps,
    answer: boolean | undefined,
    canWait: boolean,
  ): Uint8Array | undefined | Promise<Uint8Array | undefined> {
    let step = answer === undefined ? steps.next() : steps.next(answer)
    while (!step.done) {
      const more = this.#more()
      if (more instanceof Promise) {
        if (canWait) return more.then((got) => this.#drive(steps, got, true))
        more.catch(() => undefined)
        throw new Error('this would have to wait for the other end, and Lua cannot wait here')
      }
      step = steps.next(more)
    }
    return step.value
  }

  #more(): boolean | Promise<boolean> {
    if (this.#coming !== undefined) return this.#coming
    if (this.#length > MOST_BYTES) throw Object.assign(new Error('too much to read at once'), { code: 'EFBIG' })
    const bytes = this.#pull()
    if (!(bytes instanceof Promise)) return this.#add(bytes)
    this.#coming = bytes
      .then((got) => this.#add(got))
      .finally(() => {
        this.#coming = undefined
      })
    return this.#coming
  }

  #add(bytes: Uint8Array): boolean {
    if (bytes.length === 0) return false
    this.#pieces.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
    this.#length += bytes.length
    return true
  }

  *#line(keepEnd: boolean): Steps {
    let offset = 0
    for (let i = 0; ; ) {
      for (; i < this.#pieces.length; i++) {
        const end = this.#pieces[i]!.indexOf(NEWLINE)
        if (end < 0) {
          offset += this.#pieces[i]!.length
          continue
        }
        const line = this.#take(offset + end + 1)
        return keepEnd ? line : line.subarray(0, -1)
      }
      if (!(yield)) return offset === 0 ? undefined : this.#take(offset)
    }
  }

  *#count(count: number): Steps {
    while (this.#length < Math.max(count, 1)) if (!(yield)) break
    if (this.#length === 0) return undefined
    return this.#take(Math.min(count, this.#length))
  }

  *#all(): Steps {
    while (yield);
    return this.#take(this.#length)
  }

  /** The longest beginning that could be a numeral, as Lua's own io reads it. */
  *#number(): Steps {
    let at = 0
    const byte = function* (this: Reader): Generator<void, number, boolean> {
      while (at >= this.#length) if (!(yield)) return -1
      return this.#whole()[at]!
    }.bind(this)
    while (isSpace(yield* byte())) at++
    const start = at
    const isOneOf = (text: string, code: number) => code >= 0 && text.includes(String.fromCharCode(code))
    if (isOneOf('+-', yield* byte())) at++
    let isHexadecimal = false
    let digits = 0
    if (isOneOf('0', yield* byte())) {
      at++
      digits = 1
      isHexadecimal = isOneOf('xX', yield* byte())
      if (isHexadecimal) {
        at++
        digits = 0
      }
    }
    const isDigit = (code: number) => isOneOf(isHexadecimal ? '0123456789abcdefABCDEF' : '0123456789', code)
    const most = () => at - start < MOST_NUMBER
    while (most() && isDigit(yield* byte())) {
      at++
      digits++
    }
    if (isOneOf('.', yield* byte())) {
      at++
      while (most() && isDigit(yield* byte())) {
        at++
        digits++
      }
    }
    if (digits > 0 && isOneOf(isHexadecimal ? 'pP' : 'eE', yield* byte())) {
      at++
      if (isOneOf('+-', yield* byte())) at++
      while (most() && isOneOf('0123456789', yield* byte())) at++
    }
    const taken = this.#take(at)
    return taken.subarray(start)
  }

  #whole(): Buffer {
    if (this.#pieces.length > 1) this.#pieces = [Buffer.concat(this.#pieces)]
    return this.#pieces[0] ?? Buffer.alloc(0)
  }

  #take(count: number): Buffer {
    const bytes = this.#whole()
    const rest = bytes.subarray(count)
    this.#pieces = rest.length === 0 ? [] : [rest]
    this.#length = rest.length
    return bytes.subarray(0, count)
  }
}

function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13)
}
