import type { ExitStatus, SessionInfo } from '../../protocol/messages/ptyhost.ts'
import type { AgentRecord, Records, SessionRecord } from '../records/records.ts'
import { freeKey } from './key.ts'
import { fromLabels } from './labels.ts'

/**
 * Whoever shuts a machine down tells programs and the processes that hold them to end, one after the other: how much
 * earlier, in milliseconds, a program may have been told.
 */
const SHUTDOWN_SPAN_MS = 5000

export interface ReconcileOptions {
  /** Operations of an earlier hub were cut off: what was under way then has failed. */
  readonly interrupted: boolean
  /**
   * When the hub, or the ptyhost, was told to end by a signal or was gone: milliseconds since the epoch. What ended just
   * before, and is gone with its ptyhost, was not ended by the person.
   */
  readonly heldUntil?: number
}

/** What was found when records and ptyhost were compared. Session ids. */
export interface Reconciled {
  /** Run without a record: they have one now. */
  readonly adopted: readonly string[]
  /** Should have run and are not there, or were ended together with what held them. */
  readonly lost: readonly string[]
  /** Ended while nobody looked. */
  readonly ended: readonly { readonly session: string; readonly exit: ExitStatus }[]
}

/**
 * Brings the records in line with what the ptyhost holds: what runs wins over what was written, and nothing is
 * forgotten. For the start of a hub, and for when the link to the ptyhost was interrupted.
 */
export function reconcile(
  records: Records,
  sessions: ReadonlyMap<string, SessionInfo>,
  { interrupted, heldUntil }: ReconcileOptions,
): Reconciled {
  return records.transaction(() => {
    const adopted = [...sessions.values()].filter((info) => adopt(records, info)).map(({ session }) => session)
    const lost: string[] = []
    const ended: { session: string; exit: ExitStatus }[] = []
    for (const record of records.sessions()) {
      const info = sessions.get(record.id)
      if (info !== undefined) {
        if (follow(records, record, info)) ended.push({ session: record.id, exit: info.exit! })
      } else if (
        record.status === 'running' ||
        (record.status === 'starting' && interrupted) ||
        wasCutOff(record, heldUntil)
      ) {
        records.updateSession(record.id, { status: 'lost' })
        lost.push(record.id)
      }
    }
    const touched = new Set([...lost, ...ended.map(({ session }) => session)].map(agentOf))
    for (const agent of records.agents()) settle(records, agent, { interrupted, touched: touched.has(agent.id) })
    return { adopted, lost, ended }
  })
}

/** Writes what a session without a record says of itself. False when it has one, or belongs to no agent. */
function adopt(records: Records, info: SessionInfo): boolean {
  if (records.session(info.session) !== undefined) return false
  const found = fromLabels(info)
  if (found === undefined) return false
  if (records.agent(found.agent.id) === undefined) {
    records.addAgent({ ...found.agent, key: freeKey(records, found.agent.key) })
  }
  records.addSession(found.session)
  return true
}

/** Takes over what the ptyhost says. True when the session ended since it was written. */
function follow(records: Records, record: SessionRecord, { pid, cols, rows, title, exit }: SessionInfo): boolean {
  if (exit === undefined) {
    records.updateSession(record.id, { status: 'running', pid, cols, rows, title })
    return false
  }
  if (!isAlive(record)) return false
  const ending = { exitCode: exit.code, exitSignal: exit.signal ?? null, endedAt: Date.now() }
  records.updateSession(record.id, { status: 'exited', pid, cols, rows, title, ...ending })
  return true
}

/** An agent's status from its sessions'; what an earlier hub had begun and not finished has failed. */
function settle(
  records: Records,
  agent: AgentRecord,
  { interrupted, touched }: { readonly interrupted: boolean; readonly touched: boolean },
): void {
  const sessions = records.sessions(agent.id)
  const isRunning = sessions.some(({ status }) => status === 'running')
  switch (agent.status) {
    case 'creating_worktree':
    case 'spawning_ptys':
    case 'stopping':
    case 'removing_worktree': {
      if (!interrupted) return // this hub is at it and will say how it went
      if (isRunning) return set(records, agent, 'running', null)
      return set(records, agent, 'failed', `the hub ended while it was ${doing(agent.status)}`)
    }
    case 'failed':
      if (isRunning) set(records, agent, 'running', null)
      return
    case 'running':
    case 'exited':
    case 'lost': {
      if (isRunning) return set(records, agent, 'running', null)
      if (!touched && agent.status !== 'running') return
      return set(records, agent, sessions.some(({ status }) => status === 'lost') ? 'lost' : 'exited', agent.error)
    }
  }
}

function set(records: Records, agent: AgentRecord, status: AgentRecord['status'], error: string | null): void {
  if (agent.status !== status || agent.error !== error) records.updateAgent(agent.id, { status, error })
}

function doing(status: 'creating_worktree' | 'spawning_ptys' | 'stopping' | 'removing_worktree'): string {
  switch (status) {
    case 'creating_worktree':
      return 'making its worktree'
    case 'spawning_ptys':
      return 'starting its program'
    case 'stopping':
      return 'being stopped: delete it again'
    case 'removing_worktree':
      return 'being deleted: delete it again'
  }
}

function isAlive({ status }: SessionRecord): boolean {
  return status === 'starting' || status === 'running'
}

function wasCutOff({ status, endedAt }: SessionRecord, heldUntil: number | undefined): boolean {
  return status === 'exited' && endedAt !== null && heldUntil !== undefined && endedAt >= heldUntil - SHUTDOWN_SPAN_MS
}

function agentOf(session: string): string {
  return session.slice(0, session.indexOf('/'))
}
