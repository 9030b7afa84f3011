import { setTimeout as wait } from 'node:timers/promises'

/** Between two looks at a process that is about to end. */
const LOOK_EVERY_MS = 10

/** Whether a process exists, ours or another's. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

/** Waits until a process is gone; false when it is still there after `timeoutMs`. */
export async function waitForDeath(pid: number, timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs
  while (isAlive(pid)) {
    if (Date.now() > deadline) return false
    await wait(LOOK_EVERY_MS)
  }
  return true
}
