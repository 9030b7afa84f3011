/** The chrome worker: answers each request for a frame with the frame. Runs in a worker thread of the TUI. */
import './without-fetch.ts'
import { parentPort } from 'node:worker_threads'
import type { ChromeReply, ChromeRequest } from './protocol.ts'
import { ChromeRenderer } from './renderer.ts'

const port = parentPort
if (!port) throw new Error('the chrome worker runs in a worker thread')
const renderer = new ChromeRenderer()

port.on('message', (request: ChromeRequest) => {
  const reply = answer(request)
  port.postMessage(reply, reply.type === 'frame' ? [reply.cells] : [])
})
port.postMessage({ type: 'ready' } satisfies ChromeReply)

function answer(request: ChromeRequest): ChromeReply {
  try {
    return renderer.draw(request)
  } catch (error) {
    const { message, stack } = error instanceof Error ? error : new Error(String(error))
    return { type: 'error', seq: request.seq, message, stack }
  }
}
