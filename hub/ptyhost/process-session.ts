import { readdir, readFile } from 'node:fs/promises'

/** Milliseconds between looks at whether the processes are gone. */
const POLL_MS = 20
/** Milliseconds a KILLed process may take to disappear: one in uninterruptible sleep can take for ever. */
const MAX_DYING_MS = 2000

/**
 * Ends every process of the session that `leader` leads (setsid): TERM first, HUP with it since interactive shells
 * ignore TERM, CONT so that stopped ones hear of it, and KILL after `graceMs`. That includes process groups of their
 * own, such as the jobs of a shell. Where there is no /proc, the leader's own group.
 */
export async function endSession(leader: number, graceMs: number): Promise<void> {
  await signalSession(leader, ['SIGTERM', 'SIGHUP', 'SIGCONT'])
  if (await isGone(leader, graceMs)) return
  await signalSession(leader, ['SIGKILL'])
  await isGone(leader, MAX_DYING_MS)
}

/** Live processes whose session id is `leader`; zombies do not count. Undefined where there is no /proc. */
async function sessionMembers(leader: number): Promise<number[] | undefined> {
  const entries = await readdir('/proc').catch(() => undefined)
  if (entries === undefined) return undefined
  const pids = entries.filter((name) => /^\d+$/.test(name))
  const stats = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '')))
  return pids.filter((pid, index) => belongsTo(stats[index]!, Number(pid), leader)).map(Number)
}

/**
 * proc_pid_stat(5): pid (comm) state ppid pgrp session …; comm may contain spaces and parentheses. A leader that was
 * forked this very moment leads no session yet: it is known by its parent.
 */
function belongsTo(stat: string, pid: number, leader: number): boolean {
  const [state, parent, , session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  if (state === 'Z' || state === 'X') return false
  return Number(session) === leader || (pid === leader && Number(parent) === process.pid)
}

async function signalSession(leader: number, signals: readonly NodeJS.Signals[]): Promise<void> {
  const members = await sessionMembers(leader)
  for (const signal of signals) {
    if (members === undefined) send(-leader, signal)
    else for (const pid of members) send(pid, signal)
  }
}

async function isGone(leader: number, withinMs: number): Promise<boolean> {
  for (const end = performance.now() + withinMs; ; ) {
    const members = await sessionMembers(leader)
    if (members === undefined ? !send(-leader, 0) : members.length === 0) return true
    if (performance.now() >= end) return false
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
}

function send(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(pid, signal)
    return true
  } catch {
    return false // gone already
  }
}
