import type { ExitStatus } from '../../protocol/messages/ptyhost.ts'
import type { Records } from '../records/records.ts'

/** Writes that a session ended; an agent whose last running session it was has status 'exited'. */
export function recordExit(records: Records, session: string, { code, signal }: ExitStatus): void {
  records.transaction(() => {
    const isStopped = records.session(session)?.status === 'exited' // on purpose: see recordStop
    const endedAt = isStopped ? undefined : Date.now()
    const record = records.updateSession(session, {
      status: 'exited',
      exitCode: code,
      exitSignal: signal ?? null,
      endedAt,
    })
    if (record === undefined) return // a session of no agent
    const isOver = records.sessions(record.agentId).every(({ status }) => status === 'exited' || status === 'lost')
    const agent = records.agent(record.agentId)
    if (isOver && agent?.status === 'running') records.updateAgent(agent.id, { status: 'exited' })
  })
}

/** Writes that every session is about to be ended on purpose: the next hub must not take them for lost. */
export function recordStop(records: Records): void {
  records.transaction(() => {
    for (const { id, status } of records.sessions()) {
      if (status === 'running' || status === 'starting') records.updateSession(id, { status: 'exited' })
    }
    for (const { id, status } of records.agents()) {
      if (status === 'running') records.updateAgent(id, { status: 'exited' })
    }
  })
}

/** For the next hub: a signal ended this one, perhaps with everything else on the machine. */
export function noteSignal(records: Records): void {
  records.setFact('signalled_at', String(Date.now()))
}
