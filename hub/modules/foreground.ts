import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

/** What a terminal's keys go to at the moment. */
export interface Foreground {
  readonly pid: number
  /** Its program and arguments; empty when it cannot be read. */
  readonly argv: readonly string[]
  /** It is the session's own first process: a shell that shows its prompt, not a command run in it. */
  readonly isLeader: boolean
  /** Seconds of processor time it and its ended children have used. */
  readonly cpu: number
}

/** Clock ticks a second in /proc: a constant of every Linux that Node runs on. */
const TICKS = 100
/** Milliseconds for `ps`, which answers at once or hangs on a dead file system. */
const PS_TIMEOUT_MS = 2000

const run = promisify(execFile)

/** The foreground process group of the terminal that `leader` leads; undefined when it is gone or cannot be told. */
export async function foregroundOf(leader: number): Promise<Foreground | undefined> {
  const group = (await statOf(leader))?.foreground ?? (await groupFromPs(leader))
  if (group === undefined || group <= 0) return undefined
  const [stat, argv] = await Promise.all([statOf(group), argvOf(group)])
  return { pid: group, argv, isLeader: group === leader, cpu: stat?.cpu ?? 0 }
}

/** proc_pid_stat(5): pid (comm) state ppid pgrp session tty tpgid …; utime, stime, cutime, cstime are fields 14 to 17. */
async function statOf(pid: number): Promise<{ foreground: number; cpu: number } | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => undefined)
  if (stat === undefined) return undefined
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
  return { foreground: Number(fields[5]), cpu: ticks / TICKS }
}

async function groupFromPs(pid: number): Promise<number | undefined> {
  const { stdout } = await ps(['-o', 'tpgid=', '-p', String(pid)])
  return Number.parseInt(stdout, 10) || undefined
}

async function argvOf(pid: number): Promise<string[]> {
  const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined)
  if (line !== undefined) return line.split('\0').filter((part) => part !== '')
  const { stdout } = await ps(['-o', 'args=', '-p', String(pid)])
  return stdout.trim().split(/\s+/).filter(Boolean)
}

async function ps(args: readonly string[]): Promise<{ stdout: string }> {
  return run('ps', args, { timeout: PS_TIMEOUT_MS }).catch(() => ({ stdout: '' }))
}
