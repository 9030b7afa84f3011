import type { DescribedArgument } from './described.ts'

// What many hooks tell of.

const AGENT_FIELDS = {
  id: 'string',
  key: 'string',
  name: 'string',
  branch_name: 'string?',
  worktree_path: 'string?',
  cwd: 'string',
  profile_name: 'string?',
  metadata: 'table',
  status: 'string',
  state: 'string # working, waiting, done, idle, … as in agent_status',
  sessions: 'table[] # {name, session_id, pid, title, port, …}',
}
export const AGENT: DescribedArgument = { name: 'agent', type: 'table', fields: AGENT_FIELDS }
export const AGENT_ID = { agent_id: 'string', agent_key: 'string' }
export const SESSION = {
  agent_id: 'string? # none for a session of no agent',
  agent_key: 'string?',
  session_id: 'string',
  session_name: 'string',
}
export const SUBSCRIPTION = { client_id: 'string', channel: 'string', subscription_id: 'string' }
