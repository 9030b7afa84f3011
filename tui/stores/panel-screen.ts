import type { Cursor, Frame, HistoryExtent, TerminalModes } from '../../protocol/messages/ptyhost.ts'
import { Grid } from '../../screen/grid.ts'
import { decodeRow } from '../../screen/row.ts'

/** What is assumed of a program until the first frame says more. */
export const PLAIN_MODES: TerminalModes = {
  alternateScreen: false,
  applicationCursor: false,
  applicationKeypad: false,
  bracketedPaste: false,
  focusReports: false,
  mouseTracking: 0,
  mouseEncoding: 0,
  kittyFlags: 0,
  modifyOtherKeys: 0,
}

/** A session's screen as the ptyhost described it in frames. */
export class PanelScreen {
  readonly grid: Grid
  cursor: Cursor = { x: 0, y: 0, visible: false, shape: 0 }
  modes: TerminalModes = PLAIN_MODES
  title = ''
  history: HistoryExtent = { epoch: 0, first: 0, lines: 0 }
  /** Whether a frame came: before it there is nothing to show. */
  ready = false

  constructor(cols: number, rows: number) {
    this.grid = new Grid(cols, rows)
  }

  /** Applies a frame. @returns the rows it changed, and whether the size, and so everything, did. */
  apply(frame: Frame): { rows: number[]; all: boolean } {
    const { grid } = this
    const all = frame.full || grid.cols !== frame.cols || grid.rows !== frame.rows
    grid.resize(frame.cols, frame.rows)
    if (frame.full) {
      grid.clear()
      grid.links.clear()
    }
    for (const [id, address] of frame.links ?? []) grid.links.set(id, address)
    const rows: number[] = []
    for (const [y, bytes] of frame.lines) {
      if (y < 0 || y >= grid.rows) continue
      decodeRow(bytes, grid, y)
      rows.push(y)
    }
    this.cursor = frame.cursor
    if (frame.modes) this.modes = frame.modes
    if (frame.title !== undefined) this.title = frame.title
    this.history = frame.history
    this.ready = true
    return { rows, all }
  }
}
