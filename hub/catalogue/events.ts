import { type DescribedHook, table } from './described.ts'
import { SESSION } from './fields.ts'

/** What `events.on` hears of. */
export const EVENTS: readonly DescribedHook[] = [
  {
    name: 'worktree_created',
    kind: 'event',
    when: 'a worktree was made for an agent',
    arguments: [
      table('worktree', {
        agent_key: 'string',
        branch: 'string',
        path: 'string',
        metadata: 'table?',
        prompt: 'string?',
        profile_name: 'string?',
        client_rows: 'integer?',
        client_cols: 'integer?',
      }),
    ],
  },
  {
    name: 'worktree_create_failed',
    kind: 'event',
    when: 'a worktree for an agent could not be made',
    arguments: [table('failure', { agent_key: 'string', branch: 'string', error: 'string' })],
  },
  {
    name: 'worktree_changed',
    kind: 'event',
    when: 'something changed in a worktree that `worktree.watch` was asked for, and stood still again',
    arguments: [table('change', { path: 'string' })],
  },
  {
    name: 'process_exited',
    kind: 'event',
    when: 'the program of a session has ended',
    arguments: [table('exit', { ...SESSION, exit_code: 'integer?', signal: 'integer?' })],
  },
  {
    name: 'question_asked',
    kind: 'event',
    when: 'an agent asks its person something (the tool ask_user)',
    arguments: [
      table('question', {
        id: 'string',
        text: 'string',
        choices: 'string[]?',
        agent_id: 'string?',
        agent_key: 'string?',
      }),
    ],
  },
  {
    name: 'question_closed',
    kind: 'event',
    when: 'a question was answered, or is not asked any more',
    arguments: [table('question', { id: 'string' })],
  },
  {
    name: 'command_message',
    kind: 'event',
    when: 'a command is about to be run, whoever asks, after its interceptors; for reading only',
    arguments: [
      table('message', {
        client_id: 'string',
        subscription_id: 'string? # none when it came by no subscription',
        type: 'string',
        command: 'table # {type, and the command’s own fields}',
      }),
    ],
  },
  {
    name: 'mcp_tools_changed',
    kind: 'event',
    when: 'the tools that are offered to agents changed; once for what changes together',
    arguments: [table('change', {})],
  },
  {
    name: 'mcp_prompts_changed',
    kind: 'event',
    when: 'the prompts that are offered to agents changed',
    arguments: [table('change', {})],
  },
  {
    name: 'connection_code_ready',
    kind: 'event',
    when: 'a code was made with which a device may connect',
    arguments: [table('code', { url: 'string', qr_ascii: 'string[]', expires_at: 'number' })],
  },
  {
    name: 'connection_code_error',
    kind: 'event',
    when: 'such a code could not be made',
    arguments: [table('failure', { message: 'string' })],
  },
  {
    name: 'connection_code_used',
    kind: 'event',
    when: 'a device has connected with a code for the first time',
    arguments: [table('device', { peer_id: 'string', name: 'string' })],
  },
  {
    name: 'outgoing_signal',
    kind: 'event',
    when: 'a device that is connecting is to be sent something by way of the signalling server',
    arguments: [table('signal', { identity: 'string', '…': 'any' })],
  },
  {
    name: 'shutdown',
    kind: 'event',
    when: 'the hub is ending; what the hook of that name is notified of',
    arguments: [table('nothing', {})],
  },
]

/** What botster’s own files tell each other. */
export const INTERNAL_EVENTS: readonly DescribedHook[] = [
  ['agents_changed', 'something that clients show of an agent changed', { urgent: 'boolean' }],
  ['agent_state_changed', 'before agent_status, and once an agent is gone', { agent_id: 'string' }],
  ['agent_looked', 'the screen of an agent was looked at', undefined],
  ['prompt_moved', 'a prompt in the queue has come a step further', undefined],
  ['agent_start_ended', 'nobody starts the programs of an agent any more', undefined],
  ['hub_work_ended', 'something that the hub does to its end for others is over', undefined],
  ['inbox_moved', 'a message in an inbox was delivered, read or is over', undefined],
  [
    'repository_layers_changed',
    'the repository’s layers came, went, or are taken from another place',
    { before: 'string?', after: 'string?' },
  ],
  ['module_reloaded', 'a module has a new version', { name: 'string' }],
].map(([name, when, fields]) => ({
  name: name as string,
  kind: 'event',
  when: when as string,
  arguments: fields === undefined ? [] : [table('change', fields as Record<string, string>)],
  isInternal: true,
}))
