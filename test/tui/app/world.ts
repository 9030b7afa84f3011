import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { PassThrough, Writable } from 'node:stream'
import type { ReadStream, WriteStream } from 'node:tty'
import type { Worker } from 'node:worker_threads'
import type { Terminal } from '@xterm/headless'
import { connect } from '../../../protocol/client.ts'
import { Connection } from '../../../protocol/connection.ts'
import { type HubProtocol, hubProtocol } from '../../../protocol/messages/hub.ts'
import { type SocketServer, serve } from '../../../protocol/server.ts'
import type { HubMessage } from '../../../tui/hub-link.ts'
import { runTui } from '../../../tui/main.ts'
import { PtyhostProcess, type TestClient, until } from '../../ptyhost/harness.ts'
import { openTerminal } from '../../screen/xterm.ts'
import { agent } from './keys-harness.ts'

const TICKET = 'a ticket for the tests'

export interface WorldOptions {
  readonly chromeWorker: string
  readonly cols?: number
  readonly rows?: number
  /** A worker that the test listens to. @default started from `chromeWorker` by the UI */
  readonly startedWorker?: Worker
  /** Files of the user's, by path below ~/.botster. */
  readonly files?: Readonly<Record<string, string>>
}

/**
 * The whole TUI, run in this process: its terminal is a headless emulator, its ptyhost a real process, and its hub a
 * real socket on which the test speaks.
 */
export class World implements AsyncDisposable {
  readonly home: string
  readonly terminal: Terminal
  /** Everything written to the terminal. */
  output = ''
  /** What the TUI said to the hub, oldest first. */
  readonly heard: HubMessage[] = []
  /** Milliseconds the terminal takes for each write: more than 0 makes it a slow one. */
  slowness = 0
  readonly #stdin = new PassThrough()
  readonly #stdout: Writable & { columns: number; rows: number }
  readonly #host = new PtyhostProcess()
  readonly #clients = new Set<Connection<HubProtocol, 'server'>>()
  readonly #options: WorldOptions
  #manager: TestClient | undefined
  #server: SocketServer | undefined
  #agents: Record<string, unknown>[] = []
  #ended: Promise<number> | undefined

  static async start(options: WorldOptions): Promise<World> {
    const world = new World(options)
    await world.#begin()
    return world
  }

  private constructor(options: WorldOptions) {
    const { cols = 100, rows = 24, files = {} } = options
    this.#options = options
    this.home = mkdtempSync(join(tmpdir(), 'bt-'))
    for (const [path, text] of Object.entries(files)) this.write(path, text)
    this.terminal = openTerminal(cols, rows)
    this.terminal.onData((answer) => this.#stdin.write(answer))
    Object.assign(this.#stdin, { isTTY: true, setRawMode: () => this.#stdin })
    const stdout = new Writable({
      write: (chunk: Buffer, _, done) => {
        this.output += chunk.toString('latin1')
        this.terminal.write(chunk, () => (this.slowness > 0 ? setTimeout(done, this.slowness) : done()))
      },
    })
    this.#stdout = Object.assign(stdout, { isTTY: true, columns: cols, rows, fd: -1 })
  }

  /** How the TUI ended. */
  get ended(): Promise<number> {
    return this.#ended!
  }

  get manager(): TestClient {
    return this.#manager!
  }

  /** Starts a program and shows it to the TUI as an agent. */
  async addAgent(id: string, script: string, fields: Record<string, unknown> = {}): Promise<void> {
    await this.manager.spawn(`${id}/agent`, ['sh', '-c', script], { cols: 80, rows: 20 })
    this.setAgents([...this.#agents, agent(id, fields)])
  }

  /** What the hub's list says from now on. */
  setAgents(agents: Record<string, unknown>[]): void {
    this.#agents = agents
    this.say({ type: 'agent_list', agents })
  }

  /** The hub says something to every client. */
  say(message: HubMessage): void {
    for (const client of this.#clients) client.send({ type: 'message', data: { subscriptionId: 'hub', ...message } })
  }

  type(text: string): void {
    this.#stdin.write(text)
  }

  resize(cols: number, rows: number): void {
    this.terminal.resize(cols, rows)
    Object.assign(this.#stdout, { columns: cols, rows })
    this.#stdout.emit('resize')
  }

  /** A file below ~/.botster. */
  write(path: string, text: string): void {
    const file = join(this.home, '.botster', path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }

  /** What the terminal shows, without blanks at the ends of lines. */
  get screen(): string {
    const { active } = this.terminal.buffer
    return Array.from({ length: this.terminal.rows }, (_, y) => {
      return active.getLine(active.baseY + y)?.translateToString(true) ?? ''
    }).join('\n')
  }

  async see(wanted: string | RegExp | (() => boolean)): Promise<void> {
    const seen = () => {
      if (typeof wanted === 'function') return wanted()
      return typeof wanted === 'string' ? this.screen.includes(wanted) : wanted.test(this.screen)
    }
    try {
      await until(String(wanted), seen, 30_000)
    } catch (error) {
      throw new Error(`${(error as Error).message}; the screen:\n${this.screen}`, { cause: error })
    }
  }

  /** Ends the hub's socket as a crash does. */
  async killHub(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    for (const socket of this.#sockets) socket.destroy()
    await server?.[Symbol.asyncDispose]()
  }

  /** A new hub listens where the old one did. */
  async startHub(): Promise<void> {
    this.#server = await serve(this.#hubSocket, (socket) => this.#accept(socket))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.type('\x11') // ctrl+q
    await this.#ended
    for (const socket of this.#sockets) socket.destroy()
    await this.#server?.[Symbol.asyncDispose]()
    this.#manager?.[Symbol.dispose]()
    await this.#host[Symbol.asyncDispose]()
    rmSync(this.home, { recursive: true, force: true })
  }

  readonly #sockets = new Set<Socket>()

  get #hubSocket(): string {
    return join(dirname(this.#host.paths.hubSocket), 'hub.sock')
  }

  async #begin(): Promise<void> {
    this.#manager = await this.#host.manager()
    const rights = { input: true, resize: true, manage: false }
    await this.manager.connection.request('registerTicket', { ticket: TICKET, sessions: '*', rights })
    await this.startHub()
    this.#ended = runTui({
      stdin: this.#stdin as unknown as ReadStream,
      stdout: this.#stdout as unknown as WriteStream,
      env: { HOME: this.home, TERM: 'xterm-256color', COLORTERM: 'truecolor', BOTSTER_WARM_UP: '0' },
      chromeWorker: this.#options.chromeWorker,
      startedWorker: this.#options.startedWorker,
      connectHub: (handlers) => {
        if (this.#server === undefined) throw new Error('no hub runs')
        return connect({ path: this.#hubSocket, protocol: hubProtocol, role: 'tui', ...handlers })
      },
    })
    this.#ended.catch(() => {}) // awaited when disposing
    await this.see('Agents (0)')
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket)
    const refuse = () => {
      throw new Error('not in this test')
    }
    const client: Connection<HubProtocol, 'server'> = new Connection({
      socket,
      protocol: hubProtocol,
      side: 'server',
      role: 'hub',
      onMessage: (message) => {
        if (message.type !== 'message') return
        const { data } = message
        this.heard.push(data)
        if (data.type !== 'subscribe') return
        this.#clients.add(client)
        client.send({ type: 'message', data: { subscriptionId: 'hub', type: 'subscribed' } })
        client.send({ type: 'message', data: { subscriptionId: 'hub', type: 'agent_list', agents: this.#agents } })
      },
      onClose: () => this.#clients.delete(client),
      methods: {
        ticket: () => ({ ticket: TICKET, socket: this.#host.paths.ptySocket }),
        environment: () => ({}),
        status: refuse,
        command: refuse,
        stop: refuse,
        lua: refuse,
        luaComplete: refuse,
      },
    })
  }
}
