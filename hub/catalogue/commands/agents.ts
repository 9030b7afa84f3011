import { AN_AGENT, type DescribedCommand, OF_AGENT, OF_SESSION, SIZE } from './described.ts'

/** Where and with what an agent is started. */
const NEW_AGENT = {
  name: 'string? # default: the branch',
  command: 'string|string[]|nil # for the user’s shell, or a program and its arguments',
  prompt: 'string? # typed once the program takes input',
  prompt_follows: 'boolean? # the caller types it; it is kept with the agent',
  profile_name: 'string? # "" for none',
  metadata: 'table? # kept with the agent',
  env: 'table<string, string>? # more variables',
  directory: 'string? # where in the worktree it starts',
  ...SIZE,
}

export const AGENT_COMMANDS: readonly DescribedCommand[] = [
  {
    name: 'list_agents',
    does: 'lists all agents of this hub, in the order they were created',
    answers:
      '{agents}: {id, key, name, display_name, title, cwd, profile_name, repo, metadata, branch_name, worktree_path, ' +
      'in_worktree, status, state, state_since, state_reason, state_question, error, sessions, notification, slug, git, ' +
      'port_base, parent, depth, created_at} each',
  },
  {
    name: 'create_agent',
    does: 'starts an agent',
    fields: {
      branch: 'string|integer|nil # a number N means botster-issue-N; default: one made of the name or prompt',
      issue_or_branch: 'string|integer|nil # the same',
      from: 'string? # where a new branch begins',
      on_taken: 'string? # what to do when another agent has the branch',
      worktree: 'boolean? # false: in the present directory',
      from_worktree: 'string? # path of an existing one',
      cwd: 'string? # with worktree = false',
      ...NEW_AGENT,
    },
    answers: AN_AGENT,
  },
  {
    name: 'reopen_worktree',
    does: 'starts an agent in a worktree that exists',
    fields: { path: 'string # the worktree’s', ...NEW_AGENT },
    answers: AN_AGENT,
  },
  {
    name: 'delete_agent',
    does: 'ends an agent, and deletes its worktree when asked',
    fields: {
      ...OF_AGENT,
      delete_worktree: 'boolean?',
      delete_branch: 'boolean? # with the worktree',
      force: 'boolean? # also when uncommitted work is lost',
    },
    answers:
      '{agent_id, agent_key, deleted_worktree?, deleted_branch?, leftover?, teardown_output?, teardown_problem?}: what the ' +
      'teardown printed, and why it failed when `force` went on',
  },
  {
    name: 'rename_agent',
    does: 'gives an agent another name; its key stays',
    fields: { ...OF_AGENT, name: 'string' },
    answers: AN_AGENT,
  },
  {
    name: 'select_agent',
    does: 'says that somebody looks at an agent, which takes its mark away',
    fields: OF_AGENT,
    answers: AN_AGENT,
  },
  { name: 'clear_notification', does: 'takes the mark of an agent away', fields: OF_AGENT, answers: '{cleared}' },
  {
    name: 'list_lost',
    does: 'lists the agents whose programs are gone and can be started again',
    answers: '{agents}, as `list_agents` has them',
  },
  {
    name: 'restore_agents',
    does: 'starts lost agents again where they were',
    fields: {
      agents: 'string[]? # default: all that are lost',
      fresh: 'boolean? # begin a new conversation instead of going on with the old one',
      ...SIZE,
    },
    answers: 'what became of each',
  },
  {
    name: 'list_profiles',
    does: 'lists the profiles that an agent may be created with',
    answers: '{profiles}',
  },
  {
    name: 'list_programs',
    does: 'lists the ready profiles, and whether their programs are installed',
    answers: '{programs}: {name, command?, installed, …} each',
  },
  {
    name: 'hook',
    does: 'tells that a lifecycle hook of an agent’s program was called',
    fields: {
      ...OF_AGENT,
      event: 'string # as the program names it',
      source: 'string? # the program; default: the agent’s own',
      fields: 'table? # what came with it',
    },
    answers: '{state?, reason?}: nothing when the event says nothing of the state',
  },
  {
    name: 'report_state',
    does: 'tells the state of an agent, as the agent itself says',
    fields: {
      ...OF_AGENT,
      state: 'string # working, waiting, idle, done or failed',
      reason: 'string?',
      question: 'string? # with waiting',
    },
    answers: '{state, reason}',
  },
  {
    name: 'explain',
    does: 'says why an agent is in its state',
    fields: OF_AGENT,
    answers:
      '{agent, id, state, since, reason, question?, status, detector?, decided_by, rule?, evidence, rules, screen?}',
  },
  {
    name: 'wait_agent',
    does: 'waits until an agent is in one of some states',
    fields: {
      ...OF_AGENT,
      states: 'string[] # starting, working, waiting, done, idle, failed, exited',
      timeout: 'number? # seconds; at most a week',
    },
    answers: '{reached, agent}; reached = false when the time was over first',
  },
  {
    name: 'list_worktrees',
    does: 'lists the worktrees of the repository',
    answers: '{worktrees}: as `worktree.list` gives them, and agent_key',
  },
  {
    name: 'survey_worktrees',
    does: 'lists botster’s worktrees with their sizes, and which nobody needs',
    answers: '{worktrees, total_bytes, free_bytes?, budget_bytes?, warning?}',
  },
  {
    name: 'clean_worktrees',
    does: 'deletes worktrees that nobody needs',
    fields: {
      paths: 'string[]? # default: all that are stale',
      branches: 'boolean? # also their branches, when what they changed is merged',
    },
    answers: '{removed = {path, deleted_branch?}[], failed = {path, message}[]}',
  },
]

export const TERMINAL_COMMANDS: readonly DescribedCommand[] = [
  {
    name: 'add_session',
    does: 'starts one more session of an agent',
    fields: {
      ...OF_AGENT,
      name: 'string? # a number is added while it is taken; that of a configured session starts that',
      command: 'string|string[]|nil # default: a shell',
      ...SIZE,
    },
    answers: AN_AGENT,
  },
  {
    name: 'remove_session',
    does: 'ends a session and forgets it; the last one goes only with its agent',
    fields: { ...OF_AGENT, name: 'string' },
    answers: AN_AGENT,
  },
  {
    name: 'restart_session',
    does: 'starts the program of a session again, once it has ended',
    fields: {
      ...OF_AGENT,
      name: 'string? # the session’s; without one the first',
      fresh: 'boolean? # begin a new conversation instead of going on with the old one',
      ...SIZE,
    },
    answers: AN_AGENT,
  },
  {
    name: 'list_session_types',
    does: 'lists the kinds of sessions that an agent may get',
    fields: OF_AGENT,
    answers: '{session_types}: {name, description, port_forward} each',
  },
  {
    name: 'find_session',
    does: 'says which session an agent’s is',
    fields: { ...OF_AGENT, ...OF_SESSION },
    answers: '{id, agent_id, name}',
  },
  {
    name: 'send',
    does: 'types text into an agent, once no person types there',
    fields: { ...OF_AGENT, ...OF_SESSION, text: 'string?', enter: 'boolean? # and presses enter' },
    answers: '{outcome}: submitted, held or refused',
  },
  {
    name: 'send_prompt',
    does: 'gives an agent a prompt, and makes sure that it is taken',
    fields: {
      ...OF_AGENT,
      ...OF_SESSION,
      text: 'string',
      timeout: 'number? # seconds until it must have been taken; 60',
      hold: 'number? # seconds to wait for a person to stop typing; 600',
      while_working: 'boolean? # do not wait until it has finished what it does',
      through_dialogs: 'boolean? # wait until somebody has answered what it asks, instead of being refused',
      from: 'table? # {kind = person, agent, plugin or system, name?}',
    },
    answers:
      '{id, outcome, reason?, question?, evidence?, typed?, in_input_line?}; outcome: submitted, queued, refused or timed_out',
  },
  {
    name: 'screen',
    does: 'gives what the terminal of an agent shows',
    fields: {
      ...OF_AGENT,
      ...OF_SESSION,
      history: 'integer? # lines of the history above it',
      ansi: 'boolean? # with colours and styles',
      saved: 'boolean? # of a terminal that is no more: what was kept of it',
    },
    answers: 'what `pty:get_snapshot` gives; `{text, saved = true}` of a terminal that is no more',
  },
]
