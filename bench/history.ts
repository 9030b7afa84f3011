// Searching and copying a long history, and what others notice of it.
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import type { Connection } from '../protocol/connection.ts'
import type { HistoryExtent, PtyhostProtocol, SessionInfo } from '../protocol/messages/ptyhost.ts'
import type { HubPaths } from '../protocol/paths.ts'
import { collectText } from '../tui/reader/collect-text.ts'
import { Search } from '../tui/reader/search.ts'
import { PAST_END } from '../tui/reader/selection.ts'
import { Host, quietClient } from './ptyhost.ts'
import { percentile, type Row } from './row.ts'

const LINES = 50_000
/** Searches and copies of each kind: the machine is never quite still. */
const ROUNDS = 10
/** Keys typed into another session meanwhile. */
const KEYS = 150

type Client = Connection<PtyhostProtocol, 'client'>

const PATTERNS = { 'one text': 'line 25000 ', 'an expression': 'l[aeiou]zy .*line 4\\d{3}7$', 'every line': 'fox' }

/** All figures of searching and copying; takes about half a minute. */
export async function benchHistory(): Promise<Row[]> {
  const rows: Row[] = []
  const host = await Host.start()
  try {
    await host.spawn('long', ['bash', '-c', longOutput()])
    await host.settled('long')
    await host.spawn('other', ['cat'])
    using client = await quietClient(host.paths)
    const { history, rows: screen } = await longSession(client)
    for (const [name, pattern] of Object.entries(PATTERNS)) {
      const times = await repeat(() => search(client, history, screen, pattern))
      rows.push({ name: `search of ${LINES} lines for ${name}, p50`, value: percentile(times, 0.5), unit: 'ms' })
    }
    const times = await repeat(() => copy(client, history, screen))
    rows.push({ name: `copy of ${LINES} lines, p50`, value: percentile(times, 0.5), unit: 'ms' })
    await host.measureEcho('other', KEYS) // until its way is warm
    const alone = await host.measureEcho('other', KEYS)
    // In a thread of its own: what a client does with the answers must not count.
    const worker = new Worker(new URL(import.meta.url), { workerData: host.paths })
    const ended = new Promise((resolve) => worker.once('exit', resolve))
    const echo = await host.measureEcho('other', KEYS)
    worker.postMessage('stop')
    await ended
    for (const percent of [50, 99]) {
      rows.push(
        { name: `echo before searching, p${percent}`, value: percentile(alone, percent / 100), unit: 'ms' },
        { name: `echo beside searching and copying, p${percent}`, value: percentile(echo, percent / 100), unit: 'ms' },
      )
    }
  } finally {
    await host.stop()
  }
  return rows
}

function longOutput(): string {
  const words = 'the quick brown fox jumps over the lazy dog and runs away'
  return `for i in $(seq 1 ${LINES}); do echo "${words} line $i of many"; done; echo ready; read`
}

async function repeat(run: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now()
    await run()
    times.push(performance.now() - start)
  }
  return times
}

/** As the TUI searches: until everything was. */
async function search(client: Client, history: HistoryExtent, screen: number, pattern: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const bottom = history.first + history.lines
  const end = bottom + screen
  using search = new Search({
    ask: (request) => client.request('search', { session: 'long', ...request }),
    lines: () => ({ epoch: history.epoch, bottom, end }),
    onChange: () => search.complete && resolve(),
  })
  search.start(pattern, true, { line: end, column: 0 })
  await promise
  if (search.error !== undefined) throw new Error(search.error)
}

/** As the TUI copies. */
async function copy(client: Client, { epoch, first, lines }: HistoryExtent, screen: number): Promise<void> {
  const to = { line: first + lines + screen, column: PAST_END }
  const range = { from: { line: first, column: 0 }, to, block: false }
  const text = await collectText((request) => client.request('text', { session: 'long', ...request }), epoch, range)
  if (text === undefined || text.split('\n').length < LINES) throw new Error('not all of it was copied')
}

async function longSession(client: Client): Promise<SessionInfo> {
  const { sessions } = await client.request('list', {})
  return sessions.find(({ session }) => session === 'long')!
}

/** Searches and copies until told to stop. */
async function keepBusy(paths: HubPaths): Promise<void> {
  let over = false
  parentPort!.once('message', () => (over = true))
  using client = await quietClient(paths)
  const { history, rows } = await longSession(client)
  while (!over) {
    await search(client, history, rows, PATTERNS['an expression'])
    await copy(client, history, rows)
  }
}

if (!isMainThread) await keepBusy(workerData as HubPaths)
else if (import.meta.main) {
  for (const { name, value, unit } of await benchHistory()) console.log(`${name}: ${value.toFixed(2)} ${unit}`)
}
