import type { Cursor, Frame, HistoryExtent, TerminalModes } from '../../protocol/messages/ptyhost.ts'
import type { EncodedRow } from './screen-rows.ts'

/** Bytes of rows in one frame; what is more follows in the next, so that no screen exceeds a message's limit. */
const MAX_FRAME_BYTES = 4 << 20
/** Milliseconds between frames while nobody types: 60 a second, as many as a display shows. */
const FRAME_INTERVAL_MS = 1000 / 60

/** What a session shows at one moment. */
export interface ScreenState {
  readonly cols: number
  readonly rows: readonly EncodedRow[]
  readonly cursor: Cursor
  readonly modes: TerminalModes
  readonly title: string
  readonly history: HistoryExtent
  /** The address of a hyperlink. */
  link(id: number): string | undefined
}

/** Addresses of links a viewer is made to remember: some programs make new ones with every picture. */
const MAX_SENT_LINKS = 20_000

/**
 * One viewer of one session: knows what it was sent, and is sent the difference, one frame at a time. A slow viewer
 * gets fewer frames, never old ones.
 */
export class View {
  readonly id: number
  readonly #deliver: (frame: Frame) => void
  #seq = 0
  #inFlight: number | undefined
  /** There was something to send while a frame was under way, or more than one frame holds. */
  #isBehind = false
  #lastFrameAt = Number.NEGATIVE_INFINITY
  #full = true
  /** Revision sent of each row. */
  #sent: number[] = []
  readonly #sentLinks = new Set<number>()
  #last: Frame | undefined
  #modes: TerminalModes | undefined
  #title: string | undefined

  /** @param deliver must not throw */
  constructor(id: number, deliver: (frame: Frame) => void) {
    this.id = id
    this.#deliver = deliver
  }

  /** The viewer has drawn a frame. @returns whether the next one may be due; false also when it did not owe that one */
  acknowledge(seq: number): boolean {
    if (seq !== this.#inFlight) return false
    this.#inFlight = undefined
    return this.#isBehind
  }

  /** Milliseconds until a frame may be sent; undefined while one is under way: its acknowledgement will tell. */
  dueIn(now: number, unlimited: boolean): number | undefined {
    if (this.#inFlight !== undefined) {
      this.#isBehind = true
      return undefined
    }
    return unlimited ? 0 : Math.max(0, this.#lastFrameAt + FRAME_INTERVAL_MS - now)
  }

  /** Sends what differs from what was sent, if anything does. */
  update(state: ScreenState, now: number): void {
    this.#isBehind = false
    const frame = this.#difference(state)
    if (frame === undefined) return
    this.#inFlight = frame.seq
    this.#lastFrameAt = now
    this.#last = frame
    this.#deliver(frame)
  }

  #difference(state: ScreenState): Frame | undefined {
    const last = this.#last
    if (this.#sentLinks.size > MAX_SENT_LINKS) this.#full = true // the viewer forgets those of long ago with it
    const { cols, rows, cursor, modes, title, history } = state
    const full = this.#full || last === undefined || last.cols !== cols || last.rows !== rows.length
    if (full) {
      this.#sent = rows.map(() => -1)
      this.#sentLinks.clear()
    }
    const { lines, links } = this.#changedRows(state, full)
    const modesChanged = full || !sameModes(this.#modes!, modes)
    const titleChanged = full || this.#title !== title
    if (
      !full &&
      lines.length === 0 &&
      !modesChanged &&
      !titleChanged &&
      sameCursor(last.cursor, cursor) &&
      sameHistory(last.history, history)
    ) {
      return undefined
    }
    this.#full = false
    this.#modes = modes
    this.#title = title
    return {
      view: this.id,
      seq: ++this.#seq,
      cols,
      rows: rows.length,
      full,
      lines,
      cursor,
      ...(modesChanged && { modes }),
      ...(titleChanged && { title }),
      ...(links.length > 0 && { links }),
      history,
    }
  }

  #changedRows(state: ScreenState, full: boolean): { lines: [number, Uint8Array][]; links: [number, string][] } {
    const lines: [number, Uint8Array][] = []
    const links: [number, string][] = []
    let bytes = 0
    for (const [y, row] of state.rows.entries()) {
      if (this.#sent[y] === row.revision) continue
      if (bytes > MAX_FRAME_BYTES) {
        this.#isBehind = true
        break
      }
      this.#sent[y] = row.revision
      if (full && row.bytes.length === 1 && row.bytes[0] === 0) continue // blank anyway
      lines.push([y, row.bytes])
      bytes += row.bytes.length
      for (const id of row.links) this.#addLink(state, id, links)
    }
    return { lines, links }
  }

  #addLink(state: ScreenState, id: number, links: [number, string][]): void {
    if (this.#sentLinks.has(id)) return
    const address = state.link(id)
    if (address === undefined) return
    this.#sentLinks.add(id)
    links.push([id, address])
  }
}

function sameCursor(a: Cursor, b: Cursor): boolean {
  return a.x === b.x && a.y === b.y && a.visible === b.visible && a.shape === b.shape
}

function sameHistory(a: HistoryExtent, b: HistoryExtent): boolean {
  return a.epoch === b.epoch && a.first === b.first && a.lines === b.lines
}

function sameModes(a: TerminalModes, b: TerminalModes): boolean {
  return (
    a.alternateScreen === b.alternateScreen &&
    a.applicationCursor === b.applicationCursor &&
    a.applicationKeypad === b.applicationKeypad &&
    a.bracketedPaste === b.bracketedPaste &&
    a.focusReports === b.focusReports &&
    a.mouseTracking === b.mouseTracking &&
    a.mouseEncoding === b.mouseEncoding &&
    a.kittyFlags === b.kittyFlags &&
    a.modifyOtherKeys === b.modifyOtherKeys
  )
}
