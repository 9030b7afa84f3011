import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** Clock ticks a second in /proc/PID/stat, on every Linux there is. */
const TICKS_PER_SECOND = 100

/** Resident memory in MB. */
export function residentMegabytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kilobytes) / 1024
}

/** Processor time used so far, in seconds. */
export function processorSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}

/** Waits until the processes have used next to nothing for two seconds; gives up after a minute. */
export async function untilQuiet(pids: readonly number[]): Promise<void> {
  const used = () => pids.reduce((sum, pid) => sum + processorSeconds(pid), 0)
  for (let second = 0, quiet = 0, before = used(); second < 60 && quiet < 2; second++) {
    await sleep(1000)
    const now = used()
    quiet = now - before <= 0.02 ? quiet + 1 : 0
    before = now
  }
}
