/** What a console prints, on its way to somebody who may read slowly. */
import { setTimeout as delay } from 'node:timers/promises'
import type { LuaOutput } from '../../protocol/messages/lua.ts'

/** Bytes sent at once: a message far below the limit of the wire. */
const CHUNK = 1 << 16
/** Bytes that may wait for the reader before the script waits too. */
const ENOUGH = 1 << 20
/** Bytes kept at most of what is printed where the script cannot be paused; the rest is dropped, and said to be. */
const MOST = 32 << 20
/** Milliseconds between two looks at whether the reader has caught up. */
const LOOK_EVERY = 5

export interface OutboxOptions {
  readonly send: (output: LuaOutput) => void
  /** Bytes sent and not taken yet. */
  readonly queued: () => number
  /** Whether nobody is there any more. */
  readonly closed: () => boolean
}

interface Pending {
  readonly stream: LuaOutput['stream']
  /** Pieces of text, or one piece of bytes. */
  readonly parts: (string | Uint8Array)[]
  size: number
}

export class Outbox {
  readonly #options: OutboxOptions
  #pending: Pending[] = []
  #size = 0
  #dropped = 0
  #isScheduled = false

  constructor(options: OutboxOptions) {
    this.#options = options
  }

  /** Takes something to deliver soon, together with what follows at once. */
  add(stream: LuaOutput['stream'], text: string | Uint8Array): void {
    const size = text.length
    if (this.#size + size > MOST) {
      this.#dropped += size
      return
    }
    this.#size += size
    const last = this.#pending.at(-1)
    if (typeof text === 'string' && last?.stream === stream && isText(last) && last.size + size <= CHUNK) {
      last.parts.push(text)
      last.size += size
    } else {
      for (const part of pieces(text)) this.#pending.push({ stream, parts: [part], size: part.length })
    }
    if (this.#isScheduled) return
    this.#isScheduled = true
    queueMicrotask(() => {
      this.#isScheduled = false
      this.#flush()
    })
  }

  /** Resolves once there is room for more: at the earliest after a turn of the event loop. */
  async room(): Promise<void> {
    do {
      await new Promise<void>((resolve) => setImmediate(resolve))
      this.#flush()
      if (this.#hasRoom() || this.#options.closed()) return
      await delay(LOOK_EVERY)
    } while (!this.#options.closed())
  }

  /** Resolves once everything was sent, or nobody is there any more. */
  async delivered(): Promise<void> {
    this.#flush()
    while (this.#pending.length > 0 && !this.#options.closed()) {
      await delay(LOOK_EVERY)
      this.#flush()
    }
  }

  #hasRoom(): boolean {
    return this.#pending.length === 0 && this.#options.queued() < ENOUGH
  }

  #flush(): void {
    const { send, queued } = this.#options
    let sent = 0
    while (sent < this.#pending.length && queued() < ENOUGH) {
      const { stream, parts, size } = this.#pending[sent++]!
      this.#size -= size
      send({ stream, text: parts.length === 1 ? parts[0]! : parts.join('') })
    }
    this.#pending.splice(0, sent)
    if (this.#dropped > 0 && this.#pending.length === 0) {
      const dropped = this.#dropped
      this.#dropped = 0
      send({ stream: 'error', text: `… ${dropped} more bytes were printed faster than they could be sent\n` })
    }
  }
}

function isText({ parts }: Pending): boolean {
  return typeof parts[0] === 'string'
}

function* pieces(text: string | Uint8Array): Generator<string | Uint8Array> {
  if (text.length <= CHUNK) {
    yield text
    return
  }
  const bytes = typeof text === 'string' ? Buffer.from(text) : text
  for (let at = 0; at < bytes.length; at += CHUNK) yield bytes.subarray(at, at + CHUNK)
}
