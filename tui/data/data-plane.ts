import { connect } from '../../protocol/client.ts'
import type { Connection } from '../../protocol/connection.ts'
import type { Params, Result } from '../../protocol/definition.ts'
import { ConnectionClosed, RequestError } from '../../protocol/errors.ts'
import {
  type Frame,
  type PtyhostProtocol,
  ptyhostProtocol,
  type SessionInfo,
  type Signal,
} from '../../protocol/messages/ptyhost.ts'
import type { HistoryPage } from '../stores/history-cache.ts'

export interface Size {
  readonly cols: number
  readonly rows: number
}

/** The outer terminal's real colours, as X11 colour specs; sent along with every view. */
export interface TerminalColors {
  foreground?: string
  background?: string
  palette?: Record<string, string>
}

/** Where the ptyhost listens and what it lets us in with; from the hub. */
export interface Ticket {
  readonly ticket: string
  readonly socket: string
}

export interface DataPlaneEvents {
  /** Views that were given up meanwhile are not reported. */
  readonly onFrame: (frame: Frame) => void
  readonly onSignal: (signal: Signal) => void
  /** The session is gone for good. */
  readonly onReleased: (session: string) => void
  /** A view was refused, e.g. because there is no such session. */
  readonly onViewFailed: (view: number, message: string) => void
  /** The connection ended by itself. */
  readonly onLost: (reason: string) => void
  readonly onWarning: (warning: string) => void
}

/** What is asked about a terminal's text. */
export type TextMethod = 'search' | 'text' | 'prompt'

const OUTDATED =
  'The terminals are held by an older botster that cannot do this. It stays as long as its agents do: once they are done, `botster stop` and start it again'

/** Bytes of input kept for the first connection: a large paste, for whoever types before the screen is there. */
const MAX_EARLY_BYTES = 1 << 20
/** Bytes of input in one message: frames are limited, pastes are not. */
const MAX_INPUT_BYTES = 1 << 20

/**
 * The client's end of the data plane: screens of sessions in, keys out. What is typed before the first connection is
 * kept for it; without a connection later on everything is dropped, since nobody can tell what it would meet.
 */
export class DataPlane implements Disposable {
  readonly #events: DataPlaneEvents
  #connection: Connection<PtyhostProtocol, 'client'> | undefined
  #nextView = 1
  #early: { readonly session: string; readonly data: Uint8Array }[] | undefined = []
  colors: TerminalColors = {}

  constructor(events: DataPlaneEvents) {
    this.#events = events
  }

  get connected(): boolean {
    return this.#connection !== undefined
  }

  /**
   * Connects and shows the ticket; an earlier connection ends. All views are to be made again.
   * @throws ConnectionClosed, VersionMismatch or RequestError
   */
  async open({ socket, ticket }: Ticket): Promise<void> {
    this.close('a new connection takes over')
    let connection: Connection<PtyhostProtocol, 'client'> | undefined // not there yet when a handler is called early
    connection = await connect({
      path: socket,
      protocol: ptyhostProtocol,
      role: 'tui',
      onMessage: (message) => {
        if (connection === undefined || connection !== this.#connection) return
        switch (message.type) {
          case 'frame':
            return this.#events.onFrame(message)
          case 'signal':
            return this.#events.onSignal(message.signal)
          case 'released':
            return this.#events.onReleased(message.session)
          case 'forwarded':
            return // never asked for
        }
      },
      onClose: (reason) => {
        if (connection === undefined || connection !== this.#connection) return
        this.#connection = undefined
        this.#events.onLost(reason)
      },
      onWarning: this.#events.onWarning,
    })
    try {
      await connection.request('authenticate', { ticket })
    } catch (error) {
      connection.close('not let in')
      throw error
    }
    if (connection.closed) throw new ConnectionClosed('the connection to the terminals ended as it was made')
    this.#connection = connection
    const early = this.#early ?? []
    this.#early = undefined
    for (const { session, data } of early) this.input(session, data)
  }

  /** Starts frames of a session. @returns the view's number, which its frames carry and no other view ever had */
  view(session: string, size: Size): number {
    const view = this.#nextView++
    const connection = this.#connection
    if (connection === undefined) return view
    const failed = (error: unknown) => {
      if (error instanceof ConnectionClosed) return // reported as lost
      this.#events.onViewFailed(view, error instanceof Error ? error.message : String(error))
    }
    connection.request('view', { view, session, size, colors: this.colors }).then(ignore, failed)
    return view
  }

  unview(view: number): void {
    this.#connection?.request('unview', { view }).then(ignore, ignore)
  }

  resize(session: string, size: Size): void {
    this.#connection?.request('resize', { session, ...size }).then(ignore, ignore)
  }

  /** What a person typed, pasted or did with the mouse. */
  input(session: string, data: Uint8Array): void {
    if (this.#connection !== undefined) {
      for (let at = 0; at < data.length; at += MAX_INPUT_BYTES) {
        const piece = at === 0 && data.length <= MAX_INPUT_BYTES ? data : data.subarray(at, at + MAX_INPUT_BYTES)
        this.#connection.send({ type: 'input', session, data: piece })
      }
      return
    }
    if (this.#early === undefined) return
    const kept = this.#early.reduce((sum, input) => sum + input.data.length, 0)
    if (kept + data.length <= MAX_EARLY_BYTES) this.#early.push({ session, data })
  }

  /** Says that a frame was drawn: the next one may come. */
  ack(view: number, seq: number): void {
    this.#connection?.send({ type: 'ack', view, seq })
  }

  /** Rows above the screen; undefined when they cannot be had. */
  async history(session: string, epoch: number, from: number, count: number): Promise<HistoryPage | undefined> {
    return this.#connection?.request('history', { session, epoch, from, count })
  }

  /**
   * Asks about a terminal's text; undefined when there is no connection.
   * @throws Error whose message is for the user
   */
  async ask<M extends TextMethod>(
    method: M,
    params: Params<PtyhostProtocol, M>,
  ): Promise<Result<PtyhostProtocol, M> | undefined> {
    try {
      return await this.#connection?.request(method, params)
    } catch (error) {
      if (error instanceof ConnectionClosed) return undefined
      if (error instanceof RequestError && error.code === 'unknown_method') throw new Error(OUTDATED, { cause: error })
      throw error
    }
  }

  close(reason: string): void {
    const connection = this.#connection
    this.#connection = undefined
    connection?.close(reason)
  }

  [Symbol.dispose](): void {
    this.close('the client leaves')
  }
}

function ignore(_: SessionInfo | Record<string, never> | unknown): void {}
