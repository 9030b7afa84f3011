/**
 * The three messages on the way of every key, read and written by hand: the same msgpack as everybody's, at a fifth of
 * the price. Whatever is not as usual (other fields, another order, values out of range) is left to msgpackr and the
 * schemas, which know how to complain.
 */
import type { Shortcut } from '../definition.ts'
import { PackReader, PackWriter, packed } from '../pack.ts'
import type { Frame } from './ptyhost.ts'

/** Bytes of everything in a frame but its lines, and of what precedes each line: more than enough. */
const FRAME_BYTES = 256
const LINE_BYTES = 16
/** The same of an `input`, whose session id may have 128 signs. */
const INPUT_BYTES = 600
const ACK_BYTES = 64
/** As the schemas have it. */
const MOST = { cols: 2000, rows: 1000, shape: 6, sessionSigns: 128 } as const

const FRAME = {
  type: packed('\x89\xa4type\xa5frame\xa4view'),
  seq: packed('\xa3seq'),
  cols: packed('\xa4cols'),
  rows: packed('\xa4rows'),
  full: packed('\xa4full\xc2\xa5lines'),
  cursor: packed('\xa6cursor\x84\xa1x'),
  y: packed('\xa1y'),
  visible: packed('\xa7visible'),
  shape: packed('\xa5shape'),
  history: packed('\xa7history\x83\xa5epoch'),
  first: packed('\xa5first'),
  lines: packed('\xa5lines'),
} as const

/** A frame that changes nothing but lines, the cursor and the history. */
export const frameShortcut: Shortcut<Frame & { type: 'frame' }> = {
  write(frame) {
    const { lines, cursor, history } = frame
    if (frame.full || frame.modes !== undefined || frame.title !== undefined || frame.links !== undefined)
      return undefined
    let size = FRAME_BYTES
    for (const [, bytes] of lines) size += LINE_BYTES + bytes.length
    const to = new PackWriter(size)
    to.raw(FRAME.type).uint(frame.view).raw(FRAME.seq).uint(frame.seq)
    to.raw(FRAME.cols).uint(frame.cols).raw(FRAME.rows).uint(frame.rows)
    to.raw(FRAME.full).array(lines.length)
    for (const [y, bytes] of lines) to.array(2).uint(y).bytes(bytes)
    to.raw(FRAME.cursor).uint(cursor.x).raw(FRAME.y).uint(cursor.y)
    to.raw(FRAME.visible).boolean(cursor.visible).raw(FRAME.shape).uint(cursor.shape)
    to.raw(FRAME.history).uint(history.epoch).raw(FRAME.first).uint(history.first).raw(FRAME.lines).uint(history.lines)
    return to.frame()
  },

  read(body) {
    const from = new PackReader(body)
    const view = from.raw(FRAME.type).uint()
    const seq = from.raw(FRAME.seq).uint()
    const cols = from.raw(FRAME.cols).uint()
    const rows = from.raw(FRAME.rows).uint()
    const count = from.raw(FRAME.full).array()
    const lines: [number, Uint8Array][] = []
    for (let i = 0; i < count; i++) {
      if (from.array() !== 2) return undefined
      lines.push([from.uint(), from.bytes()])
      if (from.failed) return undefined
    }
    const x = from.raw(FRAME.cursor).uint()
    const y = from.raw(FRAME.y).uint()
    const visible = from.raw(FRAME.visible).boolean()
    const shape = from.raw(FRAME.shape).uint()
    const epoch = from.raw(FRAME.history).uint()
    const first = from.raw(FRAME.first).uint()
    const kept = from.raw(FRAME.lines).uint()
    if (!from.ended || !within(cols, MOST.cols) || !within(rows, MOST.rows) || shape > MOST.shape) return undefined
    const cursor = { x, y, visible, shape }
    const history = { epoch, first, lines: kept }
    return { type: 'frame', view, seq, cols, rows, full: false, lines, cursor, history }
  },
}

const INPUT = { type: packed('\x83\xa4type\xa5input\xa7session'), data: packed('\xa4data') } as const

/** A person's input: nobody else's is named. */
export const inputShortcut: Shortcut<{ type: 'input'; session: string; data: Uint8Array; origin?: unknown }> = {
  write({ session, data, origin }) {
    if (origin !== undefined || session.length > MOST.sessionSigns) return undefined
    return new PackWriter(INPUT_BYTES + data.length).raw(INPUT.type).text(session).raw(INPUT.data).bytes(data).frame()
  },

  read(body) {
    const from = new PackReader(body)
    const session = from.raw(INPUT.type).text()
    const data = from.raw(INPUT.data).bytes()
    if (!from.ended || !within(session.length, MOST.sessionSigns)) return undefined
    return { type: 'input', session, data }
  },
}

const ACK = { type: packed('\x83\xa4type\xa3ack\xa4view'), seq: packed('\xa3seq') } as const

export const ackShortcut: Shortcut<{ type: 'ack'; view: number; seq: number }> = {
  write({ view, seq }) {
    return new PackWriter(ACK_BYTES).raw(ACK.type).uint(view).raw(ACK.seq).uint(seq).frame()
  },

  read(body) {
    const from = new PackReader(body)
    const view = from.raw(ACK.type).uint()
    const seq = from.raw(ACK.seq).uint()
    return from.ended ? { type: 'ack', view, seq } : undefined
  },
}

function within(value: number, most: number): boolean {
  return value >= 1 && value <= most
}
