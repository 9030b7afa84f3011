/** The thread that improvements run in: whatever they do, the hub goes on, and can end it. */
import { parentPort, workerData } from 'node:worker_threads'
import { compileEngine } from '../../lua/vm/index.ts'
import { Improvement, sandboxError } from './improvement.ts'
import type { FromSandbox, SandboxPlace, ToSandbox } from './messages.ts'

const port = parentPort
if (!port) throw new Error('improvements run in a worker thread')
const improvements = new Map<number, Improvement>()
const engine = compileEngine()
const post = (message: FromSandbox) => port.postMessage(message)

port.on('message', (message: ToSandbox) => {
  switch (message.type) {
    case 'load':
      return load(message)
    case 'unload':
      return unload(message.id)
    case 'call':
      return call(message)
    case 'reply':
    case 'refusal':
      return improvements.get(message.id)?.answer(message.ask, message)
    case 'ping':
      return post({ type: 'pong' })
    default:
      return message satisfies never
  }
})

post({ type: 'pong' })

function load(message: Extract<ToSandbox, { type: 'load' }>): void {
  const { id, name } = message
  const onOverdrawn = () => {
    // Its Lua is on the stack.
    setImmediate(() => {
      unload(id)
      post({ type: 'overdrawn', id, message: `${name} took more than its share of time` })
    })
  }
  const improvement = new Improvement({ message, place: workerData as SandboxPlace, engine, post, onOverdrawn })
  improvements.set(id, improvement)
  improvement.load().then(
    () => post({ type: 'loaded', id }),
    (error: unknown) => post({ type: 'loaded', id, error: sandboxError(error) }),
  )
}

function unload(id: number): void {
  improvements.get(id)?.[Symbol.dispose]()
  improvements.delete(id)
}

function call({ id, call, fn, args }: Extract<ToSandbox, { type: 'call' }>): void {
  improvements
    .get(id)
    ?.call(fn, args)
    .then(
      (values) => post({ type: 'returned', id, call, values }),
      (error: unknown) => post({ type: 'failed', id, call, error: sandboxError(error) }),
    )
}
