import { setTimeout as pause } from 'node:timers/promises'
import { connect } from '../protocol/client.ts'
import type { Connection } from '../protocol/connection.ts'
import { type Frame, type HistoryExtent, type PtyhostProtocol, ptyhostProtocol } from '../protocol/messages/ptyhost.ts'
import { rowText } from '../screen/row.ts'
import type { HubConnection } from './connect.ts'

/** Milliseconds that output is gathered before its lines are printed. */
const GATHER_MS = 100
/** Lines asked for at once. */
const BATCH = 1000
const VIEW = 1
/** Made once the program has ended: its first frame is all that the terminal shows. */
const LAST_VIEW = 2

type Ptyhost = Connection<PtyhostProtocol, 'client'>

/** Prints a session's last lines, then each line once the program has gone on to the next, until it ends. */
export async function followSession(
  hub: HubConnection,
  session: string,
  lines: number,
  write: (line: string) => void,
): Promise<void> {
  const { ticket, socket } = await hub.request('ticket', {})
  const ended = Promise.withResolvers<void>()
  ended.promise.catch(() => {}) // a session that is gone already ends all this before anybody waits for it
  const screen = new ScreenLines()
  const complete = Promise.withResolvers<void>()
  using ptyhost = await connect({
    path: socket,
    protocol: ptyhostProtocol,
    role: 'cli',
    onClose: (reason) => {
      ended.reject(new Error(`the connection to the agent's terminal ended: ${reason}`))
      complete.resolve()
    },
    onMessage: (message) => {
      if (message.type === 'frame') {
        screen.apply(message)
        ptyhost.send({ type: 'ack', view: message.view, seq: message.seq })
        if (message.view === LAST_VIEW) complete.resolve()
      }
      if (message.type === 'released') {
        ended.resolve()
        complete.resolve()
      }
      if (message.type === 'signal' && message.signal.kind === 'exit') ended.resolve()
    },
  })
  await ptyhost.request('authenticate', { ticket })
  const { exit } = await ptyhost.request('view', { view: VIEW, session })
  if (exit !== undefined) ended.resolve() // nothing will tell of it again
  let isOver = exit !== undefined
  void ended.promise.then(
    () => (isOver = true),
    () => (isOver = true),
  )
  await Promise.race([screen.begun, ended.promise]) // one that is released before its first frame never sends any
  let next = Math.max(screen.first, screen.end(isOver) - lines)
  let epoch = screen.extent.epoch
  for (;;) {
    const last = isOver
    if (last && (await isStillShown(ptyhost, session))) await complete.promise
    if (screen.extent.epoch !== epoch) {
      // Laid out anew: which of the old lines a new one was part of cannot be told.
      epoch = screen.extent.epoch
      next = Math.max(screen.first, Math.min(next, screen.end(last)))
    }
    next = await printUpTo(ptyhost, session, screen, next, last, write)
    if (last) break
    await Promise.race([screen.changed(), ended.promise.catch(() => {})])
    await pause(GATHER_MS)
  }
  await ended.promise
}

/** Asks for all that an ended program has left on its screen. False when it was released meanwhile. */
async function isStillShown(ptyhost: Ptyhost, session: string): Promise<boolean> {
  try {
    await ptyhost.request('view', { view: LAST_VIEW, session })
    return true
  } catch {
    return false
  }
}

/** Lines that have left the screen are fetched; the others are at hand. @returns the number of the next line */
async function printUpTo(
  ptyhost: Ptyhost,
  session: string,
  screen: ScreenLines,
  from: number,
  isOver: boolean,
  write: (line: string) => void,
): Promise<number> {
  let next = from
  while (next < screen.top) {
    const { epoch } = screen.extent
    const count = Math.min(BATCH, screen.top - next)
    const found = await ptyhost.request('history', { session, epoch, from: next, count })
    if (found.epoch !== epoch || found.rows.length === 0) break
    for (const row of found.rows) write(rowText(row).trimEnd())
    next = found.from + found.rows.length
  }
  next = Math.max(next, screen.top)
  for (const end = screen.end(isOver); next < end; next++) write(screen.line(next))
  return next
}

/** What the terminal shows, put together from frames. Lines are counted as the history counts them. */
class ScreenLines {
  readonly begun: Promise<void>
  readonly #begin: () => void
  #rows: string[] = []
  #cursorRow = 0
  #isFullScreen = false
  #extent: HistoryExtent = { epoch: 0, first: 0, lines: 0 }
  #changed = Promise.withResolvers<void>()

  constructor() {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.begun = promise
    this.#begin = resolve
  }

  get extent(): HistoryExtent {
    return this.#extent
  }

  get first(): number {
    return this.#extent.first
  }

  /** Number of the screen's first line. */
  get top(): number {
    return this.#extent.first + this.#extent.lines
  }

  /** Number after the last line that is complete; when the program is over, after the last that is not blank. */
  end(isOver: boolean): number {
    if (this.#isFullScreen) return this.top
    if (!isOver) return this.top + this.#cursorRow
    return this.top + this.#rows.findLastIndex((row) => row !== '') + 1
  }

  line(number: number): string {
    return this.#rows[number - this.top] ?? ''
  }

  /** Resolves when the next frame has come. */
  async changed(): Promise<void> {
    await this.#changed.promise
  }

  apply({ full, lines, rows, cursor, modes, history }: Frame): void {
    if (full) this.#rows = []
    this.#rows.length = rows
    for (const [y, bytes] of lines) this.#rows[y] = rowText(bytes).trimEnd()
    for (let y = 0; y < rows; y++) this.#rows[y] ??= ''
    if (modes !== undefined) this.#isFullScreen = modes.alternateScreen
    this.#cursorRow = cursor.y
    this.#extent = history
    this.#changed.resolve()
    this.#changed = Promise.withResolvers()
    this.#begin()
  }
}
