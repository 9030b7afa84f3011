import { setTimeout as sleep } from 'node:timers/promises'
import { focusEcho } from './focus.ts'
import { echoCharacters } from './marker.ts'
import type { OuterTerminal } from './outer-terminal.ts'
import { CHATTERING, ECHO, FLOODING, REDRAWING } from './programs.ts'
import type { Create, Samples, Scenario } from './scenario.ts'

const SIZE = { cols: 120, rows: 40 }
const KEYS = 150 // a round: what a redrawing session has room for in its two free lines
const WARM_UP = 20
/** Pause between keys: about as fast as somebody types, and never in step with a timer. */
const PAUSE_MS = { least: 15, most: 45 }
/** A key that is not echoed within this counts as this. */
const LOST_MS = 2000

interface Kind {
  name: string
  program: string
  neighbour?: { command: string; visible: boolean }
}

const KINDS: readonly Kind[] = [
  { name: 'idle', program: ECHO },
  { name: 'while it redraws', program: REDRAWING },
  { name: 'beside hidden 400 lines/s', program: ECHO, neighbour: { command: CHATTERING, visible: false } },
  { name: 'beside visible 400 lines/s', program: ECHO, neighbour: { command: CHATTERING, visible: true } },
  { name: 'beside hidden flood', program: ECHO, neighbour: { command: FLOODING, visible: false } },
]

/** From a key's bytes on the terminal to its echo in what the program writes, in every situation of KINDS. */
export const echoScenarios: readonly Scenario[] = KINDS.map((kind) => ({
  name: `echo ${kind.name}`,
  rounds: 3,
  measure: (create) => measure(create, kind),
  rows: (['p50', 'p95', 'p99'] as const).map((statistic) => ({
    name: `echo ${kind.name}, ${statistic}`,
    samples: 'echo',
    statistic,
    unit: 'ms',
    better: 'less',
  })),
}))

async function measure(create: Create, { program, neighbour }: Kind): Promise<Samples> {
  await using multiplexer = create({ sideBySide: neighbour?.visible ?? false })
  await multiplexer.newSession('echo', program, SIZE)
  if (neighbour) await multiplexer.newSession('neighbour', neighbour.command, SIZE)
  await using terminal = multiplexer.attach(SIZE)
  const nextCharacter = echoCharacters()
  await focusEcho(multiplexer, terminal, nextCharacter)
  return { echo: await typeAndTime(terminal, nextCharacter) }
}

/** Types as a person does. @returns milliseconds until each echo, the first few keys left out */
export async function typeAndTime(terminal: OuterTerminal, nextCharacter: () => string): Promise<number[]> {
  return (await typeUntil(terminal, nextCharacter, (typed) => typed >= WARM_UP + KEYS)).slice(WARM_UP)
}

/** The same until told to stop. @returns milliseconds until the echo of every key */
export async function typeUntil(
  terminal: OuterTerminal,
  nextCharacter: () => string,
  isOver: (typed: number) => boolean,
): Promise<number[]> {
  const samples: number[] = []
  while (!isOver(samples.length)) {
    await sleep(PAUSE_MS.least + Math.random() * (PAUSE_MS.most - PAUSE_MS.least))
    const character = nextCharacter()
    terminal.forget()
    const typed = performance.now()
    terminal.write(character)
    const seen = await terminal.arrival(character, LOST_MS)
    samples.push(seen === undefined ? LOST_MS : seen - typed)
  }
  return samples
}
