import { closeSync, fstatSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { type Logger, pino } from 'pino'
import { ensurePrivateDirectory } from '../protocol/server.ts'

/** Bytes after which a log is put aside: some days of ordinary work, still opened by any editor. */
const MAX_BYTES = 5 << 20
/** Logs kept besides the present one. */
const KEPT = 3

export interface LogOptions {
  readonly path: string
  /** pino's names: trace, debug, info, warn, error, fatal, silent. */
  readonly level?: string
  /** @default 5 MiB */
  readonly maxBytes?: number
}

/** A structured log, one JSON object a line, in a file that is rotated by size: `hub.log`, `hub.log.1` … `hub.log.3`. */
export function openLog({ path, level = 'info', maxBytes = MAX_BYTES }: LogOptions): Logger & Disposable {
  const file = new RotatingFile(path, maxBytes)
  const options = {
    level,
    base: { pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { error: pino.stdSerializers.err },
  }
  const log = pino(options, file)
  return Object.assign(log, { [Symbol.dispose]: () => file[Symbol.dispose]() })
}

/** Written synchronously, so that the last line before a crash is there; a line is short and comes seldom. */
class RotatingFile implements Disposable {
  readonly #path: string
  readonly #maxBytes: number
  #descriptor: number | undefined
  #bytes = 0
  #isDisposed = false

  constructor(path: string, maxBytes: number) {
    this.#path = path
    this.#maxBytes = maxBytes
    ensurePrivateDirectory(dirname(path))
    this.#open()
  }

  /** A log that cannot be written (full disk) must not end what it is the log of. */
  write(line: string): void {
    if (this.#isDisposed) return
    try {
      if (this.#bytes > 0 && this.#bytes + line.length > this.#maxBytes) this.#rotate()
      this.#bytes += writeSync(this.#descriptor ?? this.#open(), line)
    } catch {}
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true
    this.#close()
  }

  /** Again, too, after a rotation that failed. */
  #open(): number {
    const descriptor = openSync(this.#path, 'a', 0o600)
    this.#descriptor = descriptor
    this.#bytes = fstatSync(descriptor).size
    return descriptor
  }

  #close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor)
    this.#descriptor = undefined
  }

  #rotate(): void {
    this.#close()
    try {
      rmSync(`${this.#path}.${KEPT}`, { force: true })
      for (let number = KEPT - 1; number >= 0; number--) shift(this.#path, number)
    } finally {
      this.#open()
    }
  }
}

function shift(path: string, number: number): void {
  try {
    renameSync(number === 0 ? path : `${path}.${number}`, `${path}.${number + 1}`)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}
