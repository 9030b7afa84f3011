import { type IPty, spawn } from '@lydell/node-pty'
import graphemes from '@xterm/addon-unicode-graphemes'
import headless from '@xterm/headless'
import { keyBytes, mouseBytes } from './keys.ts'
import { PATIENCE_MS } from './until.ts'

/** Milliseconds after which a picture that was begun will not be finished: whoever draws it may only be paused. */
const BROKEN_OFF_MS = 1500

export interface TerminalOptions {
  readonly file: string
  readonly args?: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  /** @default 100 */
  readonly cols?: number
  /** @default 30 */
  readonly rows?: number
}

/** One cell as the person sees it. Colours: 'default', a palette index, or '#rrggbb'. */
export interface SeenCell {
  readonly text: string
  readonly width: number
  readonly foreground: string | number
  readonly background: string | number
  readonly bold: boolean
  readonly dim: boolean
  readonly italic: boolean
  readonly underline: boolean
  readonly inverse: boolean
}

export interface Exit {
  readonly code: number
  readonly signal: number
}

/**
 * The person at the outside: a terminal emulator around a program in a real PTY. Keys go in, the screen is looked at.
 */
export class Terminal implements Disposable {
  readonly #pty: IPty
  readonly #screen: headless.Terminal
  readonly #exited: Promise<Exit>
  readonly #watchers = new Set<() => void>()
  #exit: Exit | undefined
  /** It has ended, and its last output is on the screen. */
  #isOver = false
  #cursorHidden = false
  /** Between the beginning and the end of a synchronized update (mode 2026): what is drawn is half a picture. */
  #isWithinFrame = false
  #late: NodeJS.Timeout | undefined
  #output = ''

  constructor({ file, args = [], cwd, env, cols = 100, rows = 30 }: TerminalOptions) {
    this.#screen = new headless.Terminal({ cols, rows, allowProposedApi: true, scrollback: 5000 })
    this.#screen.loadAddon(new graphemes.UnicodeGraphemesAddon() as never)
    this.#screen.unicode.activeVersion = '15-graphemes'
    this.#pty = spawn(file, [...args], { name: 'xterm-256color', cols, rows, cwd, env: { ...env }, encoding: null })
    this.#screen.onData((answer) => this.#write(answer))
    for (const final of ['h', 'l']) {
      this.#screen.parser.registerCsiHandler({ prefix: '?', final }, (modes) => {
        if (modes.includes(25)) this.#cursorHidden = final === 'l'
        if (modes.includes(2026)) this.#isWithinFrame = final === 'h'
        return false
      })
    }
    this.#pty.onData((data) => this.#receive(data as unknown as Buffer))
    const { promise, resolve } = Promise.withResolvers<Exit>()
    this.#exited = promise
    this.#pty.onExit(({ exitCode, signal = 0 }) => {
      this.#exit = { code: exitCode, signal }
      this.#screen.write('', () => {
        resolve({ code: exitCode, signal })
        this.#isOver = true
        this.#tell()
      })
    })
  }

  get pid(): number {
    return this.#pty.pid
  }

  /** How the program ended; undefined while it runs. */
  get exit(): Exit | undefined {
    return this.#exit
  }

  /** Resolves when the program has ended and its last output is on the screen. */
  get exited(): Promise<Exit> {
    return this.#exited
  }

  /** Everything the program wrote, as Latin-1: for what no screen shows. */
  get output(): string {
    return this.#output
  }

  /** Presses keys one after the other, by descriptor: `ctrl+p`, `enter`, `x`. */
  keys(...descriptors: readonly string[]): void {
    for (const descriptor of descriptors) this.#write(keyBytes(descriptor))
  }

  /** Types text as it is. */
  type(text: string): void {
    this.#write(text)
  }

  /** Pastes as a terminal does: bracketed when the program asked for it, newlines as carriage returns. */
  paste(text: string): void {
    const body = text.replace(/\r?\n/g, '\r')
    this.#write(this.#screen.modes.bracketedPasteMode ? `\x1b[200~${body}\x1b[201~` : body)
  }

  /** Clicks with the left button, as reported in SGR encoding. `x` and `y` from 0. */
  click(x: number, y: number): void {
    this.#write(mouseBytes(0, x, y) + mouseBytes(0, x, y, 'release'))
  }

  /** Turns the wheel. @param notches up when positive */
  wheel(notches: number, x: number, y: number): void {
    this.#write(mouseBytes(notches > 0 ? 64 : 65, x, y).repeat(Math.abs(notches)))
  }

  /** The rows of the screen, without the blanks at their ends. */
  screen(): string[] {
    const { active } = this.#screen.buffer
    return Array.from({ length: this.#screen.rows }, (_, y) =>
      active.getLine(active.baseY + y)!.translateToString(true),
    )
  }

  /** The screen as one text. */
  text(): string {
    return this.screen().join('\n')
  }

  cell(x: number, y: number): SeenCell {
    const { active } = this.#screen.buffer
    const cell = active.getLine(active.baseY + y)!.getCell(x)!
    return {
      text: cell.getChars(),
      width: cell.getWidth(),
      foreground: color(cell.isFgDefault(), cell.isFgRGB(), cell.getFgColor()),
      background: color(cell.isBgDefault(), cell.isBgRGB(), cell.getBgColor()),
      bold: cell.isBold() !== 0,
      dim: cell.isDim() !== 0,
      italic: cell.isItalic() !== 0,
      underline: cell.isUnderline() !== 0,
      inverse: cell.isInverse() !== 0,
    }
  }

  /** Where a text first stands on the screen; undefined when it does not. */
  find(text: string): { x: number; y: number } | undefined {
    for (const [y, row] of this.screen().entries()) {
      const x = row.indexOf(text)
      if (x >= 0) return { x, y }
    }
    return undefined
  }

  get cursor(): { x: number; y: number; visible: boolean } {
    const { cursorX: x, cursorY: y } = this.#screen.buffer.active
    return { x, y, visible: !this.#cursorHidden }
  }

  /** What the program asked of the terminal and would have to take back before it ends. */
  get modes(): { alternateScreen: boolean; mouse: string; paste: boolean; focus: boolean; cursorVisible: boolean } {
    const { mouseTrackingMode, bracketedPasteMode, sendFocusMode } = this.#screen.modes
    return {
      alternateScreen: this.#screen.buffer.active.type === 'alternate',
      mouse: mouseTrackingMode,
      paste: bracketedPasteMode,
      focus: sendFocusMode,
      cursorVisible: !this.#cursorHidden,
    }
  }

  /**
   * Waits until the screen is as wished: a text or pattern is on it, or a condition holds. Looked at after every piece
   * of output, so that nothing that stays is missed.
   * @throws Error with the screen when it does not come in time, or the program ended before
   */
  async waitFor(wish: string | RegExp | ((terminal: Terminal) => boolean), timeoutMs = PATIENCE_MS): Promise<void> {
    const holds = () => (typeof wish === 'function' ? wish(this) : matches(this.text(), wish))
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const watch = () => {
      if (!this.#isHalf && holds()) resolve()
      else if (this.#isOver) {
        reject(this.#disappointment(wish, `the program ended with ${JSON.stringify(this.#exit)}`))
      }
    }
    const timer = setTimeout(() => reject(this.#disappointment(wish, `${timeoutMs} ms passed`)), timeoutMs)
    this.#watchers.add(watch)
    try {
      watch()
      await promise
    } finally {
      this.#watchers.delete(watch)
      clearTimeout(timer)
    }
  }

  resize(cols: number, rows: number): void {
    this.#screen.resize(cols, rows)
    this.#pty.resize(cols, rows)
  }

  kill(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal)
  }

  [Symbol.dispose](): void {
    if (!this.#exit) this.#pty.kill('SIGKILL')
    clearTimeout(this.#late)
    this.#screen.dispose()
  }

  #write(data: string): void {
    if (!this.#exit) this.#pty.write(data)
  }

  #receive(data: Buffer): void {
    this.#output += data.toString('latin1')
    this.#screen.write(data, () => this.#look())
  }

  /** Whole pictures only; but a program that was killed within one never ends it. */
  #look(): void {
    clearTimeout(this.#late)
    this.#late = undefined
    if (!this.#isWithinFrame) return this.#tell()
    this.#late = setTimeout(() => {
      this.#late = undefined
      this.#tell()
    }, BROKEN_OFF_MS)
  }

  /** The rest of the picture is awaited. */
  get #isHalf(): boolean {
    return this.#isWithinFrame && this.#late !== undefined && !this.#isOver
  }

  #tell(): void {
    for (const watch of this.#watchers) watch()
  }

  #disappointment(wish: unknown, why: string): Error {
    const frame = this.screen().map((row) => `│${row}`)
    return new Error(`waited in vain for ${String(wish)}: ${why}. The screen:\n${frame.join('\n')}`)
  }
}

function matches(text: string, wish: string | RegExp): boolean {
  return typeof wish === 'string' ? text.includes(wish) : wish.test(text)
}

function color(isDefault: boolean, isRgb: boolean, value: number): string | number {
  if (isDefault) return 'default'
  return isRgb ? `#${value.toString(16).padStart(6, '0')}` : value
}
