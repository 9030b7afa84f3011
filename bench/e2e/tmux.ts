import { execFile, execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { MeasuredProcess, Multiplexer, MultiplexerOptions, PanelSize } from './multiplexer.ts'
import { OuterTerminal } from './outer-terminal.ts'
import type { World } from './world.ts'

const run = promisify(execFile)

/** As installed, but with as much history as botster's sessions are given to keep, and `-u`. */
const CONFIGURATION = 'set -g history-limit 5000\n'
const STATUS_ROWS = 1

/** tmux's version, or undefined when it is not installed. */
export function tmuxVersion(): string | undefined {
  try {
    return execFileSync('tmux', ['-V'], { encoding: 'utf8' }).trim()
  } catch {
    return undefined
  }
}

/** One tmux server. A session of ours is a tmux session; side by side, it is a pane. */
export class Tmux implements Multiplexer {
  readonly name = 'tmux'
  readonly nextSession = '\x02)' // ctrl+b )
  readonly #world: World
  readonly #options: MultiplexerOptions
  #sessions: string[] = []

  constructor(world: World, options: MultiplexerOptions) {
    this.#world = world
    this.#options = options
    writeFileSync(this.#configuration, CONFIGURATION)
  }

  async newSession(name: string, command: string, { cols, rows }: PanelSize): Promise<void> {
    this.#sessions.push(name)
    if (this.#options.sideBySide && this.#sessions.length > 1) {
      await this.#tmux('split-window', '-d', '-h', '-t', this.#sessions[0]!, command)
      return
    }
    const width = this.#options.sideBySide ? 2 * cols + 1 : cols
    await this.#tmux('new-session', '-d', '-s', name, '-x', `${width}`, '-y', `${rows + STATUS_ROWS}`, command)
  }

  attach(size: PanelSize): OuterTerminal {
    return this.#terminal(['attach-session', '-t', this.#sessions[0]!], size)
  }

  async processes(terminals: readonly OuterTerminal[]): Promise<MeasuredProcess[]> {
    const pid = Number(await this.#tmux('display-message', '-p', '#{pid}'))
    return [{ role: 'server', pid }, ...terminals.map(({ pid }) => ({ role: 'client', pid }))]
  }

  list(): Promise<string> {
    return this.#tmux('list-sessions')
  }

  coldStart(size: PanelSize): { terminal: OuterTerminal; drawn: string } {
    return { terminal: this.#terminal(['new-session', 'echo drawn; exec cat'], size), drawn: 'drawn' }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tmux('kill-server').catch(() => {}) // none runs when a cold start failed; the world kills the rest
    await this.#world[Symbol.asyncDispose]()
  }

  #terminal(args: string[], { cols, rows }: PanelSize): OuterTerminal {
    const { env, directory: cwd } = this.#world
    const width = this.#options.sideBySide ? 2 * cols + 1 : cols
    const all = ['-u', '-f', this.#configuration, ...args]
    return new OuterTerminal({ file: 'tmux', args: all, env, cwd, cols: width, rows: rows + STATUS_ROWS })
  }

  async #tmux(...args: string[]): Promise<string> {
    const { env, directory: cwd } = this.#world
    const { stdout } = await run('tmux', ['-u', '-f', this.#configuration, ...args], { env, cwd })
    return stdout
  }

  get #configuration(): string {
    return join(this.#world.directory, 'tmux.conf')
  }
}
