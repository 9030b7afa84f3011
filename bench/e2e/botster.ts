import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { type HubConnection, requireHub } from '../../bin/connect.ts'
import { findPlace } from '../../bin/place.ts'
import { ListChanges } from './list-changes.ts'
import type { MeasuredProcess, Multiplexer, MultiplexerOptions, PanelSize } from './multiplexer.ts'
import { OuterTerminal } from './outer-terminal.ts'
import type { World } from './world.ts'

const run = promisify(execFile)
const BINARY = join(import.meta.dirname, '../../bin/botster')

/** The default layout gives the agent list 15 percent; both it and the panel have borders. */
const LIST_SHARE = 0.15
const BORDERS = 2

const SIDE_BY_SIDE = `function render()
  local function panel(index) return { type = "terminal", props = { agent_index = index, pty_index = 0 } } end
  return { type = "hsplit", constraints = { "50%", "50%" }, children = { panel(0), panel(1) } }
end
`

const statusSchema = z.object({ hub: z.object({ pid: z.number() }), ptyhost: z.object({ pid: z.number() }) })

/** One hub with its ptyhost, driven through the real binary. A session of ours is an agent without a worktree. */
export class Botster implements Multiplexer {
  readonly name = 'botster'
  readonly nextSession = '\x0a' // ctrl+j
  readonly #world: World
  readonly #options: MultiplexerOptions
  readonly #project: string

  constructor(world: World, options: MultiplexerOptions) {
    this.#world = world
    this.#options = options
    this.#project = join(world.directory, 'project')
    mkdirSync(this.#project)
    if (!options.sideBySide) return
    const directory = join(world.env.BOTSTER_USER_DIR!, 'lua/user/ui')
    mkdirSync(directory, { recursive: true })
    writeFileSync(join(directory, 'side-by-side.lua'), SIDE_BY_SIDE)
  }

  /** In a terminal of the panel's size: a new session has the size of whoever asks for it. */
  async newSession(name: string, command: string, { cols, rows }: PanelSize): Promise<void> {
    const args = ['new', '--no-worktree', name, '--cmd', command]
    const { env } = this.#world
    await using terminal = new OuterTerminal({ file: BINARY, args, env, cwd: this.#project, cols, rows })
    await terminal.exited
    if (!terminal.saw(' runs')) throw new Error(`botster new failed: ${terminal.tail}`)
  }

  attach(size: PanelSize): OuterTerminal {
    return this.#terminal(['attach'], size)
  }

  async processes(terminals: readonly OuterTerminal[]): Promise<MeasuredProcess[]> {
    const { env } = this.#world
    const { stdout } = await run(BINARY, ['status', '--json'], { env, cwd: this.#project })
    const { hub, ptyhost } = statusSchema.parse(JSON.parse(stdout))
    const clients = terminals.map(({ pid }) => ({ role: 'client', pid }))
    return [{ role: 'hub', pid: hub.pid }, { role: 'ptyhost', pid: ptyhost.pid }, ...clients]
  }

  async list(): Promise<string> {
    const { stdout } = await run(BINARY, ['list'], { env: this.#world.env, cwd: this.#project })
    return stdout
  }

  coldStart(size: PanelSize): { terminal: OuterTerminal; drawn: string } {
    return { terminal: this.#terminal([], size), drawn: 'No agents yet' }
  }

  async keepRenaming(names: readonly string[], perSecond: number): Promise<AsyncDisposable> {
    return ListChanges.start(await findPlace(this.#project, this.#world.env), names, perSecond)
  }

  /** To the hub that `newSession` has started. */
  async connectHub(): Promise<HubConnection> {
    return requireHub(await findPlace(this.#project, this.#world.env), { role: 'cli', start: 'never' })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#world[Symbol.asyncDispose]()
  }

  #terminal(args: string[], size: PanelSize): OuterTerminal {
    const { env } = this.#world
    return new OuterTerminal({ file: BINARY, args, env, cwd: this.#project, ...this.#outerSize(size) })
  }

  #outerSize({ cols, rows }: PanelSize): PanelSize {
    if (this.#options.sideBySide) return { cols: 2 * cols, rows }
    let outer = cols + BORDERS
    while (outer - Math.round(outer * LIST_SHARE) - BORDERS < cols) outer++
    return { cols: outer, rows: rows + BORDERS }
  }
}
