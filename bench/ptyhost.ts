// The data plane alone: what the ptyhost adds between a program and a viewer.
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Emulator } from '../hub/ptyhost/emulator.ts'
import { History } from '../hub/ptyhost/history.ts'
import { connect } from '../protocol/client.ts'
import type { Connection } from '../protocol/connection.ts'
import { type Frame, type PtyhostProtocol, ptyhostProtocol } from '../protocol/messages/ptyhost.ts'
import { type HubPaths, hubPaths, packageRoot } from '../protocol/paths.ts'
import { rowText } from '../screen/row.ts'
import { percentile, type Row } from './row.ts'

const COLS = 200
const ROWS = 50
const FLOOD_MB = 100
/** Milliseconds after which a ptyhost has warmed itself up. */
const WARM_UP_MS = 3000
/** Clock ticks a second in /proc/PID/stat, on every Linux there is. */
const TICKS_PER_SECOND = 100

/** Kinds of output that programs flood with; about `bytes` of each. */
export function floodContent(kind: FloodKind, bytes: number): Buffer {
  const line = FLOODS[kind]
  const parts: string[] = []
  for (let number = 1, length = 0; length < bytes; number++) {
    const text = line(number)
    parts.push(text)
    length += Buffer.byteLength(text)
  }
  return Buffer.from(parts.join(''))
}

const WORDS = 'the quick brown fox jumps over the lazy dog and runs away from everything'.split(' ')
const FLOODS = {
  plain: (number: number) => `${`line ${number} ${WORDS.join(' ')}`.slice(0, 79)}\n`,
  short: (number: number) => `${number}\n`,
  colour: (number: number) =>
    `${WORDS.map((word, index) => `\x1b[38;5;${(number * index) % 256}m${word}\x1b[0m`).join(' ')}\n`,
  unicode: (number: number) => `日本語 émoji 😀 👨‍👩‍👧 текст ünï ${number} 한국어 ありがとう\n`,
} as const
export type FloodKind = keyof typeof FLOODS

/** All figures of the data plane; takes about a minute. */
export async function benchPtyhost(): Promise<Row[]> {
  const rows = parseThroughput()
  const host = await Host.start()
  try {
    rows.push(...(await echoLatency(host)), ...(await floods(host)))
  } finally {
    await host.stop()
  }
  // A process of its own: floods leave room in the heap that further sessions would take for nothing.
  const fresh = await Host.start()
  try {
    rows.push(...(await memoryPerSession(fresh)))
  } finally {
    await fresh.stop()
  }
  return rows
}

function parseThroughput(): Row[] {
  return (Object.keys(FLOODS) as FloodKind[]).map((kind) => {
    const content = Buffer.from(floodContent(kind, 8e6).toString().replaceAll('\n', '\r\n'))
    const emulator: Emulator = new Emulator({
      cols: COLS,
      rows: ROWS,
      scrollback: 1000,
      version: '0',
      events: {
        reply() {},
        lineLeaves: (line) => history.push(line),
        historyCleared() {},
        historyRearranged() {},
        synchronizedUpdateEnded() {},
        announce() {},
        failed(error) {
          throw error
        },
      },
    })
    const history = new History(16 << 20, emulator)
    let best = Number.POSITIVE_INFINITY
    for (let round = 0; round < 3; round++) {
      const start = performance.now()
      for (let at = 0; at < content.length; at += 4096) emulator.parse(content.subarray(at, at + 4096))
      best = Math.min(best, performance.now() - start)
    }
    emulator[Symbol.dispose]()
    return { name: `parse into screen and history, ${kind}`, value: content.length / 1e3 / best, unit: 'MB/s' }
  })
}

async function echoLatency(host: Host): Promise<Row[]> {
  await host.spawn('echo', ['cat'])
  await host.measureEcho('echo', 200) // until this side is compiled as well
  const quiet = await host.measureEcho('echo', 400)
  await host.spawn('flood', ['bash', '-c', 'while :; do seq 1 100000; done'])
  const besideFlood = await host.measureEcho('echo', 200)
  await host.end('flood')
  await host.end('echo')
  return [...quantiles('echo through the socket', quiet), ...quantiles('echo beside a hidden flood', besideFlood)]
}

async function floods(host: Host): Promise<Row[]> {
  const rows: Row[] = []
  const file = join(host.directory, 'flood')
  for (const kind of Object.keys(FLOODS) as FloodKind[]) {
    writeFileSync(file, floodContent(kind, FLOOD_MB * 1e6))
    // The marker is computed, so that it is not found in the command line that the shell echoes.
    await host.spawn('cat', ['bash', '-c', `read; cat ${file}; echo done-$((6*7))`])
    const start = performance.now()
    const seen = host.look('cat', (text) => text.includes('done-42'))
    host.type('cat', '\n')
    await seen
    rows.push({
      name: `cat of ${FLOOD_MB} MB until seen, ${kind}`,
      value: (FLOOD_MB * 1e3) / (performance.now() - start),
      unit: 'MB/s',
    })
    await host.end('cat')
  }
  rmSync(file)
  return rows
}

async function memoryPerSession(host: Host): Promise<Row[]> {
  const COUNT = 10
  await host.spawn('warm', ['bash', '-c', fiveThousandLines()])
  await host.settled('warm')
  await sleep(2000) // for the collector: memory is looked at, not waited for
  const before = host.memory
  for (let number = 0; number < COUNT; number++) {
    await host.spawn(`session${number}`, ['bash', '-c', fiveThousandLines()])
    await host.settled(`session${number}`)
  }
  await sleep(3000)
  const perSession = (host.memory - before) / COUNT / 1e6
  const ticks = host.cpuTicks
  await sleep(5000)
  const cpu = ((host.cpuTicks - ticks) / TICKS_PER_SECOND / 5) * 100
  return [
    { name: 'memory of a further idle session, 5,000 lines of 200 columns', value: perSession, unit: 'MB' },
    { name: `CPU with ${COUNT + 1} idle sessions`, value: cpu, unit: '%' },
  ]
}

function fiveThousandLines(): string {
  return `for i in $(seq 1 5000); do printf '%0190d\\n' $i; done; echo ready; read`
}

function quantiles(name: string, milliseconds: number[]): Row[] {
  return [50, 95, 99].map((percent) => ({
    name: `${name}, p${percent}`,
    value: percentile(milliseconds, percent / 100),
    unit: 'ms',
  }))
}

/** A client that views nothing. */
export async function quietClient({ ptySocket, ptyhostKey }: HubPaths): Promise<Connection<PtyhostProtocol, 'client'>> {
  const connection = await connect({ path: ptySocket, protocol: ptyhostProtocol, role: 'tui', onMessage() {} })
  await connection.request('authenticate', { ticket: readFileSync(ptyhostKey, 'utf8').trim() })
  return connection
}

/** A ptyhost process and one viewer. */
export class Host {
  readonly directory: string
  readonly #process: ChildProcess
  readonly #connection: Connection<PtyhostProtocol, 'client'>
  #onFrame: (frame: Frame) => void = () => {}
  #paths: HubPaths | undefined

  static async start(): Promise<Host> {
    const directory = mkdtempSync(join(tmpdir(), 'bench-'))
    const env = {
      ...process.env,
      BOTSTER_CONFIG_DIR: join(directory, 'c'),
      BOTSTER_RUNTIME_DIR: join(directory, 'r'),
    }
    const paths = hubPaths('bench', env)
    const built = join(packageRoot(), 'dist/ptyhost.js')
    const program = existsSync(built) ? built : join(packageRoot(), 'hub/ptyhost/main.ts')
    const child = spawn(process.execPath, [program, '--hub', 'bench'], { env, stdio: 'ignore' })
    const host = await Host.#connect(directory, child, paths)
    host.#paths = paths
    await sleep(WARM_UP_MS)
    return host
  }

  static async #connect(directory: string, child: ChildProcess, paths: HubPaths): Promise<Host> {
    let host: Host | undefined
    for (let attempt = 0; ; attempt++) {
      try {
        const connection = await connect({
          path: paths.ptySocket,
          protocol: ptyhostProtocol,
          role: 'tui',
          onMessage: (message) => {
            if (message.type === 'frame') host!.#receive(message)
          },
        })
        await connection.request('authenticate', { ticket: readFileSync(paths.ptyhostKey, 'utf8').trim() })
        host = new Host(directory, child, connection)
        return host
      } catch (error) {
        if (attempt > 200) throw error
        await sleep(25)
      }
    }
  }

  private constructor(directory: string, child: ChildProcess, connection: Connection<PtyhostProtocol, 'client'>) {
    this.directory = directory
    this.#process = child
    this.#connection = connection
  }

  get paths(): HubPaths {
    return this.#paths!
  }

  get memory(): number {
    const status = readFileSync(`/proc/${this.#process.pid}/status`, 'latin1')
    return Number(/VmRSS:\s+(\d+)/.exec(status)![1]) * 1024
  }

  /** User and system time of the ptyhost. */
  get cpuTicks(): number {
    const stat = readFileSync(`/proc/${this.#process.pid}/stat`, 'latin1')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return Number(fields[11]) + Number(fields[12])
  }

  async spawn(session: string, argv: string[]): Promise<void> {
    await this.#connection.request('spawn', {
      session,
      argv,
      cwd: this.directory,
      env: { PATH: process.env.PATH!, TERM: 'xterm-256color', LANG: 'C.UTF-8' },
      cols: COLS,
      rows: ROWS,
    })
  }

  async end(session: string): Promise<void> {
    await this.#connection.request('kill', { session, graceMs: 500 })
    await this.#connection.request('release', { session })
  }

  type(session: string, text: string): void {
    this.#connection.send({ type: 'input', session, data: Buffer.from(text) })
  }

  /** Views a session until `enough` says so of the text that one frame brought. */
  async look(session: string, enough: (text: string) => boolean): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#onFrame = (frame) => {
      if (enough(frame.lines.map(([, row]) => rowText(row)).join('\n'))) resolve()
    }
    await this.#connection.request('view', { view: 1, session })
    await promise
    this.#onFrame = () => {}
  }

  async settled(session: string): Promise<void> {
    await this.look(session, (text) => text.includes('ready'))
    await this.#connection.request('unview', { view: 1 })
  }

  /** Milliseconds from sending a key to the frame that shows it, for `count` keys at a person's uneven pace. */
  async measureEcho(session: string, count: number): Promise<number[]> {
    const times: number[] = []
    await this.#connection.request('view', { view: 1, session })
    for (let number = 0; number < count; number++) {
      await sleep(5 + (number % 7) * 4)
      const key = 'abcdefghijklmnopqrstuvwxyz'[number % 26]!
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#onFrame = (frame) => {
        if (frame.lines.some(([, row]) => row.includes(key.charCodeAt(0)))) resolve()
      }
      const start = performance.now()
      this.type(session, key)
      await promise
      times.push(performance.now() - start)
      if (number % 26 === 25) this.type(session, '\x15') // erases the line, so that the next keys are new to it
    }
    this.#onFrame = () => {}
    await this.#connection.request('unview', { view: 1 })
    return times
  }

  async stop(): Promise<void> {
    const gone = new Promise((resolve) => this.#process.once('exit', resolve))
    await this.#connection.request('shutdown', { force: true })
    await gone
    rmSync(this.directory, { recursive: true, force: true })
  }

  #receive(frame: Frame): void {
    this.#connection.send({ type: 'ack', view: frame.view, seq: frame.seq })
    this.#onFrame(frame)
  }
}

if (import.meta.main) {
  for (const { name, value, unit } of await benchPtyhost()) console.log(`${name}: ${value.toFixed(2)} ${unit}`)
}
