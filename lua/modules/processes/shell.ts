/** Commands for /bin/sh as child processes, each the head of a process group that ends with it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { constants } from 'node:os'

/** Milliseconds between asking a process to end and ending it. */
const GRACE_MS = 2000
/** Milliseconds that output may still come after the shell's end: programs it left in the background may hold the pipes. */
const LAST_OUTPUT_MS = 100

/** How a process ended. */
export interface Exit {
  readonly kind: 'exit' | 'signal'
  /** Exit code, or number of the signal. */
  readonly code: number
}

export interface ShellOptions {
  readonly command: string
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Pipes that the caller uses; what is not piped is empty, or goes to `onOutput`. */
  readonly pipe?: 'stdin' | 'stdout'
  /** Receives what is not piped. */
  readonly onOutput: (stream: 'stdout' | 'stderr', bytes: Uint8Array) => void
  /** Milliseconds after which it is ended. */
  readonly timeoutMs?: number
}

/** A running shell. Disposing ends it and its children. */
export class Shell implements Disposable {
  readonly child: ChildProcess
  /** Resolves when it has ended. Rejects when it could not be started. */
  readonly exit: Promise<Exit>
  /** Whether it was ended because it took too long. */
  timedOut = false
  #hasEnded = false
  #timer: NodeJS.Timeout | undefined

  constructor({ command, cwd, env, pipe, onOutput, timeoutMs }: ShellOptions) {
    this.child = spawn('/bin/sh', ['-c', command], {
      cwd,
      env: { ...env },
      detached: true,
      stdio: [pipe === 'stdin' ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    })
    for (const stream of ['stdout', 'stderr'] as const) {
      if (stream !== pipe) this.child[stream]!.on('data', (bytes: Uint8Array) => onOutput(stream, bytes))
    }
    // Broken pipes: whoever writes or reads is told there.
    for (const stream of this.child.stdio) stream?.on('error', () => undefined)
    this.exit = this.#ended(pipe === undefined)
    this.exit.catch(() => undefined)
    if (timeoutMs !== undefined) {
      this.#timer = setTimeout(() => {
        this.timedOut = true
        this[Symbol.dispose]()
      }, timeoutMs)
    }
  }

  [Symbol.dispose](): void {
    if (this.#hasEnded) return
    this.#signal('SIGTERM')
    setTimeout(() => this.kill(), GRACE_MS).unref()
  }

  /** Ends it at once. */
  kill(): void {
    if (!this.#hasEnded) this.#signal('SIGKILL')
  }

  #signal(signal: NodeJS.Signals): void {
    const { pid } = this.child
    if (pid === undefined) return
    try {
      process.kill(-pid, signal)
    } catch {
      // It has just ended.
    }
  }

  #ended(waitsForOutput: boolean): Promise<Exit> {
    const { child } = this
    return new Promise((resolve, reject) => {
      const over = () => {
        this.#hasEnded = true
        clearTimeout(this.#timer)
      }
      child.once('error', (error) => {
        over()
        reject(error)
      })
      child.once('exit', (code, signal) => {
        over()
        const exit: Exit =
          signal === null ? { kind: 'exit', code: code ?? 0 } : { kind: 'signal', code: constants.signals[signal] }
        if (!waitsForOutput) return resolve(exit)
        const last = setTimeout(() => resolve(exit), LAST_OUTPUT_MS)
        child.once('close', () => {
          clearTimeout(last)
          resolve(exit)
        })
      })
    })
  }
}
