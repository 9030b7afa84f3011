import { type DescribedHook, table } from './described.ts'
import { SESSION } from './fields.ts'

/** What happens in terminals. */
export const TERMINAL_HOOKS: readonly DescribedHook[] = [
  {
    name: 'pty_notification',
    kind: 'observer',
    when: 'a program rings the bell or sends a notification (OSC 9, 99, 777)',
    arguments: [
      table('notification', {
        ...SESSION,
        type: 'string # bell, osc9, osc99, osc777',
        title: 'string?',
        body: 'string?',
        message: 'string? # of osc9',
        already_notified: 'boolean # the agent was marked before',
        has_focus: 'boolean',
        pty_index: 'integer # which session, from 0',
      }),
    ],
  },
  {
    name: 'pty_title_changed',
    kind: 'observer',
    when: 'a program changes its title',
    arguments: [table('change', { ...SESSION, title: 'string' })],
  },
  {
    name: 'pty_cwd_changed',
    kind: 'observer',
    when: 'a shell says (OSC 7) that it is in another directory',
    arguments: [table('change', { ...SESSION, cwd: 'string' })],
  },
  {
    name: 'pty_prompt',
    kind: 'observer',
    when: 'a shell marks (OSC 133) a prompt, a command or its end',
    arguments: [table('prompt', { ...SESSION, mark: 'string', command: 'string?', exit_code: 'integer?' })],
  },
  {
    name: 'pty_cursor_visibility',
    kind: 'observer',
    when: 'a program hides or shows the cursor',
    arguments: [table('change', { ...SESSION, visible: 'boolean' })],
  },
  {
    name: 'pty_input',
    kind: 'observer',
    when: 'a client types by way of a forwarder (create_pty_forwarder); never for what is typed into a TUI',
    arguments: [
      table('context', { client_id: 'string', subscription_id: 'string', forwarder_id: 'string' }),
      { name: 'data', type: 'string' },
    ],
  },
  {
    name: 'pty_output',
    kind: 'both',
    when: 'a forwarder (create_pty_forwarder) sends output; never on the TUI’s way. An interceptor’s one result replaces the data',
    arguments: [
      table('context', { agent_index: 'integer', pty_index: 'integer', peer_id: 'string?', client_id: 'string?' }),
      { name: 'data', type: 'string' },
    ],
    dropped: 'nothing is sent',
  },
]
