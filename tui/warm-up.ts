import { rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { encodeFrame, FrameDecoder } from '../protocol/frame.ts'
import { ourHello } from '../protocol/handshake.ts'
import { type Frame, ptyhostProtocol } from '../protocol/messages/ptyhost.ts'
import { frameShortcut } from '../protocol/messages/shortcuts.ts'
import { CELL_SIZE } from '../screen/cell.ts'
import { encodeKey } from '../screen/keys.ts'
import { RowEncoder } from '../screen/row.ts'
import { DataPlane } from './data/data-plane.ts'
import { Panel } from './data/panel.ts'
import { Display } from './display.ts'
import { InputDecoder } from './input/decoder.ts'
import { PLAIN_MODES } from './stores/panel-screen.ts'

/** Echoes until the compiler has seen enough of everything between a key and what it changes on the screen. */
const ECHOES = 1500
/** Milliseconds it may take, on however slow a machine. */
const MAX_MS = 2000
const SIZE = { cols: 120, rows: 40 }
/** Letters a person may type: one byte, two, three. */
const LETTERS = [...'the quick brown fox jumps over the lazy dog, äöüß ᐁᐂᐃ']

export interface WarmUpParts {
  /** Of a socket to use meanwhile. */
  readonly path: string
  /** Asks the UI's Lua what a key means, as for a key of a person, but without consequences. */
  readonly askLua: (key: string) => void
  readonly signal: AbortSignal
}

/**
 * Types until the way from a key to the screen is compiled: without, the first some hundred keys of a person take half
 * as long again. What is typed into, and what is drawn on, exist only here; socket, decoder, Lua, compositor and painter
 * are those of every key. Keys of the person come between two echoes at any time. Never throws.
 */
export async function warmUp({ path, askLua, signal }: WarmUpParts): Promise<void> {
  const server = createServer(echo)
  let onFrame = () => {}
  using data = new DataPlane({
    onFrame(frame) {
      display.panelChanged(panel, panel.apply(frame))
      display.paint(panel)
      data.ack(frame.view, frame.seq)
      onFrame()
    },
    onSignal() {},
    onReleased() {},
    onViewFailed() {},
    onLost() {},
    onWarning() {},
  })
  const display = new Display({ write: () => true }, SIZE)
  const panel = new Panel({ path: '', overlay: false, area: { x: 0, y: 0, ...SIZE } }, 'warm-up', data, () => {})
  display.placePanels([panel])
  const cells = new Uint32Array(SIZE.cols * SIZE.rows * CELL_SIZE).buffer
  const nothing = { seq: 0, clusters: [], panels: [], overlays: [], widgets: [], spinners: [], commits: 0, drawMs: 0 }
  display.showChrome({ type: 'frame', ...SIZE, cells, ...nothing })
  using decoder = new InputDecoder((event) => {
    if (event.type !== 'key') return
    askLua(event.descriptor)
    data.input('warm-up', encodeKey(event, PLAIN_MODES))
  })
  try {
    rmSync(path, { force: true })
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve))
    await data.open({ socket: path, ticket: '' })
    panel.reconnect()
    const end = performance.now() + MAX_MS
    for (let key = 0; key < ECHOES && performance.now() < end && !signal.aborted; key++) {
      const framed = new Promise<void>((resolve, reject) => {
        const timer = setTimeout(reject, MAX_MS)
        onFrame = () => {
          clearTimeout(timer)
          resolve()
        }
      })
      decoder.feed(Buffer.from(LETTERS[key % LETTERS.length]!))
      await framed
    }
  } catch {
    // Whatever it was, the real terminals will say.
  } finally {
    server.close()
    rmSync(path, { force: true })
  }
}

/** A ptyhost as far as echoes go: each key comes back in the next cell of a screen. */
function echo(socket: Socket): void {
  const messages = new FrameDecoder()
  const row = new RowEncoder()
  const answer = (message: unknown) => socket.write(encodeFrame(message))
  let view = 0
  let typed = ''
  let line = 0
  socket.on('error', () => {})
  socket.on('data', (chunk) => {
    for (const message of messages.push(chunk)) receive(message as Record<string, unknown>)
  })
  answer(ourHello(ptyhostProtocol, 'ptyhost'))

  function receive({ type, id, method, params, data }: Record<string, unknown>): void {
    if (type === 'request') {
      if (method === 'view') view = (params as { view: number }).view
      const rights = { input: true, resize: true, manage: false }
      answer({ type: 'response', id, result: method === 'authenticate' ? { rights } : {} })
    }
    if (type === 'input') type_(Buffer.from(data as Uint8Array).toString())
  }

  function show(frame: Frame): void {
    const message = { type: 'frame', ...frame } as const
    socket.write(frameShortcut.write(message) ?? encodeFrame(message))
  }

  function type_(text: string): void {
    typed += text
    if (typed.length === SIZE.cols) {
      typed = ''
      line = (line + 1) % SIZE.rows
    }
    row.begin(false)
    for (const letter of typed) row.cell(letter.codePointAt(0)!, undefined, 0, 0, 0, 0, 0)
    show({
      view,
      seq: 1,
      ...SIZE,
      full: false,
      lines: [[line, row.end()]],
      cursor: { x: typed.length, y: line, visible: true, shape: 0 },
      history: { epoch: 0, first: 0, lines: 0 },
    })
  }
}
