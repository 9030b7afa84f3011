import { type DescribedHook, table } from './described.ts'
import { AGENT, AGENT_ID } from './fields.ts'

/** What happens to agents. */
export const AGENT_OBSERVERS: readonly DescribedHook[] = [
  { name: 'agent_created', kind: 'observer', when: 'an agent runs', arguments: [AGENT] },
  { name: 'after_agent_create', kind: 'observer', when: 'an agent runs, before agent_created', arguments: [AGENT] },
  {
    name: 'agent_lifecycle',
    kind: 'observer',
    when: 'the status of an agent changes: creating_worktree, spawning_ptys, running, stopping, removing_worktree, failed, exited, lost',
    arguments: [table('change', { ...AGENT_ID, status: 'string', error: 'string? # why, when it failed' })],
  },
  {
    name: 'agent_status',
    kind: 'observer',
    when: 'what an agent is doing changes: starting, working, waiting, done, idle, failed, exited',
    arguments: [
      table('change', {
        ...AGENT_ID,
        state: 'string',
        previous: 'string?',
        since: 'integer # seconds since the epoch',
        reason: 'string?',
        question: 'string? # what it waits to be told',
      }),
    ],
  },
  {
    name: 'agent_session_added',
    kind: 'observer',
    when: 'an agent was given another session',
    arguments: [table('session', { ...AGENT_ID, session_name: 'string' })],
  },
  {
    name: 'agent_session_removed',
    kind: 'observer',
    when: 'a session of an agent was ended and taken away',
    arguments: [table('session', { ...AGENT_ID, session_name: 'string' })],
  },
  { name: 'before_agent_close', kind: 'observer', when: 'an agent is going to be ended', arguments: [AGENT] },
  { name: 'after_agent_close', kind: 'observer', when: 'an agent was deleted', arguments: [AGENT] },
  {
    name: 'agent_deleted',
    kind: 'observer',
    when: 'an agent was deleted, after after_agent_close',
    arguments: [table('deleted', AGENT_ID)],
  },
  {
    name: 'prompt_receipt',
    kind: 'observer',
    when: 'a prompt for an agent was typed, or could not be',
    arguments: [
      table('receipt', {
        id: 'string',
        ...AGENT_ID,
        session_id: 'string',
        outcome: 'string # submitted, queued, refused, timed_out',
        reason: 'string?',
        typed: 'boolean? # although it was not taken',
        in_input_line: 'boolean? # where it lies',
        from: 'table # {kind, name?}: who sent it',
      }),
    ],
  },
  {
    name: 'inbox_message',
    kind: 'observer',
    when: 'a message in an agent’s inbox was put there, its bell was rung, it was read or is over; without its text',
    arguments: [
      table('message', { id: 'string', ...AGENT_ID, state: 'string # waiting, rung, read, expired', sender: 'table' }),
    ],
  },
]
