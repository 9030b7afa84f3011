import type { Logger } from 'pino'
import type { ExitStatus, Origin, SessionInfo, Signal } from '../../protocol/messages/ptyhost.ts'
import { Activity } from './activity.ts'
import type { Announcement } from './announcements.ts'
import { Audience } from './audience.ts'
import type { TerminalColors } from './colors.ts'
import { Emulator } from './emulator.ts'
import type { Flow, OutputQueue } from './flow.ts'
import { History } from './history.ts'
import { type Injection, Injector, type Outcome } from './inject.ts'
import { PlainLane } from './plain-lane.ts'
import { endSession } from './process-session.ts'
import type { ProcessTable } from './process-table.ts'
import { Pty } from './pty.ts'
import { ScreenRows } from './screen-rows.ts'
import { Signals } from './signals.ts'
import { type Size, Sizing } from './sizing.ts'
import { Typing } from './typing.ts'
import type { ScreenState, View } from './view.ts'
import { WriteLog } from './write-log.ts'

/** Lines xterm keeps above the screen: what is laid out anew when the width changes. At 200 columns each costs 2.6 kB. */
const SCROLLBACK = 500
/** Kitty's "report all keys as escape codes". */
const KITTY_ALL_KEYS = 8

export interface SessionOptions {
  readonly id: string
  readonly argv: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly cols: number
  readonly rows: number
  readonly labels: Record<string, string>
  /** Bytes of history kept above what xterm keeps. */
  readonly historyBytes: number
  /** Of botster. */
  readonly version: string
  readonly flow: Flow
  /** Of this machine, looked at together with the other sessions. */
  readonly processes: ProcessTable
  readonly log: Logger
  readonly onSignal: (signal: Signal) => void
  /** Frames may be due: {@link Session.flush}. */
  readonly onChanged: (session: Session) => void
}

/** One program with its terminal: what it prints, what it is sent, who looks at it. Lives on after the exit. */
export class Session implements Disposable {
  readonly id: string
  readonly startedAt = Date.now()
  labels: Record<string, string>
  /** Set once all of its output is on the screen. */
  exit: ExitStatus | undefined
  readonly audience: Audience
  readonly #options: SessionOptions
  readonly #emulator: Emulator
  readonly #history: History
  readonly #lane: PlainLane
  readonly #rows: ScreenRows
  readonly #pty: Pty
  readonly #output: OutputQueue
  readonly #signals: Signals
  readonly #writes: WriteLog
  readonly #typing = new Typing()
  readonly #activity: Activity
  readonly #injector: Injector
  readonly #sizing = new Sizing<object>()
  readonly #ended = Promise.withResolvers<ExitStatus>()
  #cwd: string
  #exitPending: ExitStatus | undefined

  /** @throws Error when the program cannot be started. */
  constructor(options: SessionOptions) {
    const { id, cols, rows, log, flow } = options
    this.id = id
    this.labels = options.labels
    this.#options = options
    this.#cwd = options.cwd
    this.#emulator = this.#createEmulator()
    this.#history = new History(options.historyBytes, this.#emulator)
    this.#lane = new PlainLane(this.#emulator, this.#history)
    this.#rows = new ScreenRows(this.#emulator)
    this.audience = new Audience({
      state: (thorough) => this.#state(thorough),
      heldFor: (now) => (this.exit ? 0 : this.#emulator.ledger.synchronizedFor(now)),
    })
    this.#signals = new Signals(id, options.onSignal)
    this.#writes = new WriteLog(id, log)
    this.#activity = new Activity(
      (report) => options.onSignal({ kind: 'activity', session: id, ...report }),
      () => this.audience.size > 0,
    )
    this.#output = flow.queue({
      parse: (data, flooding) => this.#parse(data, flooding),
      pause: () => this.#pty.pause(),
      resume: () => this.#pty.resume(),
      calm: () => this.#lane.release(),
      drained: () => this.#finishExit(),
    })
    try {
      this.#pty = new Pty({
        argv: options.argv,
        cwd: options.cwd,
        env: options.env,
        cols: this.#emulator.cols,
        rows,
        onData: (data) => this.#output.push(data),
        onExit: (status) => this.#noteExit(status),
      })
    } catch (error) {
      this.#emulator[Symbol.dispose]()
      throw error
    }
    this.#injector = new Injector({
      writer: this.#pty.writer,
      typing: this.#typing,
      bracketedPaste: () => this.#emulator.modes().bracketedPaste,
      linewise: () => !this.#emulator.onAlternateScreen,
      enter: () => ((this.#emulator.keyboard.kitty & KITTY_ALL_KEYS) !== 0 ? '\x1b[13u' : '\r'),
    })
    log.info({ session: id, pid: this.#pty.pid, argv0: options.argv[0], cols, rows }, 'started')
  }

  /** The terminal, up to date. */
  get emulator(): Emulator {
    this.#lane.settle()
    return this.#emulator
  }

  /** What is above the screen, up to date. */
  get history(): History {
    this.#lane.settle()
    return this.#history
  }

  get info(): SessionInfo {
    return {
      session: this.id,
      pid: this.#pty.pid,
      cols: this.emulator.cols,
      rows: this.emulator.rows,
      title: this.emulator.title,
      cwd: this.#cwd,
      labels: this.labels,
      startedAt: this.startedAt,
      ...(this.exit && { exit: this.exit }),
      history: this.history.extent,
    }
  }

  /** Resolves when the program has ended and all its output is on the screen. */
  get ended(): Promise<ExitStatus> {
    return this.#ended.promise
  }

  /** Sends input to the program; `client` is whose it is. False when it was not taken. */
  write(data: Uint8Array, origin: Origin, client: object): boolean {
    if (this.exit !== undefined) return false
    if (origin.kind !== 'person') {
      this.#writes.note(origin, data.length)
      return this.#pty.writer.write(data)
    }
    this.#sizing.touch(client)
    this.#applySize()
    const taken = this.#pty.writer.write(data)
    // The program answers meanwhile.
    const now = performance.now()
    this.audience.noteInput(now)
    this.#options.flow.noteInput(now)
    this.#typing.note(data, now)
    this.#activity.noteTyped(now)
    this.#injector.pump()
    return taken
  }

  async inject(injection: Injection): Promise<Outcome> {
    if (this.exit !== undefined) return { outcome: 'refused', reason: 'the program ended' }
    const outcome = await this.#injector.inject(injection)
    if (outcome.outcome !== 'refused') this.#writes.note(injection.origin, injection.data.length)
    return outcome
  }

  /** A client wants this size, and is the last one that was active. */
  resize(client: object, size: Size): void {
    this.#sizing.want(client, size)
    this.#applySize()
  }

  /** Programs that ask for colours are told these from now on. */
  setColors(colors: TerminalColors): void {
    this.emulator.colors.set(colors)
  }

  addView(view: View): void {
    this.audience.add(view)
    if (this.exit === undefined) this.#activity.noteViewed()
    this.#options.onChanged(this)
  }

  removeView(view: View): void {
    this.audience.remove(view)
    if (this.audience.size === 0) this.#rows.clear()
  }

  /** A client does not look any more: its size does not count. */
  leave(client: object): void {
    this.#sizing.leave(client)
    this.#applySize()
  }

  /** Ends the program and everything in its process session; resolves once its exit status is known. */
  async kill(graceMs: number): Promise<ExitStatus> {
    if (this.exit === undefined) await endSession(this.#options.processes, this.#pty.pid, graceMs)
    return this.ended
  }

  [Symbol.dispose](): void {
    this.audience[Symbol.dispose]()
    this.#output[Symbol.dispose]()
    this.#injector[Symbol.dispose]()
    this.#signals[Symbol.dispose]()
    this.#writes[Symbol.dispose]()
    this.#activity[Symbol.dispose]()
    this.#pty[Symbol.dispose]()
    this.#emulator[Symbol.dispose]()
  }

  #createEmulator(): Emulator {
    const { cols, rows, version, log, id } = this.#options
    return new Emulator({
      cols,
      rows,
      scrollback: SCROLLBACK,
      version,
      events: {
        reply: (data) => void this.#pty.writer.write(Buffer.from(data, 'latin1')),
        lineLeaves: (line) => this.#history.push(line),
        historyCleared: () => this.#history.clear(),
        historyRearranged: () => this.#history.startEpoch(),
        synchronizedUpdateEnded: () => this.audience.flush(),
        announce: (announcement) => this.#announce(announcement),
        failed: (error) => log.error({ session: id, error: String(error) }, 'the emulator failed on a sequence'),
      },
    })
  }

  #parse(data: Uint8Array, flooding: boolean): void {
    if (flooding) this.#lane.parse(data)
    else this.emulator.parse(data)
    this.#activity.noteOutput(performance.now())
    this.#options.onChanged(this)
  }

  #announce(announcement: Announcement): void {
    if (announcement.kind === 'cwd') this.#cwd = announcement.cwd
    if (announcement.kind === 'prompt' && announcement.mark === 'A') {
      this.#typing.finish()
      this.#injector.pump()
    }
    this.#signals.announce(announcement)
  }

  #applySize(): void {
    const size = this.#sizing.decision
    if (size === undefined) return
    // The emulator first: what the program draws for the new size must find it there.
    const { cols, rows } = this.emulator
    this.emulator.resize(size.cols, size.rows)
    if (this.emulator.cols === cols && this.emulator.rows === rows) return
    this.#activity.noteDisturbance(performance.now())
    if (this.exit === undefined) this.#pty.resize(this.emulator.cols, this.emulator.rows)
    this.#options.onChanged(this)
  }

  #state(thorough: boolean): ScreenState {
    const { emulator } = this
    this.#rows.update(thorough)
    return {
      cols: emulator.cols,
      rows: this.#rows.rows,
      cursor: emulator.cursor(),
      modes: emulator.modes(),
      title: emulator.title,
      history: this.#history.extent,
      link: (id) => emulator.links.address(id),
    }
  }

  #noteExit(status: ExitStatus): void {
    this.#exitPending = status
    if (this.#output.bytes === 0) this.#finishExit()
  }

  /** The exit is said after the last output was drawn. */
  #finishExit(): void {
    const status = this.#exitPending
    if (status === undefined || this.exit !== undefined) return
    this.exit = status
    this.#injector[Symbol.dispose]()
    this.#activity[Symbol.dispose]()
    this.audience.flush()
    this.#signals.announce({ kind: 'exit', ...status })
    this.#ended.resolve(status)
    this.#options.log.info({ session: this.id, ...status }, 'ended')
  }
}
