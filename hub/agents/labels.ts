import type { SessionInfo } from '../../protocol/messages/ptyhost.ts'
import type { AgentRecord, NewAgent, NewSession } from '../records/types.ts'

/** Characters of a label's value: the protocol takes no more. */
const MAX_LABEL = 4096

/**
 * What the ptyhost keeps with every session of an agent, so that a hub whose records are gone can tell what runs there.
 * To be given to `spawn` together with `session_name` (and `port`).
 */
export function agentLabels(agent: AgentRecord): Record<string, string> {
  const { id, key, name, repo, branch, worktreePath, profileName } = agent
  const labels: Record<string, string | null> = {
    agent_id: id,
    agent_key: key,
    agent_name: name,
    repo,
    branch,
    worktree_path: worktreePath,
    profile_name: profileName,
    in_worktree: String(agent.inWorktree),
    created_worktree: String(agent.createdWorktree),
    branch_created_at: agent.branchCreatedAt,
    created_at: String(agent.createdAt),
    slug: agent.slug,
    port_base: agent.portBase === null ? null : String(agent.portBase),
    parent: agent.parent,
    depth: String(agent.depth),
  }
  const kept = Object.entries(labels).filter(([, value]) => value !== null && value.length <= MAX_LABEL)
  return Object.fromEntries(kept) as Record<string, string>
}

/** What a session's labels say of its agent and itself; undefined for a session of no agent (a plugin's). */
export function fromLabels(info: SessionInfo): { agent: NewAgent; session: NewSession } | undefined {
  const { labels, cwd, cols, rows, pid, startedAt, title } = info
  const id = labels.agent_id
  const separator = info.session.indexOf('/')
  if (id === undefined || separator < 0 || info.session.slice(0, separator) !== id) return undefined
  const key = labels.agent_key ?? id
  const createdAt = Number(labels.created_at)
  const port = portOf(labels.port)
  return {
    agent: {
      id,
      key,
      name: labels.agent_name ?? key,
      status: 'running',
      repo: labels.repo ?? null,
      branch: labels.branch ?? null,
      worktreePath: labels.worktree_path ?? null,
      profileName: labels.profile_name ?? null,
      inWorktree: labels.in_worktree === 'true',
      createdWorktree: labels.created_worktree === 'true',
      branchCreatedAt: labels.branch_created_at ?? null,
      cwd: labels.worktree_path ?? cwd,
      createdAt: Number.isFinite(createdAt) && createdAt > 0 ? createdAt : startedAt,
      ...(labels.slug !== undefined && { slug: labels.slug }),
      portBase: portOf(labels.port_base),
      parent: labels.parent ?? null,
      depth: Number(labels.depth) || 0,
    },
    session: {
      agentId: id,
      name: info.session.slice(separator + 1),
      status: 'running',
      argv: [], // the ptyhost does not keep it
      cwd,
      cols,
      rows,
      pid,
      title,
      port,
      createdAt: startedAt,
    },
  }
}

function portOf(label: string | undefined): number | null {
  const port = Number(label)
  return Number.isInteger(port) && port > 0 ? port : null
}
