/** A pipe: bytes come and go when the other end is ready, and reading and writing wait for that. */
import type { Readable, Writable } from 'node:stream'
import type { Exit, Shell } from '../processes/shell.ts'
import { type Format, Reader } from './reader.ts'
import { type OpenFile, refuse } from './stream.ts'

const NOTHING = new Uint8Array(0)
/** Bytes that may wait for the other end where Lua cannot. */
const MOST_UNWRITTEN = 16 << 20

export interface PipeEnds {
  readonly name: string
  readonly input?: Readable
  readonly output?: Writable
  /** The process at the other end. */
  readonly shell?: Shell
}

export class PipeFile implements OpenFile {
  readonly name: string
  readonly #ends: PipeEnds
  readonly #reader: Reader

  constructor(ends: PipeEnds) {
    this.name = ends.name
    this.#ends = ends
    this.#reader = new Reader(() => this.#pull())
  }

  read(format: Format, canWait: boolean): Uint8Array | undefined | Promise<Uint8Array | undefined> {
    if (this.#ends.input === undefined) refuse('EBADF')
    return this.#reader.read(format, canWait)
  }

  write(bytes: Uint8Array): void | Promise<void> {
    const { output } = this.#ends
    if (output === undefined) refuse('EBADF')
    if (!output.writable) throw Object.assign(new Error('closed'), { code: 'EPIPE' })
    if (output.writableLength > MOST_UNWRITTEN) throw Object.assign(new Error('too much waits'), { code: 'EAGAIN' })
    if (!output.write(bytes)) return drained(output)
  }

  flush(): void {}

  seek(): number {
    return refuse('ESPIPE')
  }

  setBuffering(): void {}

  close(): undefined | Promise<Exit> {
    this.#ends.input?.destroy()
    this.#ends.output?.end()
    return this.#ends.shell?.exit
  }

  [Symbol.dispose](): void {
    this.#ends.input?.destroy()
    this.#ends.output?.destroy()
    this.#ends.shell?.[Symbol.dispose]()
  }

  #pull(): Uint8Array | Promise<Uint8Array> {
    const input = this.#ends.input!
    const bytes = input.read() as Uint8Array | null
    if (bytes !== null) return bytes
    return isOver(input) ? NOTHING : this.#wait(input)
  }

  async #wait(input: Readable): Promise<Uint8Array> {
    await firstOf(input, ['readable', 'end', 'close', 'error'])
    return this.#pull()
  }
}

async function drained(output: Writable): Promise<void> {
  await firstOf(output, ['drain', 'close', 'error'])
}

function isOver(input: Readable): boolean {
  return input.readableEnded || input.destroyed || input.closed
}

function firstOf(stream: Readable | Writable, events: readonly string[]): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      for (const event of events) stream.off(event, done)
      resolve()
    }
    for (const event of events) stream.on(event, done)
  })
}
