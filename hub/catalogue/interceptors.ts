import { type DescribedHook, table } from './described.ts'
import { AGENT, AGENT_ID, SUBSCRIPTION } from './fields.ts'

/** Hooks that may change or refuse something. */
export const INTERCEPTORS: readonly DescribedHook[] = [
  {
    name: 'before_agent_create',
    kind: 'interceptor',
    when: 'an agent is asked for, before anything is made',
    arguments: [
      table('options', {
        branch: 'string?',
        issue_or_branch: 'string? # the same; a change of either counts',
        name: 'string?',
        prompt: 'string?',
        command: 'string|string[]|nil',
        worktree: 'boolean? # false: in the present directory',
        from_worktree: 'string? # path of an existing one',
        from: 'string? # where a new branch begins',
        profile_name: 'string?',
        metadata: 'table?',
      }),
    ],
    dropped: 'the agent is refused',
  },
  {
    name: 'before_agent_delete',
    kind: 'interceptor',
    when: 'an agent is to be deleted, before anything ends',
    arguments: [
      table('options', { ...AGENT_ID, delete_worktree: 'boolean', delete_branch: 'boolean', force: 'boolean' }),
    ],
    dropped: 'the agent stays',
  },
  {
    name: 'before_client_subscribe',
    kind: 'interceptor',
    when: 'a client subscribes to a channel',
    arguments: [table('request', { ...SUBSCRIPTION, params: 'table' })],
    dropped: 'the subscription is refused',
  },
  {
    name: 'before_hub_command',
    kind: 'interceptor',
    when: 'a client that is subscribed sends a command, before before_command',
    arguments: [
      table('command', { type: 'string', '…': 'any # the command’s own fields' }),
      table('context', { client_id: 'string', subscription_id: 'string' }),
    ],
    dropped: 'the command is ignored without an answer',
  },
  {
    name: 'before_command',
    kind: 'interceptor',
    when: 'any command is run, whoever asks: a client, the command line, a plugin',
    arguments: [
      table('command', { type: 'string', '…': 'any # the command’s own fields' }),
      table('context', { client_id: 'string', type: 'string' }),
    ],
    dropped: 'whoever asked is told that a hook refused',
  },
  {
    name: 'filter_agent_env',
    kind: 'interceptor',
    when: 'a session of an agent is about to start',
    arguments: [{ name: 'env', type: 'table<string, string>' }, AGENT],
  },
]
