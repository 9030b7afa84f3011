import { setTimeout as pause } from 'node:timers/promises'

/** How somebody types, and how their lines are seen to arrive. */
export interface Keyboard {
  readonly type: (keys: string) => void
  readonly arrived: (line: string) => boolean
  readonly random: () => number
}

/** Milliseconds between keys, and between lines. */
const MOST_BETWEEN_KEYS = 120
const BETWEEN_LINES = { least: 500, most: 4000 }

/**
 * Types lines at random moments until it is stopped: with pauses, with keys taken back, and with Enter pressed again when
 * the agent was busy and did not hear it. @returns the lines
 */
export async function typeAtRandom(name: string, keyboard: Keyboard, signal: AbortSignal): Promise<string[]> {
  const { type, arrived, random } = keyboard
  const lines: string[] = []
  await wait(random() * BETWEEN_LINES.most, signal)
  while (!signal.aborted) {
    const line = `person ${name} ${lines.length}`
    lines.push(line)
    for (const key of line) {
      if (random() < 0.1) {
        type('x')
        await pause(random() * MOST_BETWEEN_KEYS)
        type('\x7f')
      }
      type(key)
      await pause(random() * MOST_BETWEEN_KEYS)
    }
    do {
      type('\r')
      await pause(300)
    } while (!arrived(line))
    await wait(BETWEEN_LINES.least + random() * (BETWEEN_LINES.most - BETWEEN_LINES.least), signal)
  }
  return lines
}

/** A person's dice, the same in every run. */
export function dice(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

async function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  await pause(milliseconds, undefined, { signal }).catch(() => {})
}
