import { setTimeout as delay } from 'node:timers/promises'

/** Generous: a condition ends a wait, and a loaded machine is no failure. */
export const PATIENCE_MS = 45_000
const LOOK_EVERY_MS = 10

export interface Patience {
  /** For the message when it never comes true: "the hub to be back". */
  readonly what: string
  readonly timeoutMs?: number
  /** Looked at when time is up, for the message. */
  readonly seen?: () => string
}

/**
 * Waits until `condition` yields something truthy, and returns it. Only for what has no event to wait on.
 * @throws Error that says what was waited for, when it does not come in time
 */
export async function until<T>(
  condition: () => T | Promise<T>,
  { what, timeoutMs = PATIENCE_MS, seen }: Patience,
): Promise<NonNullable<T>> {
  const deadline = Date.now() + timeoutMs
  for (;;) {
    const value = await condition()
    if (value) return value
    if (Date.now() > deadline) throw new Error(`waited ${timeoutMs} ms for ${what}${seen ? `; seen:\n${seen()}` : ''}`)
    await delay(LOOK_EVERY_MS)
  }
}
