import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type FloodKind, floodContent } from '../ptyhost.ts'
import { focusEcho } from './focus.ts'
import { echoCharacters, marker, printing } from './marker.ts'
import { SHELL } from './programs.ts'
import type { Create, Samples, Scenario } from './scenario.ts'

const SIZE = { cols: 120, rows: 40 }
const MEGABYTES = Number(process.env.BENCH_FLOOD_MB ?? 100)
const LIMIT_MS = 120_000

const KINDS: readonly { name: string; kind: FloodKind }[] = [
  { name: 'plain', kind: 'plain' },
  { name: 'short lines', kind: 'short' },
  { name: 'colour', kind: 'colour' },
  { name: 'unicode', kind: 'unicode' },
]

/** `cat` of a large file in a visible shell, until a text that the shell prints after it is on the screen. */
export const floodScenarios: readonly Scenario[] = KINDS.map(({ name, kind }) => ({
  name: `flood ${name}`,
  rounds: 2,
  measure: (create) => measure(create, kind),
  rows: [{ name: `cat ${MEGABYTES} MB ${name}`, samples: 'speed', statistic: 'p50', unit: 'MB/s', better: 'more' }],
}))

async function measure(create: Create, kind: FloodKind): Promise<Samples> {
  const directory = mkdtempSync(join(tmpdir(), 'bb-flood-'))
  const file = join(directory, 'flood')
  try {
    writeFileSync(file, floodContent(kind, MEGABYTES * 1e6))
    const bytes = readFileSync(file).length // also brings it into the page cache
    await using multiplexer = create()
    await multiplexer.newSession('shell', SHELL, SIZE)
    await using terminal = multiplexer.attach(SIZE)
    await focusEcho(multiplexer, terminal, echoCharacters())
    terminal.write('\x15') // ctrl+u: what was typed to find the session
    const end = marker(1)
    terminal.forget()
    const started = performance.now()
    terminal.write(`cat ${file}; ${printing(end)}\r`)
    const seen = await terminal.arrival(end, LIMIT_MS)
    if (seen === undefined) throw new Error(`${multiplexer.name}: the end of the flood was not drawn within 2 minutes`)
    return { speed: [bytes / 1e6 / ((seen - started) / 1000)] }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
