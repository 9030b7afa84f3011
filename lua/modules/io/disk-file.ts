/** A file on the disk, or a device that reads like one. It is quick: nothing here has to be waited for. */
import { closeSync, constants, fstatSync, openSync, readSync, writeSync } from 'node:fs'
import { type BytePath, forSystem, shown } from '../fs/paths.ts'
import { type Format, Reader } from './reader.ts'
import { type OpenFile, refuse } from './stream.ts'

/** Bytes read ahead: what the system reads from a disk at once. */
const READ_BYTES = 64 << 10
/** Bytes of a full buffer when its size is not said. */
const WRITE_BYTES = 64 << 10
const NEWLINE = 10

/** Modes of `io.open`, without the `b` that means nothing here. */
const FLAGS: Readonly<Record<string, number>> = {
  r: constants.O_RDONLY,
  'r+': constants.O_RDWR,
  w: constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC,
  'w+': constants.O_RDWR | constants.O_CREAT | constants.O_TRUNC,
  a: constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND,
  'a+': constants.O_RDWR | constants.O_CREAT | constants.O_APPEND,
}

/** The flags of a mode such as "r+b"; undefined when it is none. */
export function flagsOf(mode: string): number | undefined {
  const [, plain] = /^([rwa]\+?)b?$/.exec(mode) ?? /^([rwa])b\+$/.exec(mode) ?? []
  return FLAGS[/b\+$/.test(mode) ? `${plain}+` : (plain ?? '')]
}

export class DiskFile implements OpenFile {
  readonly name: string
  readonly #fd: number
  /** A device has no positions. */
  readonly #hasPositions: boolean
  readonly #appends: boolean
  readonly #canRead: boolean
  readonly #canWrite: boolean
  readonly #reader: Reader
  /** Where the next bytes are read from; those buffered lie before it. */
  #position = 0
  #buffering: 'no' | 'full' | 'line' = 'no'
  #bufferBytes = WRITE_BYTES
  #unwritten: Uint8Array[] = []
  #unwrittenBytes = 0

  /** Opens a path, or takes a descriptor over. Throws system errors. */
  constructor(path: BytePath, flags: number, fd = openSync(forSystem(path), flags | constants.O_NONBLOCK)) {
    this.name = shown(path)
    this.#fd = fd
    try {
      const stats = fstatSync(fd)
      if (stats.isDirectory()) throw Object.assign(new Error('a directory'), { code: 'EISDIR' })
      this.#hasPositions = stats.isFile()
    } catch (error) {
      closeSync(fd)
      throw error
    }
    const access = flags & (constants.O_RDONLY | constants.O_WRONLY | constants.O_RDWR)
    this.#canRead = access !== constants.O_WRONLY
    this.#canWrite = access !== constants.O_RDONLY
    this.#appends = (flags & constants.O_APPEND) !== 0
    this.#reader = new Reader(() => this.#pull())
  }

  read(format: Format): Uint8Array | undefined {
    if (!this.#canRead) refuse('EBADF')
    this.flush()
    return this.#reader.read(format) as Uint8Array | undefined
  }

  write(bytes: Uint8Array): void {
    if (!this.#canWrite) refuse('EBADF')
    this.#position = this.#logical
    this.#reader.reset()
    if (this.#buffering === 'no') return this.#writeNow(bytes)
    this.#unwritten.push(bytes)
    this.#unwrittenBytes += bytes.length
    const isLine = this.#buffering === 'line' && bytes.includes(NEWLINE)
    if (isLine || this.#unwrittenBytes >= this.#bufferBytes) this.flush()
  }

  flush(): void {
    if (this.#unwritten.length === 0) return
    const bytes = Buffer.concat(this.#unwritten)
    this.#unwritten = []
    this.#unwrittenBytes = 0
    this.#writeNow(bytes)
  }

  seek(whence: 'set' | 'cur' | 'end', offset: number): number {
    if (!this.#hasPositions) refuse('ESPIPE')
    this.flush()
    const start = whence === 'set' ? 0 : whence === 'cur' ? this.#logical : fstatSync(this.#fd).size
    if (start + offset < 0) throw Object.assign(new Error('before the beginning'), { code: 'EINVAL' })
    this.#position = start + offset
    this.#reader.reset()
    return this.#position
  }

  setBuffering(mode: 'no' | 'full' | 'line', size: number): void {
    this.flush()
    this.#buffering = mode
    this.#bufferBytes = size > 0 ? size : WRITE_BYTES
  }

  close(): undefined {
    try {
      this.flush()
    } finally {
      closeSync(this.#fd)
    }
  }

  [Symbol.dispose](): void {
    this.close()
  }

  /** Where the script takes itself to be. */
  get #logical(): number {
    return this.#position - this.#reader.buffered
  }

  #pull(): Uint8Array {
    const bytes = Buffer.allocUnsafe(READ_BYTES)
    const count = readSync(this.#fd, bytes, 0, READ_BYTES, this.#hasPositions ? this.#position : null)
    this.#position += count
    return bytes.subarray(0, count)
  }

  #writeNow(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const position = this.#hasPositions && !this.#appends ? this.#position : null
      const count = writeSync(this.#fd, bytes, at, bytes.length - at, position)
      at += count
      this.#position = this.#appends ? fstatSync(this.#fd).size : this.#position + count
    }
  }
}
