import { setTimeout as sleep } from 'node:timers/promises'
import type { Multiplexer } from './multiplexer.ts'
import type { OuterTerminal } from './outer-terminal.ts'

const ATTEMPTS = 40
const PATIENCE_MS = 500
const START_PATIENCE_MS = 20_000

/** Waits until a terminal shows a session, and goes to the next one until keys typed into it are echoed. */
export async function focusEcho(
  multiplexer: Multiplexer,
  terminal: OuterTerminal,
  nextCharacter: () => string,
): Promise<void> {
  await waitForDrawing(terminal)
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const character = nextCharacter()
    terminal.write(character)
    if ((await terminal.arrival(character, PATIENCE_MS)) !== undefined) return settle()
    terminal.write(multiplexer.nextSession)
    await sleep(100)
  }
  throw new Error(`${multiplexer.name}: no session echoes keys; the terminal showed: ${terminal.tail}`)
}

/** Waits until something was drawn. Anything will do: what is typed before is kept or lost, and typed again. */
async function waitForDrawing(terminal: OuterTerminal): Promise<void> {
  const end = performance.now() + START_PATIENCE_MS
  while (terminal.tail.trim() === '') {
    if (performance.now() > end) throw new Error('nothing was drawn within 20 s')
    await sleep(10)
  }
}

/** What attaching started (caches, compilation, the other processes) is over a second later. */
async function settle(): Promise<void> {
  await sleep(1000)
}
