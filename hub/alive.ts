import { readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'

/** Between two looks at a process that is about to end. */
const LOOK_EVERY_MS = 10

/**
 * Whether a process runs, ours or another's. One that has ended and was not reaped yet (a container's init can take
 * seconds) runs no more.
 */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  return !isZombie(pid)
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

/** proc_pid_stat(5): pid (comm) state …; comm may contain parentheses. False where there is no /proc. */
function isZombie(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z')
  } catch {
    return false
  }
}
