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
  /** Whether it waits: for input, say. False when it computes, is stopped, or waits for a disk; undefined when unknown. */
  readonly isWaiting: boolean | undefined
  /** Seconds of processor time it and the processes below it have used. */
  readonly cpu: number
}

/** Clock ticks a second in /proc: a constant of every Linux that Node runs on. */
const TICKS = 100
/** Processes below it that are counted: the others of a large build do not change whether it works. */
const MOST_PROCESSES = 64
/** Milliseconds for `ps`, which answers at once or hangs on a dead file system. */
const PS_TIMEOUT_MS = 2000

const run = promisify(execFile)

/** The foreground process group of the terminal that `leader` leads; undefined when it is gone or cannot be told. */
export async function foregroundOf(leader: number): Promise<Foreground | undefined> {
  const group = (await statOf(leader))?.foreground ?? (await groupFromPs(leader))
  if (group === undefined || group <= 0) return undefined
  const [cpu, argv, stat] = await Promise.all([cpuBelow(group), argvOf(group), statOf(group)])
  const isWaiting = stat && (stat.state === 'S' || stat.state === 'I')
  return { pid: group, argv, isLeader: group === leader, isWaiting, cpu }
}

/** Seconds of processor time of a process, its children, theirs, and those of them that ended. */
async function cpuBelow(root: number): Promise<number> {
  const pids = [root]
  let cpu = 0
  for (let at = 0; at < Math.min(pids.length, MOST_PROCESSES); at++) {
    const pid = pids[at]!
    cpu += (await statOf(pid))?.cpu ?? 0
    const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'latin1').catch(() => '')
    pids.push(...children.split(' ').filter(Boolean).map(Number))
  }
  return cpu
}

/** proc_pid_stat(5): pid (comm) state ppid pgrp session tty tpgid …; utime, stime, cutime, cstime are fields 14 to 17. */
async function statOf(pid: number): Promise<{ state: string; foreground: number; cpu: number } | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => undefined)
  if (stat === undefined) return undefined
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
  return { state: fields[0]!, foreground: Number(fields[5]), cpu: ticks / TICKS }
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
