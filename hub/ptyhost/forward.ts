import type { Frame, TerminalModes } from '../../protocol/messages/ptyhost.ts'
import { Grid } from '../../screen/grid.ts'
import { Painter } from '../../screen/painter.ts'
import { decodeRow } from '../../screen/row.ts'
import { View } from './view.ts'

/** As the protocol has it. */
export interface Forwarded {
  readonly type: 'forwarded'
  readonly view: number
  readonly seq: number
  readonly data: Uint8Array
}

/**
 * A viewer whose output is bytes for a terminal of the session's size: a repaint, then what changes. It is paced and
 * acknowledged like any other. The modes of the inner program are passed on, so that the terminal at the other end
 * encodes keys, pastes and mouse events as the program expects them.
 */
export function forwardView(id: number, send: (message: Forwarded) => void): View {
  const painter = new Painter()
  const grid = new Grid(0, 0)
  let modes: TerminalModes | undefined
  return new View(id, (frame) => {
    const dirty = applyFrame(grid, frame)
    const painted = painter.paint(grid, frame.cursor, frame.full ? { clear: true } : { dirty })
    const switched = frame.modes === undefined ? '' : modeSequences(modes, frame.modes)
    modes = frame.modes ?? modes
    const title = frame.title === undefined ? '' : `\x1b]2;${frame.title}\x1b\\`
    send({
      type: 'forwarded',
      view: id,
      seq: frame.seq,
      data: Buffer.concat([Buffer.from(switched + title, 'utf8'), painted]),
    })
  })
}

/** Brings a grid up to a frame. Returns 1 for each row that may have changed. */
function applyFrame(grid: Grid, frame: Frame): Uint8Array {
  if (frame.full) {
    grid.resize(frame.cols, frame.rows)
    grid.clear()
    grid.links.clear()
  }
  for (const [id, address] of frame.links ?? []) grid.links.set(id, address)
  const dirty = new Uint8Array(frame.rows)
  for (const [y, row] of frame.lines) {
    decodeRow(row, grid, y)
    dirty[y] = 1
  }
  return dirty
}

/** DECSET and DECRST from one set of modes to another. The keyboard protocols are left to whoever encodes the keys. */
function modeSequences(before: TerminalModes | undefined, after: TerminalModes): string {
  const switches: [number, boolean, boolean][] = [
    [1, before?.applicationCursor ?? false, after.applicationCursor],
    [66, before?.applicationKeypad ?? false, after.applicationKeypad],
    [2004, before?.bracketedPaste ?? false, after.bracketedPaste],
    [1004, before?.focusReports ?? false, after.focusReports],
  ]
  let sequences = ''
  for (const [mode, was, is] of switches) if (was !== is) sequences += `\x1b[?${mode}${is ? 'h' : 'l'}`
  for (const kind of ['mouseTracking', 'mouseEncoding'] as const) {
    const was = before?.[kind] ?? 0
    const is = after[kind]
    if (was === is) continue
    if (was !== 0) sequences += `\x1b[?${was}l`
    if (is !== 0) sequences += `\x1b[?${is}h`
  }
  return sequences
}
