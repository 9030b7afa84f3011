import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from '../../protocol/client.ts'
import type { Connection } from '../../protocol/connection.ts'
import type { Params } from '../../protocol/definition.ts'
import {
  type Cursor,
  type Frame,
  type PtyhostProtocol,
  ptyhostProtocol,
  type SessionInfo,
  type Signal,
  type TerminalModes,
} from '../../protocol/messages/ptyhost.ts'
import { type HubPaths, hubPaths, packageRoot } from '../../protocol/paths.ts'
import { Grid } from '../../screen/grid.ts'
import { decodeRow, rowText } from '../../screen/row.ts'

const WAIT_MS = 20_000

/** Resolves with the first truthy value of `probe`. @throws Error naming `what` when it does not come in time. */
export async function until<T>(
  what: string,
  probe: () => T | Promise<T>,
  timeoutMs = WAIT_MS,
): Promise<NonNullable<T>> {
  for (const end = performance.now() + timeoutMs; ; ) {
    const value = await probe()
    if (value) return value
    if (performance.now() > end) throw new Error(`waited ${timeoutMs} ms in vain for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** A real ptyhost process with directories of its own. */
export class PtyhostProcess implements AsyncDisposable {
  readonly paths: HubPaths
  readonly child: ChildProcess
  readonly #directory: string

  constructor(env: Record<string, string> = {}) {
    this.#directory = mkdtempSync(join(tmpdir(), 'bp-'))
    const environment = {
      ...process.env,
      HOME: this.#directory,
      BOTSTER_CONFIG_DIR: join(this.#directory, 'c'),
      BOTSTER_RUNTIME_DIR: join(this.#directory, 'r'),
      BOTSTER_WARM_UP: '0', // tested on its own; here it would only take time from the others
      ...env,
    }
    this.paths = hubPaths('test', environment)
    this.child = spawn(process.execPath, [join(packageRoot(), 'hub/ptyhost/main.ts'), '--hub', 'test'], {
      env: environment,
      stdio: ['ignore', 'ignore', 'inherit'],
      detached: true,
    })
  }

  get directory(): string {
    return this.#directory
  }

  get pid(): number {
    return this.child.pid!
  }

  get log(): string {
    return readFileSync(this.paths.ptyhostLog, 'utf8')
  }

  /** Resident memory in bytes. */
  get memory(): number {
    const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${this.pid}/status`, 'latin1'))![1]
    return Number(kilobytes) * 1024
  }

  get alive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null
  }

  /** A client that came with the key, once the process answers. */
  async manager(): Promise<TestClient> {
    const client = await until('the ptyhost to answer', () => TestClient.open(this.paths).catch(() => undefined))
    await client.connection.request('authenticate', { ticket: readFileSync(this.paths.ptyhostKey, 'utf8').trim() })
    return client
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.alive) {
      const gone = new Promise((resolve) => this.child.once('exit', resolve))
      try {
        const client = await this.manager()
        await client.connection.request('shutdown', { force: true })
      } catch {
        this.child.kill('SIGKILL')
      }
      await gone
    }
    rmSync(this.#directory, { recursive: true, force: true })
  }
}

/** A client that keeps what it was shown, like the TUI does. */
export class TestClient implements Disposable {
  readonly connection: Connection<PtyhostProtocol, 'client'>
  readonly signals: Signal[] = []
  readonly released: string[] = []
  readonly forwarded: Uint8Array[] = []
  readonly screens = new Map<number, Screen>()
  closed: string | undefined
  /** While false, frames are kept back unacknowledged. */
  acknowledging = true
  #owed: { view: number; seq: number }[] = []

  static async open(paths: HubPaths): Promise<TestClient> {
    let client: TestClient | undefined
    const connection = await connect({
      path: paths.ptySocket,
      protocol: ptyhostProtocol,
      role: 'tui',
      onMessage: (message) => {
        switch (message.type) {
          case 'frame':
            client!.#take(message)
            client!.#acknowledge(message.view, message.seq)
            return
          case 'forwarded':
            client!.forwarded.push(message.data)
            client!.#acknowledge(message.view, message.seq)
            return
          case 'signal':
            client!.signals.push(message.signal)
            return
          case 'released':
            client!.released.push(message.session)
            return
        }
      },
      onClose: (reason) => {
        client!.closed = reason
      },
    })
    client = new TestClient(connection)
    return client
  }

  constructor(connection: Connection<PtyhostProtocol, 'client'>) {
    this.connection = connection
  }

  async spawn(
    session: string,
    argv: string[],
    more: Partial<Params<PtyhostProtocol, 'spawn'>> = {},
  ): Promise<{ pid: number }> {
    return this.connection.request('spawn', {
      session,
      argv,
      cwd: tmpdir(),
      env: { PATH: process.env.PATH!, TERM: 'xterm-256color', HOME: tmpdir(), LANG: 'C.UTF-8', PS1: '$ ' },
      cols: 80,
      rows: 24,
      ...more,
    })
  }

  async view(session: string, view = 1, more: Partial<Params<PtyhostProtocol, 'view'>> = {}): Promise<Screen> {
    const screen = new Screen()
    this.screens.set(view, screen) // before the answer, with which the first frame may come
    await this.connection.request('view', { view, session, ...more })
    return screen
  }

  type(session: string, text: string): void {
    this.connection.send({ type: 'input', session, data: Buffer.from(text) })
  }

  async info(session: string): Promise<SessionInfo> {
    const { sessions } = await this.connection.request('list', {})
    return sessions.find((info) => info.session === session)!
  }

  async text(session: string, history = 0): Promise<string> {
    const { text } = await this.connection.request('screen', { session, history })
    return text
  }

  /** Every line above the screen. */
  async history(session: string): Promise<string[]> {
    const { epoch, first, lines } = (await this.info(session)).history
    const all: string[] = []
    while (all.length < lines) {
      const answer = await this.connection.request('history', {
        session,
        epoch,
        from: first + all.length,
        count: 10_000,
      })
      if (answer.rows.length === 0) break
      all.push(...answer.rows.map(rowText))
    }
    return all
  }

  signalsOf<Kind extends Signal['kind']>(kind: Kind): Extract<Signal, { kind: Kind }>[] {
    return this.signals.filter((signal): signal is Extract<Signal, { kind: Kind }> => signal.kind === kind)
  }

  /** Acknowledges what was held back. */
  catchUp(): void {
    this.acknowledging = true
    for (const { view, seq } of this.#owed.splice(0)) this.#acknowledge(view, seq)
  }

  [Symbol.dispose](): void {
    this.connection.close('done')
  }

  #take(frame: Frame): void {
    this.screens.get(frame.view)?.apply(frame)
  }

  #acknowledge(view: number, seq: number): void {
    if (this.acknowledging) this.connection.send({ type: 'ack', view, seq })
    else this.#owed.push({ view, seq })
  }
}

/** What a viewer shows after the frames it got. */
export class Screen {
  readonly grid = new Grid(1, 1)
  frames = 0
  /** performance.now() of each frame. */
  readonly times: number[] = []
  cursor: Cursor = { x: 0, y: 0, visible: true, shape: 0 }
  modes: TerminalModes | undefined
  title = ''
  last: Frame | undefined

  apply(frame: Frame): void {
    this.frames++
    this.times.push(performance.now())
    this.last = frame
    if (frame.full) {
      this.grid.resize(frame.cols, frame.rows)
      this.grid.clear()
      this.grid.links.clear()
    }
    for (const [id, address] of frame.links ?? []) this.grid.links.set(id, address)
    for (const [y, row] of frame.lines) decodeRow(row, this.grid, y)
    this.cursor = frame.cursor
    this.modes = frame.modes ?? this.modes
    this.title = frame.title ?? this.title
  }

  get lines(): string[] {
    return Array.from({ length: this.grid.rows }, (_, y) => this.grid.text(y))
  }

  get text(): string {
    return this.lines.join('\n').trimEnd()
  }

  async shows(text: string | RegExp): Promise<void> {
    await until(`the screen to show ${text}; it shows:\n${this.text}`, () =>
      typeof text === 'string' ? this.text.includes(text) : text.test(this.text),
    ).catch((error) => {
      throw new Error(`${(error as Error).message}\nat the end it showed:\n${this.text}`)
    })
  }
}
