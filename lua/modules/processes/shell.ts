/** Commands for /bin/sh as child processes, each the head of a process group that ends with it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { constants } from 'node:os'

/** Milliseconds between asking a process to end and ending it. */
export const GRACE_MS = 2000
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
  #isEnding = false
  #hasSurvivors = false
  #timer: NodeJS.Timeout | undefined

  constructor({ command, cwd, env, pipe, onOutput, timeoutMs }: ShellOptions) {
    this.child = spawn('/bin/sh', ['-c', command], {
      cwd,
      env: { ...env },
      detached: true,
      stdio: [pipe === 'stdin' ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    })
    this.exit = this.#ended(pipe === undefined)
    this.exit.catch(() => undefined)
    for (const stream of ['stdout', 'stderr'] as const) {
      // There are no streams when too many files are open; then it has not started either.
      if (stream !== pipe) this.child[stream]?.on('data', (bytes: Uint8Array) => onOutput(stream, bytes))
    }
    // Broken pipes: whoever writes or reads is told there.
    for (const stream of this.child.stdio ?? []) stream?.on('error', () => undefined)
    if (timeoutMs !== undefined) {
      this.#timer = setTimeout(() => {
        this.timedOut = true
        this[Symbol.dispose]()
      }, timeoutMs)
    }
  }

  /** Whether it was ended, and has left children that have not yet. */
  get hasSurvivors(): boolean {
    return this.#hasSurvivors
  }

  [Symbol.dispose](): void {
    if (this.#hasEnded || this.#isEnding) return
    this.#isEnding = true
    this.#signal('SIGTERM')
    setTimeout(() => this.kill(), GRACE_MS).unref()
  }

  /** Ends it at once. */
  kill(): void {
    if (!this.#hasEnded || this.#hasSurvivors) this.#signal('SIGKILL')
  }

  /** @returns whether there was anybody to get it */
  #signal(signal: NodeJS.Signals | 0): boolean {
    const { pid } = this.child
    if (pid === undefined) return false
    try {
      return process.kill(-pid, signal)
    } catch {
      return false // it has just ended
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
        this.#hasSurvivors = this.#isEnding && this.#signal(0)
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
