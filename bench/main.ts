/**
 * `npm run bench [-- NAME …]`: botster beside tmux, in turns, and botster's own parts. A name selects every benchmark
 * that starts with it: echo, flood, attach, "cold start", "twenty agents", list, memory, idle, painter, "input thread", chrome,
 * lua, history, reload, ptyhost.
 * `--only botster` or `--only tmux` leaves the other out.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { echoScenarios } from './e2e/echo.ts'
import { fiftyAgentsScenario } from './e2e/fifty-agents.ts'
import { floodScenarios } from './e2e/flood.ts'
import type { MultiplexerName } from './e2e/multiplexer.ts'
import { idleScenario, memoryScenario } from './e2e/resources.ts'
import type { Scenario } from './e2e/scenario.ts'
import { attachScenario, coldStartScenario } from './e2e/start.ts'
import { tmuxVersion } from './e2e/tmux.ts'
import { takeTurns } from './e2e/turns.ts'
import { twentyAgentsScenario } from './e2e/twenty-agents.ts'
import { inOwnProcess } from './own-process.ts'
import { ownRow, type Result, tableHead, tableLine } from './report.ts'
import type { Row } from './row.ts'

const SCENARIOS: readonly Scenario[] = [
  ...echoScenarios,
  ...floodScenarios,
  attachScenario,
  coldStartScenario,
  twentyAgentsScenario,
  fiftyAgentsScenario,
  memoryScenario,
  idleScenario,
]

const PARTS: readonly { name: string; run: () => Promise<Row[]> }[] = [
  { name: 'painter', run: async () => (await import('./painter.ts')).benchPainter() },
  { name: 'input thread', run: () => inOwnProcess('input-thread.ts') },
  { name: 'chrome', run: async () => (await import('./chrome.ts')).benchChrome() },
  { name: 'lua', run: async () => (await import('./lua.ts')).benchLua() },
  { name: 'history', run: async () => (await import('./history.ts')).benchHistory() },
  { name: 'reload', run: async () => (await import('./e2e/reloads.ts')).benchReloads() },
  { name: 'ptyhost', run: async () => (await import('./ptyhost.ts')).benchPtyhost() },
]

const { values: options, positionals: selected } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string' } },
})

const failures = await main()
if (failures > 0) process.exitCode = 1

async function main(): Promise<number> {
  const chosen = <T extends { name: string }>(all: readonly T[]) =>
    all.filter(({ name }) => selected.length === 0 || selected.some((prefix) => name.startsWith(prefix)))
  const scenarios = chosen(SCENARIOS)
  const parts = chosen(PARTS)
  if (scenarios.length + parts.length === 0) {
    console.error(
      `no benchmark is called ${selected.join(' or ')}: ${[...SCENARIOS, ...PARTS].map(({ name }) => name).join(', ')}`,
    )
    return 1
  }
  const tmux = tmuxVersion()
  const names = (['tmux', 'botster'] as const).filter(
    (name: MultiplexerName) => (options.only ?? name) === name && (name !== 'tmux' || tmux !== undefined),
  )
  const results: Result[] = []
  const load = [loadavg()[0]!]
  let failed = 0
  const cache = mkdtempSync(join(tmpdir(), 'bb-cache-'))
  console.log(tableHead())
  const measure = async (name: string, run: () => Promise<Result[]>) => {
    try {
      for (const result of await run()) {
        results.push(result)
        console.log(tableLine(result))
      }
    } catch (error) {
      failed++
      console.error(`${name}: ${error instanceof Error ? error.message : error}`)
    }
  }
  try {
    for (const scenario of scenarios) await measure(scenario.name, () => takeTurns(scenario, names, cache))
    for (const part of parts) await measure(part.name, async () => (await part.run()).map(ownRow))
  } finally {
    rmSync(cache, { recursive: true, force: true })
  }
  load.push(loadavg()[0]!)
  write(results, tmux, load)
  return failed
}

/** @param load of the machine before and after: what else ran falls on both, but not always alike */
function write(results: readonly Result[], tmux: string | undefined, load: readonly number[]): void {
  const directory = join(import.meta.dirname, 'results')
  mkdirSync(directory, { recursive: true })
  const date = new Date().toISOString()
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, platform: process.platform, node: process.version }
  const name = [date.slice(0, 19).replaceAll(':', '-'), ...selected.map((part) => part.replaceAll(' ', '-'))].join('-')
  const path = join(directory, `${name}.json`)
  writeFileSync(path, `${JSON.stringify({ date, machine, load, tmux, results }, undefined, 2)}\n`)
  console.log(`\nwritten to ${path}`)
}
