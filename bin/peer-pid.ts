import { createConnection } from 'node:net'
import { addAbortSignal } from 'node:stream'
import { envelopes } from '../protocol/envelope.ts'
import { FrameDecoder } from '../protocol/frame.ts'
import { CommandFailed } from './usage.ts'

const HELLO_TIMEOUT_MS = 5000

/**
 * Who serves a socket, by the pid in its hello: the one message that every version sends first.
 * @throws CommandFailed when it does not say
 */
export async function peerPid(socketPath: string): Promise<number> {
  const socket = createConnection({ path: socketPath })
  const decoder = new FrameDecoder()
  try {
    for await (const chunk of addAbortSignal(AbortSignal.timeout(HELLO_TIMEOUT_MS), socket)) {
      for (const message of decoder.push(chunk as Buffer)) return envelopes.hello.parse(message).pid
    }
    throw new Error('it closes the connection')
  } catch (cause) {
    throw new CommandFailed(`what serves ${socketPath} does not say who it is`, { cause })
  } finally {
    socket.destroy()
  }
}
