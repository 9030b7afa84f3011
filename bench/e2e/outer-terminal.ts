import { type IPty, spawn } from '@lydell/node-pty'
import { TextStream } from './text-stream.ts'

export interface OuterTerminalOptions {
  file: string
  args: readonly string[]
  env: Readonly<Record<string, string>>
  cwd: string
  cols: number
  rows: number
}

/** Characters of text kept for `saw`: more than any screen has. */
const MAX_TEXT = 1 << 17

/** The terminal around a program: what it writes is read as text, its questions are answered as an xterm would. */
export class OuterTerminal implements AsyncDisposable {
  readonly #pty: IPty
  readonly #text: TextStream
  readonly #exited: Promise<void>
  #seen = ''
  #waiting: { wanted: string; resolve: (at: number) => void } | undefined

  constructor({ file, args, env, cwd, cols, rows }: OuterTerminalOptions) {
    this.#text = new TextStream((control) => this.#answer(control))
    this.#pty = spawn(file, [...args], { name: 'xterm-256color', cols, rows, cwd, env: { ...env }, encoding: null })
    this.#pty.onData((data) => this.#receive(data as unknown as Buffer))
    this.#exited = new Promise((resolve) => this.#pty.onExit(() => resolve()))
  }

  get pid(): number {
    return this.#pty.pid
  }

  /** Resolves when the program has ended. */
  get exited(): Promise<void> {
    return this.#exited
  }

  /** Types. */
  write(text: string): void {
    this.#pty.write(text)
  }

  /** Whether the text was written since the last `forget`. */
  saw(text: string): boolean {
    return this.#seen.includes(text)
  }

  /** The end of what was written, for messages. */
  get tail(): string {
    return this.#seen.slice(-2000)
  }

  /** Forgets what was written so far. */
  forget(): void {
    this.#seen = ''
  }

  /**
   * When (performance.now()) `wanted` was read, written since the last `forget`; undefined if not within `timeoutMs`.
   * One wait at a time.
   */
  async arrival(wanted: string, timeoutMs: number): Promise<number | undefined> {
    if (this.saw(wanted)) return performance.now()
    let timer: NodeJS.Timeout | undefined
    const arrived = new Promise<number>((resolve) => {
      this.#waiting = { wanted, resolve }
    })
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), timeoutMs)
    })
    const at = await Promise.race([arrived, late])
    clearTimeout(timer)
    this.#waiting = undefined
    return at
  }

  /** Hangs up and waits for the end; kills what does not go. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#kill('SIGHUP')
    const timer = setTimeout(() => this.#kill('SIGKILL'), 3000)
    await this.#exited
    clearTimeout(timer)
  }

  #receive(chunk: Buffer): void {
    const now = performance.now()
    const text = this.#text.push(chunk)
    if (text === '') return
    this.#seen += text
    if (this.#waiting && this.#seen.includes(this.#waiting.wanted)) this.#waiting.resolve(now)
    if (this.#seen.length > MAX_TEXT) this.#seen = this.#seen.slice(-MAX_TEXT / 2)
  }

  #answer(control: string): void {
    if (control === '[c' || control === '[0c') this.#pty.write('\x1b[?62;22c')
    else if (control === '[>c' || control === '[>0c') this.#pty.write('\x1b[>41;390;0c')
    else if (control === '[6n') this.#pty.write('\x1b[1;1R')
    else if (control === ']10;?') this.#pty.write('\x1b]10;rgb:dddd/dddd/dddd\x1b\\')
    else if (control === ']11;?') this.#pty.write('\x1b]11;rgb:1111/1111/1111\x1b\\')
  }

  #kill(signal: NodeJS.Signals): void {
    try {
      process.kill(this.#pty.pid, signal)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }
}
