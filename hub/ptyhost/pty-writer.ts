import { writeSync } from 'node:fs'

/** Milliseconds until a full PTY is tried again, doubled up to the second while the program does not read. */
const FIRST_RETRY_MS = 1
const LAST_RETRY_MS = 16
/** Bytes waiting for a program that does not read; more than any paste, and not all of the memory. */
const MAX_QUEUED_BYTES = 64 << 20

type Entry = { readonly data: Uint8Array; offset: number } | { readonly pauseMs: number }

/**
 * Writes to the master side of a PTY, in order and whole. node-pty's own write() hands over to a stream that blocks the
 * whole process while the program does not read (measured: 3 s for a program that slept 3 s), so this writes to the
 * descriptor, which is not blocking, and tries again later what did not fit.
 */
export class PtyWriter implements Disposable {
  readonly #descriptor: () => number | undefined
  #queue: Entry[] = []
  #queuedBytes = 0
  #timer: NodeJS.Timeout | undefined
  #retryMs = FIRST_RETRY_MS
  #disposed = false

  /** @param descriptor undefined once it is closed: the number may belong to something else by then */
  constructor(descriptor: () => number | undefined) {
    this.#descriptor = descriptor
  }

  get queuedBytes(): number {
    return this.#queuedBytes
  }

  /** Writes now or, behind what waits, later. False when too much waits already: then nothing was taken. */
  write(data: Uint8Array): boolean {
    if (this.#disposed || this.#queuedBytes + data.length > MAX_QUEUED_BYTES) return false
    if (data.length === 0) return true
    this.#queue.push({ data, offset: 0 })
    this.#queuedBytes += data.length
    if (this.#timer === undefined) this.#flush()
    return true
  }

  /** What is written next waits this long after all that was written before has gone out. */
  pause(milliseconds: number): void {
    if (this.#disposed) return
    this.#queue.push({ pauseMs: milliseconds })
    if (this.#timer === undefined) this.#flush()
  }

  [Symbol.dispose](): void {
    this.#disposed = true
    clearTimeout(this.#timer)
    this.#queue = []
    this.#queuedBytes = 0
  }

  #flush(): void {
    this.#timer = undefined
    let done = 0
    for (; done < this.#queue.length; done++) {
      const entry = this.#queue[done]!
      if ('pauseMs' in entry) {
        this.#later(entry.pauseMs)
        done++
        break
      }
      if (!this.#writeOut(entry)) break
    }
    this.#queue.splice(0, done)
  }

  /** False when some of it has to wait. */
  #writeOut(entry: { readonly data: Uint8Array; offset: number }): boolean {
    while (entry.offset < entry.data.length) {
      const descriptor = this.#descriptor()
      if (descriptor === undefined) return this.#giveUp()
      try {
        const written = writeSync(descriptor, entry.data, entry.offset)
        entry.offset += written
        this.#queuedBytes -= written
        this.#retryMs = FIRST_RETRY_MS
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException
        if (code === 'EINTR') continue
        if (code !== 'EAGAIN') return this.#giveUp() // EIO: the program is gone
        this.#later(this.#retryMs)
        this.#retryMs = Math.min(LAST_RETRY_MS, this.#retryMs * 2)
        return false
      }
    }
    return true
  }

  #later(milliseconds: number): void {
    this.#timer = setTimeout(() => this.#flush(), milliseconds)
  }

  #giveUp(): boolean {
    this[Symbol.dispose]()
    return false
  }
}
