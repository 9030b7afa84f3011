import type { MethodName, Params, Result } from '../protocol/definition.ts'
import { RequestError } from '../protocol/errors.ts'
import type { PtyhostProtocol } from '../protocol/messages/ptyhost.ts'

/** What follows a session's screen as bytes for a terminal of its size: a repaint, then what changes. */
export interface ForwardHandlers {
  /** The next bytes come once this is done: a slow receiver gets fewer, never old ones. */
  readonly onData: (data: Uint8Array) => Promise<void> | void
  /** Called once, unless it was stopped: the session is gone. */
  readonly onEnd: (reason: string) => void
}

interface Forward extends ForwardHandlers {
  readonly view: number
  readonly session: string
}

export interface ForwardsOptions {
  /** Asks the ptyhost; waits while the link is down. */
  readonly request: <M extends MethodName<PtyhostProtocol>>(
    method: M,
    params: Params<PtyhostProtocol, M>,
  ) => Promise<Result<PtyhostProtocol, M>>
  /** Tells the ptyhost that a frame was taken. */
  readonly acknowledge: (view: number, seq: number) => void
  readonly onError: (error: unknown) => void
}

/** The sessions that the hub forwards. They go on when the link to the ptyhost was interrupted, with a new repaint. */
export class Forwards {
  readonly #options: ForwardsOptions
  readonly #forwards = new Map<number, Forward>()
  #lastView = 0

  constructor(options: ForwardsOptions) {
    this.#options = options
  }

  /** Begins, and returns a function that stops it. @throws RequestError when the ptyhost refuses */
  async start(session: string, handlers: ForwardHandlers): Promise<() => void> {
    const view = ++this.#lastView
    this.#forwards.set(view, { ...handlers, view, session })
    try {
      await this.#options.request('forward', { view, session })
    } catch (error) {
      this.#forwards.delete(view)
      throw error
    }
    return () => this.#stop(view)
  }

  /** Bytes have come. */
  async receive({ view, seq, data }: { view: number; seq: number; data: Uint8Array }): Promise<void> {
    try {
      await this.#forwards.get(view)?.onData(data)
    } catch (error) {
      this.#options.onError(error)
    }
    if (this.#forwards.has(view)) this.#options.acknowledge(view, seq)
  }

  /** A session is gone. */
  end(session: string, reason: string): void {
    for (const forward of [...this.#forwards.values()]) if (forward.session === session) this.#end(forward, reason)
  }

  /** The link is whole again: asks for everything anew. What is refused is gone. */
  async resume(): Promise<void> {
    for (const forward of [...this.#forwards.values()]) {
      try {
        await this.#options.request('forward', { view: forward.view, session: forward.session })
      } catch (error) {
        // When the link broke again, the next time counts.
        if (error instanceof RequestError) this.#end(forward, error.message)
      }
    }
  }

  /** All of them: the hub is ending. */
  endAll(reason: string): void {
    for (const forward of [...this.#forwards.values()]) this.#end(forward, reason)
  }

  #end(forward: Forward, reason: string): void {
    if (this.#forwards.delete(forward.view)) forward.onEnd(reason)
  }

  #stop(view: number): void {
    if (!this.#forwards.delete(view)) return
    this.#options.request('unview', { view }).catch(() => {}) // with the link, the view is gone too
  }
}
