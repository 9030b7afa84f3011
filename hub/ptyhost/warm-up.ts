import { rmSync } from 'node:fs'
import { createServer } from 'node:net'
import pino from 'pino'
import { connect } from '../../protocol/client.ts'
import { ptyhostProtocol } from '../../protocol/messages/ptyhost.ts'
import { findProgram } from './program.ts'
import { Ptyhost } from './ptyhost.ts'

/** Echoes until the compiler has seen enough of everything between a key and its frame. */
const ECHOES = 1500
/** Milliseconds it may take, on however slow a machine. */
const MAX_MS = 2000
/** Keys after which the line is erased. */
const LINE_KEYS = 40
/** What a person may type: letters of one byte, two, three. */
const LETTERS = [...'the quick brown fox jumps over the lazy dog, äöüß ᐁᐂᐃ']

/**
 * Types into a program of its own until the way from a key to its frame is compiled: without, the first some hundred
 * keys of a person take twice as long (measured: 1.3 instead of 0.7 ms). Everything is apart from the real sessions,
 * but real: socket, PTY, emulator. Never throws; without `cat` it does nothing.
 * @param path of a socket to use meanwhile
 */
export async function warmUp(path: string): Promise<void> {
  const program = findProgram('cat', '/', process.env.PATH)
  if (program === undefined) return
  const key = 'only between us two, and for a second'
  using host = new Ptyhost({
    version: '0',
    key,
    historyBytes: 1 << 16,
    log: pino({ enabled: false }),
    onUseChanged() {},
    onShutdown() {},
  })
  const server = createServer((socket) => host.accept(socket))
  try {
    rmSync(path, { force: true })
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve))
    await typeAway(path, key, program)
  } catch {
    // Whatever it was, the real sessions will say.
  } finally {
    server.close()
    rmSync(path, { force: true })
  }
}

async function typeAway(path: string, key: string, program: string): Promise<void> {
  let onFrame = () => {}
  using connection = await connect({
    path,
    protocol: ptyhostProtocol,
    role: 'ptyhost',
    onMessage: (message) => {
      if (message.type !== 'frame') return
      connection.send({ type: 'ack', view: message.view, seq: message.seq })
      onFrame()
    },
  })
  await connection.request('authenticate', { ticket: key })
  const session = 'warm-up'
  await connection.request('spawn', { session, argv: [program], cwd: '/', env: {}, cols: 200, rows: 50 })
  await connection.request('view', { view: 1, session })
  const end = performance.now() + MAX_MS
  for (let echo = 1; echo <= ECHOES && performance.now() < end; echo++) {
    const framed = new Promise<void>((resolve, reject) => {
      const timer = setTimeout(reject, MAX_MS)
      onFrame = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    const data = Buffer.from(echo % LINE_KEYS === 0 ? '\x15' : LETTERS[echo % LETTERS.length]!)
    connection.send({ type: 'input', session, data })
    await framed
  }
}
