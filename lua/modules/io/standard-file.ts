/** Standard input, output and error of a script: what they are decides whoever runs it. */
import { UnusablePath } from '../fs/failures.ts'
import { type Format, Reader } from './reader.ts'
import { type OpenFile, refuse } from './stream.ts'

export type OutputSink = (stream: 'stdout' | 'stderr', bytes: Uint8Array, owner: string) => void

export interface StandardOptions {
  readonly name: 'stdin' | 'stdout' | 'stderr'
  /** Bytes for reading. Without it there is nothing to read. */
  readonly pull?: () => Uint8Array | Promise<Uint8Array>
  readonly write?: (bytes: Uint8Array, owner: string) => void
}

export class StandardFile implements OpenFile {
  readonly name: string
  readonly #write: StandardOptions['write']
  readonly #reader: Reader | undefined

  constructor({ name, pull, write }: StandardOptions) {
    this.name = name
    this.#write = write
    this.#reader = pull === undefined ? undefined : new Reader(pull)
  }

  read(format: Format, canWait: boolean): Uint8Array | undefined | Promise<Uint8Array | undefined> {
    return this.#reader === undefined ? refuse('EBADF') : this.#reader.read(format, canWait)
  }

  write(bytes: Uint8Array, owner: string): void {
    if (this.#write === undefined) refuse('EBADF')
    this.#write(bytes, owner)
  }

  flush(): void {}

  seek(): number {
    return refuse('ESPIPE')
  }

  setBuffering(): void {}

  close(): undefined {
    throw new UnusablePath('it is not the script’s to close')
  }

  [Symbol.dispose](): void {}
}
