--- An agent as clients see it.

local agent_git = require("lib.agent_git")
local agent_state = require("lib.agent_state")
local first_prompt = require("lib.first_prompt")
local list = require("lib.list")

local agent_shape = {}

local session_shape, title_of, display_name, cwd_of

--- The table sent to clients: {id, key, name, display_name, title?, cwd, profile_name?, repo, metadata, branch_name?,
--- worktree_path?, in_worktree, status, state (lib/agent_state.lua), state_since (seconds), state_reason, state_question?,
--- error?, sessions, notification, slug, git? {dirty, ahead, behind}, port_base?, parent? (id of the agent that created it), depth,
--- created_at (milliseconds)}, a session being {name,
--- session_id, pid, cols, rows, title, cwd, port_forward, port?, status, exited, exit_code?, exit_signal?}. What only the
--- ptyhost knows (title, directory, size) is as fresh as the hub's view of it. `of_agent` is the records of its sessions,
--- when the caller has them.
function agent_shape.of(record, of_agent)
  local sessions = {}
  for i, session in ipairs(of_agent or records.sessions(record.id)) do sessions[i] = session_shape(session) end
  local title = title_of(sessions)
  local now = agent_state.of(record, of_agent)
  return {
    id = record.id,
    key = record.key,
    name = record.name,
    display_name = display_name(record, title),
    title = title,
    cwd = cwd_of(record, sessions),
    profile_name = record.profile_name,
    repo = record.repo,
    metadata = first_prompt.without_mark(record.metadata),
    branch_name = record.branch,
    worktree_path = record.worktree_path,
    in_worktree = record.in_worktree,
    status = record.status,
    state = now.state,
    state_since = now.state_since,
    state_reason = now.state_reason,
    state_question = now.state_question,
    error = record.error,
    sessions = list(sessions),
    notification = record.notification,
    slug = record.slug,
    git = agent_git.of(record.id),
    port_base = record.port_base,
    parent = record.parent,
    depth = record.depth,
    created_at = record.created_at,
  }
end

function session_shape(session)
  local handle = pty.get(session.id)
  local info = handle and handle:info() or {}
  return {
    name = session.name,
    session_id = session.id,
    pid = info.pid or session.pid,
    cols = info.cols or session.cols,
    rows = info.rows or session.rows,
    title = info.title or session.title,
    cwd = info.cwd or session.cwd,
    port_forward = session.port_forward,
    port = session.port,
    status = session.status,
    exited = session.status == "exited" or session.status == "lost",
    exit_code = session.exit_code,
    exit_signal = session.exit_signal,
  }
end

function title_of(sessions)
  local first = sessions[1]
  return first and first.title ~= "" and first.title or nil
end

--- A name that somebody gave wins over the program's title, which wins over the name the agent began with.
function display_name(record, title)
  local given = record.name ~= record.branch and record.name ~= record.key
  return given and record.name or title or record.name
end

function cwd_of(record, sessions)
  local first = sessions[1]
  return first and first.cwd ~= "" and first.cwd or record.cwd
end

return agent_shape
