import type { ProcessTable } from './process-table.ts'

/** Milliseconds between looks at whether the processes are gone. */
const POLL_MS = 20
/** Milliseconds a KILLed process may take to disappear: one in uninterruptible sleep can take for ever. */
const MAX_DYING_MS = 2000

/**
 * Ends every process of the session that `leader` leads (setsid): TERM first, HUP with it since interactive shells
 * ignore TERM, CONT so that stopped ones hear of it, and KILL after `graceMs`. That includes process groups of their
 * own, such as the jobs of a shell. Where there is no /proc, the leader's own group.
 */
export async function endSession(processes: ProcessTable, leader: number, graceMs: number): Promise<void> {
  await signalSession(processes, leader, ['SIGTERM', 'SIGHUP', 'SIGCONT'])
  if (await isGone(processes, leader, graceMs)) return
  // Again: one may have been forked while others were looked for.
  for (const end = performance.now() + MAX_DYING_MS; performance.now() < end; ) {
    await signalSession(processes, leader, ['SIGKILL'])
    if (await isGone(processes, leader, POLL_MS)) return
  }
}

/**
 * Live processes whose session id is `leader`; zombies do not count. Undefined where nobody knows: there is no /proc, or
 * it cannot be read.
 */
async function sessionMembers(processes: ProcessTable, leader: number): Promise<number[] | undefined> {
  const stats = await processes.look()
  if (stats === undefined) return undefined
  return [...stats].filter(([pid, stat]) => belongsTo(stat, pid, leader)).map(([pid]) => pid)
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

async function signalSession(
  processes: ProcessTable,
  leader: number,
  signals: readonly NodeJS.Signals[],
): Promise<void> {
  const members = await sessionMembers(processes, leader)
  for (const signal of signals) {
    if (members === undefined) send(-leader, signal)
    else for (const pid of members) send(pid, signal)
  }
}

async function isGone(processes: ProcessTable, leader: number, withinMs: number): Promise<boolean> {
  for (const end = performance.now() + withinMs; ; ) {
    const members = await sessionMembers(processes, leader)
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
