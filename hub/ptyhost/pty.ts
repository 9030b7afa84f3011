import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import type { ReadStream } from 'node:tty'
import { spawn } from '@lydell/node-pty'
import type { ExitStatus } from '../../protocol/messages/ptyhost.ts'
import { readIntoOneBuffer } from './pty-reader.ts'
import { PtyWriter } from './pty-writer.ts'

/** Milliseconds of silence after which a PTY is closed whose program is gone but which something still holds open. */
const QUIET_AFTER_EXIT_MS = 100
/** Milliseconds such a leftover may go on printing before it is cut off. */
const MAX_OUTPUT_AFTER_EXIT_MS = 2000

const SIGNAL_NAMES = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name]))

export interface PtyOptions {
  readonly argv: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly cols: number
  readonly rows: number
  /** What the program wrote; valid until it returns. */
  readonly onData: (data: Buffer) => void
  /** Called once, after all output was delivered. */
  readonly onExit: (status: ExitStatus) => void
}

/** A program on a pseudoterminal of its own, leader of its own session (setsid). */
export class Pty implements Disposable {
  readonly pid: number
  readonly writer: PtyWriter
  readonly #terminal: ReturnType<typeof spawn>
  readonly #stream: ReadStream
  readonly #destroyStream: () => void
  #exited = false

  /** @throws Error when no PTY or process could be had. */
  constructor({ argv, cwd, env, cols, rows, onData, onExit }: PtyOptions) {
    const [file, ...args] = withoutInheritedFiles(argv)
    this.#terminal = spawn(file!, args, { cwd, env: { ...env }, cols, rows, encoding: null })
    this.pid = this.#terminal.pid
    // Not in the typings: the stream that reads the master side.
    const { _socket: stream, fd } = this.#terminal as unknown as { _socket: ReadStream; fd: number }
    this.#stream = stream
    this.#destroyStream = stream.destroy.bind(stream)
    this.writer = new PtyWriter(() => (stream.destroyed || this.#exited ? undefined : fd))
    let lastData = 0
    const take = (data: Buffer) => {
      lastData = performance.now()
      onData(data)
    }
    if (!readIntoOneBuffer(stream, take)) {
      this.#terminal.onData((data) => take(data as unknown as Buffer)) // encoding: null delivers buffers, whatever the typings say
    }
    this.#terminal.onExit(({ exitCode, signal }) => {
      this.#exited = true
      this.writer[Symbol.dispose]()
      onExit({ code: exitCode, signal: signal === undefined || signal === 0 ? undefined : SIGNAL_NAMES.get(signal) })
    })
    this.#closeOnlyWhenDrained(stream, () => lastData)
  }

  /** Stops reading: the program blocks once the kernel's buffer is full. */
  pause(): void {
    this.#terminal.pause()
  }

  resume(): void {
    this.#terminal.resume()
  }

  /** Tells the kernel, which tells the program (SIGWINCH). */
  resize(cols: number, rows: number): void {
    if (this.#exited || this.#stream.destroyed) return
    try {
      this.#terminal.resize(cols, rows)
    } catch {
      // The program ended in this very moment; its exit is on the way.
    }
  }

  [Symbol.dispose](): void {
    this.writer[Symbol.dispose]()
    this.#destroyStream()
  }

  /**
   * node-pty closes the PTY 200 ms after the program's end, although output may still wait in the kernel while reading
   * is paused: the end of a flood would be lost. So it is closed when it was read to its end, or when what is left
   * behind holding it is silent.
   */
  #closeOnlyWhenDrained(stream: ReadStream, lastData: () => number): void {
    const destroy = stream.destroy.bind(stream)
    stream.destroy = (error) => {
      if (error || stream.readableEnded || stream.destroyed) return destroy(error)
      stream.destroy = destroy
      // Counted in looks, with reading in between: this process may have stood still, and reading may pause.
      let quietLooks = 0
      let looks = 0
      const timer = setInterval(() => {
        if (stream.destroyed) return clearInterval(timer)
        const isQuiet = performance.now() - lastData() >= QUIET_AFTER_EXIT_MS
        quietLooks = isQuiet && !stream.isPaused() ? quietLooks + 1 : 0
        if (stream.isPaused()) return
        looks++
        if (quietLooks < 2 && looks * QUIET_AFTER_EXIT_MS < MAX_OUTPUT_AFTER_EXIT_MS) return
        clearInterval(timer)
        destroy()
      }, QUIET_AFTER_EXIT_MS)
      return stream
    }
  }
}

const BASH = '/bin/bash'
/** Closes everything but the terminal, then becomes the program. */
const CLOSE_AND_EXEC =
  'for f in /proc/self/fd/*; do [[ $f =~ [0-9]+$ ]]; f=$BASH_REMATCH; if ((f > 2)); then exec {f}>&-; fi; done; exec "$@"'

/**
 * Where node-pty leaves the masters of all other sessions open in the program (Linux; it does not mark them
 * close-on-exec, and Node cannot): a program could read what others show, and none would be hung up on as long as
 * another lives. `-p` keeps BASH_ENV out. Costs 2 ms; without bash, programs inherit the files.
 */
function withoutInheritedFiles(argv: readonly string[]): readonly string[] {
  if (process.platform !== 'linux' || !existsSync(BASH)) return argv
  return [BASH, '-p', '-c', CLOSE_AND_EXEC, argv[0]!, ...argv]
}
