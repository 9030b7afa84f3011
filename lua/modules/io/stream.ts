/** Something with an end to read from or to write to, whatever it is. */
import type { Exit } from '../processes/shell.ts'
import type { Format } from './reader.ts'

/** What `io.open` and `io.popen` give. Methods throw system errors; what they return may have to be waited for. */
export interface OpenFile extends Disposable {
  /** For people: the path, or the command. */
  readonly name: string
  /** Throws when it would have to be waited for and the caller cannot. */
  read(format: Format, canWait: boolean): Uint8Array | undefined | Promise<Uint8Array | undefined>
  /** `owner` is whose script writes. */
  write(bytes: Uint8Array, owner: string): void | Promise<void>
  flush(): void
  /** Moves and returns the position. */
  seek(whence: 'set' | 'cur' | 'end', offset: number): number
  setBuffering(mode: 'no' | 'full' | 'line', size: number): void
  /** Ends it in order. A process is waited for and its end returned. */
  close(): undefined | Promise<Exit>
}

/** For operations that a stream does not have. */
export function refuse(code: 'EBADF' | 'ESPIPE'): never {
  throw Object.assign(new Error(code), { code })
}
