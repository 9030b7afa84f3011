import type { AgentRecord } from '../records/types.ts'
import type { HubContext } from '../types.ts'
import { agentLabels } from './labels.ts'

/**
 * Tells the ptyhost what an agent is called now, so that records made again from labels (hub/agents/labels.ts) show
 * today's name. A session that ends meanwhile needs no label: failures go to the log.
 */
export function relabel({ ptyhost, log }: HubContext, agent: AgentRecord): void {
  const labels = agentLabels(agent)
  for (const info of ptyhost.sessions.values()) {
    if (!info.session.startsWith(`${agent.id}/`)) continue
    ptyhost.setLabels(info.session, { ...info.labels, ...labels }).catch((error: Error) => {
      log.warn({ session: info.session, error: error.message }, 'could not relabel a session')
    })
  }
}
