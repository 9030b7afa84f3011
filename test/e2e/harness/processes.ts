import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { until } from './until.ts'

/**
 * Kills every process whose environment or working directory mentions `marker` (a world's temporary directory), until
 * none is left: hubs and ptyhosts detach on purpose, so that no parent or process group would find them. They are
 * stopped first, so that none sees another end.
 */
export async function killMarked(marker: string): Promise<void> {
  for (const pid of markedProcesses(marker)) kill(pid, 'SIGSTOP')
  await until(
    () => {
      const alive = markedProcesses(marker)
      for (const pid of alive) kill(pid, 'SIGKILL')
      return alive.length === 0
    },
    { what: `every process of ${marker} to be gone` },
  )
}

/** Pids of the processes that belong to a world, without zombies. */
export function markedProcesses(marker: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid && belongsTo(pid, marker))
}

/** Whether a process exists and is no zombie. */
export function isAlive(pid: number): boolean {
  const state = /^State:\s+(\w)/m.exec(read(`/proc/${pid}/status`))?.[1]
  return state !== undefined && state !== 'Z'
}

/** The name of what a process runs; '' when it is gone. */
export function programOf(pid: number): string {
  return read(`/proc/${pid}/comm`).trim()
}

/** Sends a signal; a process that is gone already is fine. */
export function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

function belongsTo(pid: number, marker: string): boolean {
  if (!isAlive(pid)) return false
  return read(`/proc/${pid}/environ`).includes(marker) || workingDirectory(pid).startsWith(marker)
}

function workingDirectory(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`)
  } catch {
    return ''
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return '' // ended meanwhile, or somebody else's
  }
}
