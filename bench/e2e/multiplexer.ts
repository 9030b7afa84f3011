import type { OuterTerminal } from './outer-terminal.ts'

/** Cells of the panel that a session gets, inside whatever surrounds it. */
export interface PanelSize {
  cols: number
  rows: number
}

/** One process and what it is for: "server", "hub", "client". */
export interface MeasuredProcess {
  role: string
  pid: number
}

/** What is compared: something that keeps sessions and shows them. One instance is one world of its own, disposed of whole. */
export interface Multiplexer extends AsyncDisposable {
  readonly name: MultiplexerName
  /** Starts a session whose panel will have `size`, running a command in a shell. Hidden until attached and chosen. */
  newSession(name: string, command: string, size: PanelSize): Promise<void>
  /** Attaches a terminal in which a panel has `size`. What it shows first is left to the program. */
  attach(size: PanelSize): OuterTerminal
  /** Keys that show the next session. */
  readonly nextSession: string
  /**
   * Gives sessions other names, `perSecond` times a second, until disposed of: what every client shows of them changes.
   * Undefined for what shows no list of sessions.
   */
  readonly keepRenaming?: (names: readonly string[], perSecond: number) => Promise<AsyncDisposable>
  /** The processes that live while it runs; those of `terminals` are added as "client". */
  processes(terminals: readonly OuterTerminal[]): Promise<MeasuredProcess[]>
  /** Runs the command that lists the sessions. @returns what it printed */
  list(): Promise<string>
  /** From nothing running to a screen: how to start, and what is on the screen when it has started. */
  coldStart(size: PanelSize): { terminal: OuterTerminal; drawn: string }
}

export type MultiplexerName = 'tmux' | 'botster'

export interface MultiplexerOptions {
  /** Show the first two sessions side by side instead of one at a time. */
  sideBySide?: boolean
}
