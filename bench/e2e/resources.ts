import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Multiplexer } from './multiplexer.ts'
import type { OuterTerminal } from './outer-terminal.ts'
import { processorSeconds, residentMegabytes, untilQuiet } from './processes.ts'
import { filled } from './programs.ts'
import type { Create, RowSpec, Samples, Scenario } from './scenario.ts'

const SIZE = { cols: 200, rows: 50 }
const SESSIONS = 20
const IDLE_SECONDS = 10
const FILL_LIMIT_MS = 60_000

/** Every role there is; each multiplexer has some. */
const ROLES = ['server', 'hub', 'ptyhost', 'client'] as const

/** Resident memory with one and twenty sessions that hold 5,000 lines of 200 characters, and with a terminal attached. */
export const memoryScenario: Scenario = {
  name: 'memory',
  rounds: 1,
  measure: measureMemory,
  rows: [
    ...ROLES.flatMap((role) => [memoryRow(`${role}, 1 session`), memoryRow(`${role}, ${SESSIONS} sessions`)]),
    memoryRow('all, per further session'),
  ],
}

/** Processor time of everything while twenty sessions and an attached terminal do nothing. */
export const idleScenario: Scenario = {
  name: 'idle',
  rounds: 1,
  measure: measureIdle,
  rows: [...ROLES, 'all'].map((role) => ({
    name: `idle processor, ${role}`,
    samples: role,
    statistic: 'p50',
    unit: '%',
    better: 'less',
  })),
}

async function measureMemory(create: Create): Promise<Samples> {
  await using multiplexer = create()
  const samples: Record<string, number[]> = {}
  const totals: number[] = []
  let made = 0
  for (const count of [1, SESSIONS]) {
    for (; made < count; made++) await fillSession(multiplexer, made)
    await using terminal = multiplexer.attach(SIZE)
    const processes = await settled(multiplexer, terminal)
    let total = 0
    for (const { role, pid } of processes) {
      const megabytes = residentMegabytes(pid)
      total += megabytes
      samples[`${role}, ${count} session${count === 1 ? '' : 's'}`] = [megabytes]
    }
    totals.push(total)
  }
  samples['all, per further session'] = [(totals[1]! - totals[0]!) / (SESSIONS - 1)]
  return samples
}

async function measureIdle(create: Create): Promise<Samples> {
  await using multiplexer = create()
  for (let number = 0; number < SESSIONS; number++) {
    await multiplexer.newSession(`idle-${number}`, 'exec cat', SIZE)
  }
  await using terminal = multiplexer.attach(SIZE)
  const processes = await settled(multiplexer, terminal)
  const before = processes.map(({ pid }) => processorSeconds(pid))
  await sleep(IDLE_SECONDS * 1000)
  const samples: Record<string, number[]> = {}
  let all = 0
  for (const [index, { role, pid }] of processes.entries()) {
    const share = ((processorSeconds(pid) - before[index]!) / IDLE_SECONDS) * 100
    samples[role] = [share]
    all += share
  }
  return { ...samples, all: [all] }
}

/** Makes a session that printed its 5,000 lines. */
async function fillSession(multiplexer: Multiplexer, number: number): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'bb-fill-'))
  const done = join(directory, 'done')
  try {
    await multiplexer.newSession(`full-${number}`, filled(SIZE.cols, done), SIZE)
    for (const end = performance.now() + FILL_LIMIT_MS; !existsSync(done); ) {
      if (performance.now() > end) throw new Error(`${multiplexer.name}: a session did not print its lines in a minute`)
      await sleep(20)
    }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

async function settled(multiplexer: Multiplexer, terminal: OuterTerminal) {
  const processes = await multiplexer.processes([terminal])
  await untilQuiet(processes.map(({ pid }) => pid))
  return processes
}

function memoryRow(samples: string): RowSpec {
  return { name: `memory, ${samples}`, samples, statistic: 'p50', unit: 'MB', better: 'less' }
}
