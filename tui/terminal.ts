import { setTimeout } from 'node:timers/promises'
import type { ReadStream, WriteStream } from 'node:tty'
import type { PainterOptions } from '../screen/painter.ts'
import { HeldSequences } from './held-sequences.ts'
import { terminalAbilities, wantsMouse } from './terminal-abilities.ts'
import {
  enterSequence,
  keyboardSequence,
  leaveSequence,
  type MouseTracking,
  mouseSequence,
  QUERIES,
} from './terminal-sequences.ts'
import { writeNow } from './write-now.ts'

/** What happens to the terminal. */
export interface TerminalHandlers {
  readonly onData: (bytes: Uint8Array) => void
  readonly onResize: (size: TerminalSize) => void
  /** The terminal takes bytes again after `write` said that it is busy. */
  readonly onDrain: () => void
  /** Something else may have written to the terminal: it was suspended. Draw everything. */
  readonly onResume: () => void
  /** Another program has the terminal, or no longer. */
  readonly onLent: (lent: boolean) => void
  /** The terminal is gone: nobody sees us any more. */
  readonly onGone: () => void
  /** The process was told to end; the terminal is restored already. Without it the signal takes its usual course. */
  readonly onSignal?: (signal: NodeJS.Signals) => void
}

export interface TerminalSize {
  cols: number
  rows: number
}

export interface TerminalOptions {
  readonly stdin: ReadStream
  readonly stdout: WriteStream
  /** @default process.env */
  readonly env?: NodeJS.ProcessEnv
}

/** What is asked of the keyboard: disambiguated keys and alternate keys, of the kitty protocol's flags. */
const KITTY_FLAGS = 1 | 4
/** What is taken for the size of a terminal that does not know its own. */
const FALLBACK_SIZE: TerminalSize = { cols: 80, rows: 24 }
/** Milliseconds that a slow terminal gets for what is left to write when we leave. */
const DRAIN_MS = 300
const ENDING_SIGNALS = ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT'] as const

/**
 * The user's terminal. While it is open it is ours: raw, on the alternate screen, with mouse, focus and paste reports;
 * all of it is restored, before the call returns, by `close`, by suspending, and on every end of the process but
 * SIGKILL.
 */
export class Terminal implements Disposable {
  /** What the painter may use. */
  readonly abilities: Required<PainterOptions>
  readonly #stdin: ReadStream
  readonly #stdout: WriteStream
  readonly #handlers: TerminalHandlers
  readonly #isConsole: boolean
  readonly #undo: (() => void)[] = []
  #open = false
  /** Whether the terminal is in our modes. */
  #entered = false
  #gone = false
  /** Another program has the terminal. */
  #lent = false
  readonly #held = new HeldSequences()
  /** Whether bytes wait for the terminal to take them. */
  #busy = false
  readonly #wantsMouse: boolean
  #mouse: MouseTracking
  #kittyFlags = KITTY_FLAGS

  constructor({ stdin, stdout, env = process.env }: TerminalOptions, handlers: TerminalHandlers) {
    this.#stdin = stdin
    this.#stdout = stdout
    this.#handlers = handlers
    this.#isConsole = env.TERM === 'linux'
    this.abilities = terminalAbilities(env)
    this.#wantsMouse = wantsMouse(env)
    this.#mouse = this.#wantsMouse ? 1002 : 0
  }

  get size(): TerminalSize {
    const { columns: cols, rows } = this.#stdout
    return cols > 0 && rows > 0 ? { cols, rows } : FALLBACK_SIZE
  }

  /** Takes the terminal over and begins to read. */
  open(): void {
    if (this.#open) return
    this.#open = true
    this.#listen()
    stopBlocking(this.#stdout)
    this.#enter()
    this.#stdin.resume()
  }

  /** Sends bytes. False when the terminal is busy: hold back the next frame until `onDrain`. */
  write(bytes: Uint8Array | string): boolean {
    if (!this.#open || this.#gone) return true
    if (this.#lent) return false // everything is drawn anew afterwards
    this.#stdout.write(bytes, () => this.#written())
    this.#busy = this.#stdout.writableLength > 0
    return !this.#busy
  }

  /**
   * Sends a sequence that draws nothing: an alert, the bell, a text for the clipboard. While another program has the
   * terminal it waits for the end of that.
   */
  tell(sequence: string): void {
    if (sequence === '') return
    if (this.#lent) this.#held.add(sequence)
    else this.write(sequence)
  }

  /** Waits until the terminal took everything, but not long: before an orderly `close`, or the rest comes after it. */
  async drained(): Promise<void> {
    const deadline = Date.now() + DRAIN_MS
    while (this.#stdout.writableLength > 0 && Date.now() < deadline && !this.#gone) await setTimeout(5)
  }

  /** Asks what the terminal can do and which colours it has; the answers come with the input. */
  query(): void {
    if (!this.#isConsole) this.write(QUERIES)
  }

  /** Asks for more or fewer mouse events, where there are any. */
  setMouse(mouse: MouseTracking): void {
    if (mouse === this.#mouse || !this.#wantsMouse) return
    this.#mouse = mouse
    this.write(mouseSequence(mouse))
  }

  /** Asks for more of the keyboard, by flags of the kitty protocol on top of those always asked for. */
  setKeyboard(kittyFlags: number): void {
    const flags = kittyFlags | KITTY_FLAGS
    if (flags === this.#kittyFlags || this.#isConsole) return
    this.#kittyFlags = flags
    this.write(keyboardSequence(flags))
  }

  /** Gives the terminal to another program while `use` runs, and takes it back. */
  async lend(use: () => Promise<void>): Promise<void> {
    if (this.#lent || !this.#open) return
    this.#lent = true
    this.#handlers.onLent(true)
    await this.drained()
    this.#leave()
    this.#stdin.pause()
    try {
      await use()
    } finally {
      this.#lent = false
      if (this.#open) {
        this.#enter()
        this.#stdin.resume()
        this.#handlers.onLent(false)
        this.#handlers.onResume()
        this.#handlers.onDrain()
        for (const sequence of this.#held.take()) this.write(sequence)
      }
    }
  }

  /** Gives the terminal back to the shell and stops the process, until it is continued. */
  suspend(): void {
    this.#leave()
    process.kill(0, 'SIGSTOP') // the launcher above us too: the shell waits for the whole job
  }

  /** Restores the terminal and stops reading. Safe to call at any time, any number of times. */
  close(): void {
    if (!this.#open) return
    this.#open = false
    for (const undo of this.#undo.splice(0)) undo()
    this.#leave()
    this.#stdin.pause()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  #enter(): void {
    if (this.#gone) return
    this.#setRaw(true)
    this.#entered = true
    this.#writeNow(enterSequence(this.#mouse, this.#kittyFlags, this.#isConsole))
  }

  #leave(): void {
    if (this.#gone || !this.#entered) return
    this.#entered = false
    this.#writeNow(leaveSequence(this.#isConsole))
    this.#setRaw(false)
  }

  #writeNow(text: string): void {
    writeNow((this.#stdout as WriteStream & { fd: number }).fd, text)
  }

  #written(): void {
    if (!this.#busy || this.#stdout.writableLength > 0) return
    this.#busy = false
    if (this.#open) this.#handlers.onDrain()
  }

  /** Setting the mode of a terminal that is gone fails, and no longer matters. */
  #setRaw(raw: boolean): void {
    try {
      this.#stdin.setRawMode(raw)
    } catch {
      this.#gone = true
    }
  }

  #listen(): void {
    const { onData, onResize } = this.#handlers
    // EIO, when the terminal's other end was closed; for good, since an error nobody listens to ends the process.
    this.#stdin.on('error', () => this.#lose())
    this.#stdout.on('error', () => this.#lose())
    this.#on(this.#stdin, 'data', onData)
    this.#on(this.#stdin, 'end', () => this.#lose())
    this.#listenForSizes(onResize)
    this.#on(process, 'exit', () => this.close())
    this.#on(process, 'SIGTSTP', () => this.suspend())
    this.#on(process, 'SIGCONT', () => this.#resume())
    for (const signal of ENDING_SIGNALS) this.#on(process, signal, () => this.#end(signal))
  }

  /**
   * Node says nothing when the size is what it was at its last look, but a window that went to another size and back at
   * once has cut off what it showed: whatever it is now, it has to be drawn again.
   */
  #listenForSizes(onResize: (size: TerminalSize) => void): void {
    let told = false
    this.#on(this.#stdout, 'resize', () => {
      told = true
      onResize(this.size)
    })
    this.#on(process, 'SIGWINCH', () => {
      if (!told) onResize(this.size)
      told = false
    })
  }

  #on<Arguments extends unknown[]>(
    emitter: NodeJS.EventEmitter,
    event: string,
    listener: (...args: Arguments) => void,
  ): void {
    emitter.on(event, listener as (...args: unknown[]) => void)
    this.#undo.push(() => emitter.off(event, listener as (...args: unknown[]) => void))
  }

  /** After SIGCONT, also when something stopped us without our knowing: the shell had the terminal meanwhile. */
  #resume(): void {
    if (this.#lent) return // it is not us who were stopped before everybody's eyes
    this.#leave() // when nobody asked us to stop, everything still stands as we set it, for all we know
    this.#enter()
    this.#handlers.onResume()
  }

  #end(signal: NodeJS.Signals): void {
    // The keys for these go to everybody in the terminal, and are meant for the program that has it.
    if (this.#lent && (signal === 'SIGINT' || signal === 'SIGQUIT')) return
    // A shell that is hung up says so twice: the second one must not end what the first has begun.
    if (this.#handlers.onSignal) for (const again of ENDING_SIGNALS) process.on(again, () => {})
    this.close()
    if (this.#handlers.onSignal) this.#handlers.onSignal(signal)
    else process.kill(process.pid, signal) // our listener is gone: now it has its usual effect
  }

  #lose(): void {
    if (this.#gone) return
    this.#gone = true
    if (this.#open) this.#handlers.onGone()
  }
}

/**
 * Node writes to terminals synchronously; a slow one would then hold up keys as well. Small writes still go out at
 * once. The call is not public; without it everything works, with more delay.
 */
function stopBlocking(stdout: WriteStream): void {
  const { _handle } = stdout as unknown as { _handle?: { setBlocking?: (blocking: boolean) => void } }
  _handle?.setBlocking?.(false)
}
