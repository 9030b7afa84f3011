import xterm from '@xterm/headless'
import type { Cursor, TerminalModes } from '../../protocol/messages/ptyhost.ts'
import { type Announcement, announceFromSequences, plain } from './announcements.ts'
import { ColorAnswers } from './colors.ts'
import { CommandLine } from './command-line.ts'
import { answerDeviceQueries } from './device-queries.ts'
import { KeyboardFlags } from './keyboard-flags.ts'
import { Links } from './links.ts'
import { ModeLedger } from './mode-ledger.ts'
import { boundRepeatCounts } from './parameter-bounds.ts'
import { PromptMarks } from './prompt-marks.ts'
import { Utf8Boundary } from './utf8-boundary.ts'
import { measureAsChrome } from './widths.ts'
import { usedColumns } from './xterm-cells.ts'
import type { XtermBuffer, XtermCore, XtermLine } from './xterm-internals.ts'

/** xterm does not work below this. */
const MIN_COLS = 2

/** State of xterm's parser between sequences. */
const GROUND = 0
/** ED 3, CUP, ED 0. */
const CLEAR_ALL = Buffer.from('\x1b[3J\x1b[H\x1b[J')

const MOUSE_TRACKING = { NONE: 0, X10: 9, VT200: 1000, DRAG: 1002, ANY: 1003 } as const

export interface EmulatorEvents {
  /** Answers to the program's questions, to be written to it. */
  reply(data: string): void
  /** `line` is about to leave xterm at the top, and is reused for another row afterwards. */
  lineLeaves(line: XtermLine): void
  /** The program cleared what is above the screen (ED 3, RIS). */
  historyCleared(): void
  /** The rows above the screen were laid out anew, or some came back onto the screen. */
  historyRearranged(): void
  /** The screen is meant to be seen as it is now; called while more bytes wait to be parsed. */
  synchronizedUpdateEnded(): void
  announce(announcement: Announcement): void
  /** xterm threw: a bug of its own. The sequence is dropped and parsing goes on. */
  failed(error: unknown): void
}

export interface EmulatorOptions {
  readonly cols: number
  readonly rows: number
  /** Lines xterm keeps above the screen, to lay them out anew when the width changes. */
  readonly scrollback: number
  /** Of botster, for programs that ask. */
  readonly version: string
  readonly events: EmulatorEvents
}

/** One terminal: takes a program's bytes, knows what its screen shows. The only file that uses xterm. */
export class Emulator implements Disposable {
  readonly links: Links
  readonly keyboard: KeyboardFlags
  readonly ledger: ModeLedger
  readonly colors: ColorAnswers
  /** Of the normal screen and what is above it; lines are counted as History counts them over all epochs. */
  readonly prompts = new PromptMarks()
  title = ''
  readonly #terminal: xterm.Terminal
  readonly #core: XtermCore
  readonly #events: EmulatorEvents
  readonly #scrollback: number
  readonly #boundary = new Utf8Boundary()
  readonly #command: CommandLine
  /** Rows the whole screen moved up since it was last asked. */
  #scrolled = 0
  /** Rows that parsing may have changed since it was last asked; none while the first is above the last. */
  #firstChanged = Number.POSITIVE_INFINITY
  #lastChanged = -1
  /** Lines that left at the top; makes positions comparable over time. */
  #left = 0
  /** Clearing is our own doing. */
  #quiet = false

  constructor({ cols, rows, scrollback, version, events }: EmulatorOptions) {
    this.#events = events
    this.#scrollback = scrollback
    this.#terminal = new xterm.Terminal({
      cols: Math.max(MIN_COLS, cols),
      rows,
      scrollback,
      allowProposedApi: true,
      logLevel: 'off',
      windowOptions: { getWinSizeChars: true, pushTitle: true, popTitle: true },
    })
    measureAsChrome(this.#terminal)
    const core = (this.#terminal as unknown as { _core: XtermCore })._core
    this.#core = core
    this.#command = new CommandLine(core, () => this.#left)
    this.#watchScrolling(core._bufferService)
    this.#watchErasing(core)

    const reply = (data: string) => events.reply(data)
    this.#terminal.onData(reply)
    this.#terminal.onBell(() => events.announce({ kind: 'bell' }))
    this.#terminal.onTitleChange((title) => {
      this.title = plain(title)
      events.announce({ kind: 'title', title: this.title })
    })
    boundRepeatCounts(core, this)
    this.links = new Links(core)
    this.keyboard = new KeyboardFlags(core, () => this.onAlternateScreen, reply)
    this.colors = new ColorAnswers(core, reply)
    this.ledger = new ModeLedger(core, {
      synchronizedUpdateEnded: () => events.synchronizedUpdateEnded(),
      cursorVisibility: (visible) => events.announce({ kind: 'cursorVisibility', visible }),
    })
    answerDeviceQueries(
      core,
      version,
      {
        mouseEncoding: () => this.ledger.mouseEncoding,
        cursorShape: () => this.ledger.cursorShape,
        dark: () => this.colors.dark,
      },
      reply,
    )
    announceFromSequences(core, this.#command, (announcement) => {
      if (announcement.kind === 'prompt' && announcement.mark === 'A') this.#markPrompt()
      events.announce(announcement)
    })
  }

  get cols(): number {
    return this.#terminal.cols
  }

  get rows(): number {
    return this.#terminal.rows
  }

  get onAlternateScreen(): boolean {
    const { active, alt } = this.#core._bufferService.buffers
    return active === alt
  }

  /** Lines above the screen that xterm still has, 0 the oldest: {@link scrollbackLine}. */
  get scrollbackLines(): number {
    return this.#core._bufferService.buffers.normal.ybase
  }

  scrollbackLine(index: number): XtermLine | undefined {
    return this.#core._bufferService.buffers.normal.lines.get(index)
  }

  /** Row `y` of what is shown. Valid until the next parse or resize. */
  screenLine(y: number): XtermLine | undefined {
    const buffer = this.#core._bufferService.buffers.active
    return buffer.lines.get(buffer.ybase + y)
  }

  /** Takes what the program wrote. Sequences may be cut anywhere. Everything is done when it returns. */
  parse(data: Uint8Array): void {
    try {
      this.#core._inputHandler.parse(this.#boundary.whole(data))
    } catch (error) {
      this.#core._inputHandler._parser.reset()
      this.#events.failed(error)
    }
    this.#noteChangedRows()
  }

  /**
   * Whether a line of printable ASCII that comes now, up to its line feed, does nothing but appear in the last row and
   * scroll everything up by one. Then as many more may come, and the fast lane can take them (plain-lane.ts).
   */
  awaitsPlainLine(): boolean {
    const core = this.#core
    const { active, normal } = core._bufferService.buffers
    const { fg, bg } = core._inputHandler._curAttrData
    const { wraparound, origin } = core.coreService.decPrivateModes
    const line = this.screenLine(active.y)
    return (
      active === normal &&
      active.x === 0 &&
      active.y === this.rows - 1 &&
      active.scrollTop === 0 &&
      active.scrollBottom === this.rows - 1 &&
      (fg | bg) === 0 &&
      wraparound &&
      !origin &&
      !core.coreService.modes.insertMode &&
      core._charsetService.charset === undefined &&
      core._inputHandler._parser.currentState === GROUND &&
      !this.#boundary.pending &&
      line !== undefined &&
      !line.isWrapped &&
      usedColumns(line) === 0
    )
  }

  /** Sends every line above the cursor's row on its way to the history; the screen is to be cleared afterwards. */
  evacuate(): void {
    const { normal } = this.#core._bufferService.buffers
    for (let index = 0; index < normal.ybase + normal.y; index++) this.#lineLeaves(normal.lines.get(index)!)
  }

  /** Lines went to the history without passing through here. */
  noteLinesPassed(count: number): void {
    this.#left += count
  }

  /** Empties screen and scrollback, whose lines were evacuated, with the cursor in the first row. */
  clearScreenQuietly(): void {
    this.#quiet = true
    this.parse(CLEAR_ALL)
    this.#quiet = false
    this.#scrolled = this.rows
  }

  /** Lays everything out for the new size; no line is lost, whatever the new width makes of them. */
  resize(cols: number, rows: number): void {
    cols = Math.max(MIN_COLS, cols)
    if (cols === this.cols && rows === this.rows) return
    const reflows = cols !== this.cols
    const normal = this.#core._bufferService.buffers.normal
    const before = normal.ybase
    // Narrower rows are more rows. xterm would drop at once what exceeds its scrollback, so it gets room for all of
    // them first, and what is too much then leaves one by one.
    const growth = Math.ceil(this.cols / cols) + 1
    this.#terminal.options.scrollback = (normal.lines.length + this.rows) * growth + rows
    const relocatePrompts = reflows
      ? this.prompts.beforeReflow(this.#left, (index) => normal.lines.get(index)?.isWrapped)
      : undefined
    this.#terminal.resize(cols, rows)
    relocatePrompts?.()
    const excess = Math.max(0, normal.ybase - this.#scrollback)
    for (let index = 0; index < excess; index++) this.#lineLeaves(normal.lines.get(index)!)
    this.#terminal.options.scrollback = this.#scrollback
    if (reflows) this.#command.forget()
    if (reflows || normal.ybase + excess < before) this.#events.historyRearranged()
  }

  /** How many rows the whole screen moved up since this was last called. */
  takeScrolled(): number {
    const scrolled = this.#scrolled
    this.#scrolled = 0
    return scrolled
  }

  /**
   * The rows that parsing may have changed since this was last called, as xterm noted them: `first` is above `last`
   * when none did. Neither scrolling (`takeScrolled`) nor a change between the screens is in it.
   */
  takeChangedRows(): { first: number; last: number } {
    this.#noteChangedRows() // this may be in the middle of a parse
    const changed = { first: this.#firstChanged, last: this.#lastChanged }
    this.#firstChanged = Number.POSITIVE_INFINITY
    this.#lastChanged = -1
    return changed
  }

  cursor(): Cursor {
    const buffer = this.#core._bufferService.buffers.active
    return {
      x: Math.min(buffer.x, this.cols - 1),
      y: buffer.y,
      visible: !this.#core.coreService.isCursorHidden,
      shape: this.ledger.cursorShape,
    }
  }

  modes(): TerminalModes {
    const modes = this.#core.coreService.decPrivateModes
    return {
      alternateScreen: this.onAlternateScreen,
      applicationCursor: modes.applicationCursorKeys,
      applicationKeypad: modes.applicationKeypad,
      bracketedPaste: modes.bracketedPasteMode,
      focusReports: modes.sendFocus,
      mouseTracking: MOUSE_TRACKING[this.#core.coreMouseService.activeProtocol],
      mouseEncoding: this.ledger.mouseEncoding,
      kittyFlags: this.keyboard.kitty,
      modifyOtherKeys: this.keyboard.modifyOtherKeys,
    }
  }

  [Symbol.dispose](): void {
    this.#terminal.dispose()
  }

  /** Every row that leaves the screen at the top passes through BufferService.scroll, and nothing else does. */
  #watchScrolling(service: XtermCore['_bufferService']): void {
    const scroll = service.scroll.bind(service)
    service.scroll = (eraseAttributes, isWrapped) => {
      const buffer = service.buffers.active
      if (buffer.scrollTop === 0) {
        if (buffer.scrollBottom === this.rows - 1) this.#scrolled++
        if (buffer.lines.isFull && buffer === service.buffers.normal) this.#lineLeaves(buffer.lines.get(0)!)
      }
      scroll(eraseAttributes, isWrapped)
    }
  }

  #markPrompt(): void {
    const { active, normal } = this.#core._bufferService.buffers
    if (active === normal) this.prompts.add(this.#left + normal.ybase + normal.y)
  }

  #noteChangedRows(): void {
    const { start, end } = this.#core._inputHandler._dirtyRowTracker
    this.#firstChanged = Math.min(this.#firstChanged, start)
    this.#lastChanged = Math.max(this.#lastChanged, end)
  }

  #lineLeaves(line: XtermLine): void {
    this.#left++
    this.#events.lineLeaves(line)
  }

  #watchErasing(core: XtermCore): void {
    core.registerCsiHandler({ final: 'J' }, ({ params }) => {
      const buffer = core._bufferService.buffers.active
      if (params[0] === 3 && !this.onAlternateScreen && !this.#quiet) this.#historyCleared(buffer)
      // xterm throws for ED 1 in the last cell of the last row, where it means the whole screen.
      if (params[0] === 1 && buffer.y >= this.rows - 1 && buffer.x >= this.cols - 1) params[0] = 2
      return false
    })
    core.registerEscHandler({ final: 'c' }, () => {
      this.ledger.reset()
      this.keyboard.reset()
      this.prompts.clear()
      this.#historyCleared(core._bufferService.buffers.normal)
      return false
    })
  }

  #historyCleared(buffer: XtermBuffer): void {
    this.prompts.cleared(this.#left + buffer.ybase, buffer.ybase)
    this.#command.forget()
    this.#events.historyCleared()
  }
}
