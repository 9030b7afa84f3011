import type { Logger } from 'pino'
import type { Origin } from '../../protocol/messages/ptyhost.ts'

/** Milliseconds within which writes of one origin are one entry. */
const MERGE_MS = 1000

/**
 * Notes who wrote how much into a session besides people: what an agent was told by whom, without the text itself,
 * which may hold secrets.
 */
export class WriteLog implements Disposable {
  readonly #session: string
  readonly #log: Logger
  #origin: Origin | undefined
  #bytes = 0
  #writes = 0
  #timer: NodeJS.Timeout | undefined

  constructor(session: string, log: Logger) {
    this.#session = session
    this.#log = log
  }

  note(origin: Origin, bytes: number): void {
    if (origin.kind === 'person') return
    if (this.#origin?.kind !== origin.kind || this.#origin.name !== origin.name) this.#close()
    this.#origin = origin
    this.#bytes += bytes
    this.#writes++
    this.#timer ??= setTimeout(() => this.#close(), MERGE_MS)
  }

  [Symbol.dispose](): void {
    this.#close()
  }

  #close(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#origin === undefined) return
    const { kind, name } = this.#origin
    this.#log.info({ session: this.#session, origin: kind, name, writes: this.#writes, bytes: this.#bytes }, 'write')
    this.#origin = undefined
    this.#bytes = this.#writes = 0
  }
}
