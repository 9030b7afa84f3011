import type { Worker } from 'node:worker_threads'
import type { Node } from './node.ts'
import type { ChromeReply, ConnectionCode, FrameMessage, RenderMessage, ScreenSize } from './protocol.ts'
import { startChromeWorker } from './start-worker.ts'
import { withoutActions } from './without-actions.ts'

/** A worker that dies more often than this within RESTART_WINDOW_MS will not get better by starting it again. */
const MAX_RESTARTS = 5
const RESTART_WINDOW_MS = 60_000
/** What Node calls the thread of a worker that has ended. */
const DEAD_THREAD = -1
const RESTART_DELAY_MS = 50 // long enough not to spin when it dies at start

export interface ChromeOptions {
  /** Path or file URL of the bundled worker (dist/chrome.js). */
  workerPath: string | URL
  /** One that was started before there was a client; the client takes it over. @default started here */
  worker?: Worker
  /** A frame, in the order asked for; of requests made while the worker was busy only the newest is answered. */
  onFrame: (frame: FrameMessage) => void
  /** The chrome failed to draw, or its worker died (it is started again). The last frame stays valid. */
  onError: (error: ChromeError) => void
}

export interface ChromeError {
  message: string
  /** `draw`: this tree only; `crash`: the worker died and starts again; `dead`: it died too often and stays away. */
  kind: 'draw' | 'crash' | 'dead'
}

/** The main thread's side of the chrome worker. Asking for a frame costs the copy of the tree, never the drawing. */
export class Chrome implements Disposable {
  readonly #options: ChromeOptions
  #worker: Worker | undefined
  #seq = 0
  #busy = false
  /** Number of the request sent last. */
  #drawing = 0
  #pending: RenderMessage | undefined
  /** What was asked for last: a new worker draws it again, unless it killed two. */
  #last: RenderMessage | undefined
  /** The request that was being drawn when the worker died. */
  #suspect: number | undefined
  #crashes: number[] = []
  #restart: NodeJS.Timeout | undefined
  #disposed = false

  /** Starts the worker; frames can be asked for at once. */
  constructor(options: ChromeOptions) {
    this.#options = options
    const { worker } = options
    const alive = worker !== undefined && worker.threadId !== DEAD_THREAD
    this.#adopt(alive ? worker : startChromeWorker(options.workerPath))
  }

  /** Asks for a frame. Trees come from parse-node.ts; the newest request wins while the worker is busy. */
  render(tree: Node, overlay: Node | undefined, size: ScreenSize, connectionCode?: ConnectionCode): void {
    if (this.#disposed) return
    const { cols, rows } = size
    const message: RenderMessage = { type: 'render', seq: ++this.#seq, cols, rows, tree, overlay, connectionCode }
    this.#last = message
    if (this.#busy || !this.#worker) this.#pending = message
    else this.#post(message)
  }

  /** Stops the worker; nothing is reported any more. */
  dispose(): void {
    this.#disposed = true
    clearTimeout(this.#restart)
    void this.#worker?.terminate()
    this.#worker = undefined
  }

  [Symbol.dispose](): void {
    this.dispose()
  }

  #adopt(worker: Worker): void {
    this.#worker = worker
    let failure: unknown
    worker.on('message', (reply: ChromeReply) => this.#receive(reply))
    worker.on('error', (error) => {
      failure = error
    })
    worker.on('exit', (code) => {
      if (worker === this.#worker) this.#crashed(failure instanceof Error ? failure.message : `exit code ${code}`)
    })
  }

  #post(message: RenderMessage): void {
    this.#busy = true
    this.#drawing = message.seq
    const { tree, overlay } = message
    this.#worker?.postMessage({
      ...message,
      tree: withoutActions(tree),
      overlay: overlay && withoutActions(overlay),
    } satisfies RenderMessage)
  }

  #receive(reply: ChromeReply): void {
    if (this.#disposed) return
    switch (reply.type) {
      case 'ready':
        return
      case 'frame':
        this.#next()
        return this.#options.onFrame(reply)
      case 'error':
        if (reply.seq !== undefined) this.#next()
        return this.#options.onError({ kind: 'draw', message: reply.message })
    }
  }

  /** Sends what waited before the answer is handled, so that the worker draws meanwhile. */
  #next(): void {
    this.#busy = false
    const pending = this.#pending
    this.#pending = undefined
    if (pending) this.#post(pending)
  }

  #crashed(reason: string): void {
    this.#worker = undefined
    if (this.#disposed) return
    const drawing = this.#busy ? this.#drawing : undefined
    const again = drawing === undefined || drawing !== this.#suspect
    this.#suspect = drawing
    this.#busy = false
    const now = performance.now()
    this.#crashes = this.#crashes.filter((time) => now - time < RESTART_WINDOW_MS)
    this.#crashes.push(now)
    if (this.#crashes.length > MAX_RESTARTS) {
      const message = `the chrome worker died ${this.#crashes.length} times within a minute, last of: ${reason}`
      return this.#options.onError({ kind: 'dead', message })
    }
    this.#restart = setTimeout(() => {
      this.#adopt(startChromeWorker(this.#options.workerPath))
      const message = this.#pending ?? (again ? this.#last : undefined)
      this.#pending = undefined
      if (message) this.#post(message)
    }, RESTART_DELAY_MS)
    this.#options.onError({ kind: 'crash', message: `the chrome worker died (${reason}) and starts again` })
  }
}
