--- Taking agents up again whose programs are gone: after a reboot, or when the process that held them died. Worktree, name,
--- ports and sessions are those they had; programs that can resume do; what their terminals showed is above.

local agent_sessions = require("lib.agent_sessions")
local agent_shape = require("lib.agent_shape")
local agent_status = require("lib.agent_status")
local config_resolver = require("lib.config_resolver")
local list = require("lib.list")
local programs = require("lib.programs")

local agent_restore = {}

local reopen, start_again, initialization_of

--- Records of the agents whose programs were lost.
function agent_restore.lost()
  local found = {}
  for _, record in ipairs(records.agents()) do
    if record.status == "lost" then found[#found + 1] = record end
  end
  return found
end

--- Starts the sessions of one agent again. Options: `client_id`, `fresh` (without resuming), `rows`, `cols`. Returns the agent
--- as clients see it, or nil, message, err; then its status says why.
function agent_restore.one(record, options)
  if agent_sessions.any_alive(record.id) then
    return nil, ("%s is running"):format(record.key), { kind = "running" }
  end
  local message, err
  record, message, err = reopen(record)
  if not record then return nil, message, err end
  local config = config_resolver.resolve(record.profile_name or "") or {}
  agent_status.set(record.id, "spawning_ptys")
  for _, session in ipairs(records.sessions(record.id)) do
    local ok
    ok, message, err = start_again(record, session, config, options)
    if not ok then
      agent_status.set(record.id, "lost", message)
      return nil, message, err
    end
  end
  record = agent_status.settle(record.id)
  agent_sessions.register(record)
  return agent_shape.of(record)
end

--- Restores several. Returns {restored = list of agents, failed = list of {agent, message}}.
function agent_restore.all(wanted, options)
  local restored, failed = {}, {}
  for _, record in ipairs(wanted) do
    local shape, message = agent_restore.one(record, options)
    if shape then
      restored[#restored + 1] = shape
    else
      failed[#failed + 1] = { agent = record.key, message = message }
    end
  end
  return { restored = list(restored), failed = list(failed) }
end

--- Its directory, made again from the branch when it is gone. The record, or nil, message, err.
function reopen(record)
  if fs.is_dir(record.cwd) then return record end
  if not record.worktree_path or not record.branch then
    return nil, ("%s is gone"):format(record.cwd), { kind = "no_directory" }
  end
  if fs.is_dir(record.worktree_path) then return records.update_agent(record.id, { cwd = record.worktree_path }) end
  local made, message, err = worktree.create{
    branch = record.branch,
    prompt = record.prompt,
    metadata = record.metadata,
  }
  if not made then return nil, message, err end
  return records.update_agent(record.id, { worktree_path = made.path, cwd = made.path })
end

function start_again(record, session, config, options)
  local handle = pty.get(session.id)
  if handle then handle:release() end
  records.remove_session(session.id, { keep_history = true })
  local command = session.command
  if not options.fresh and config.resume and session.name == "agent" then
    command = config.resume
  elseif not options.fresh then
    command = programs.resumed(command)
  end
  local again = {
    name = session.name,
    command = command,
    remembered_command = session.command,
    initialization = initialization_of(config, session.name),
    port = session.port,
    port_forward = session.port_forward,
    scrollback = records.saved_history(session.id),
  }
  local started, message, err = agent_sessions.start(record, again, {
    client_id = options.client_id,
    rows = options.rows or session.rows,
    cols = options.cols or session.cols,
    env = config.environment,
  })
  if started then return started end
  records.add_session{ -- it may be tried again, when what is missing is there
    agent_id = record.id,
    name = session.name,
    status = "lost",
    argv = session.argv,
    command = session.command,
    cwd = session.cwd,
    rows = session.rows,
    cols = session.cols,
    port = session.port,
    port_forward = session.port_forward,
  }
  return nil, message, err
end

function initialization_of(config, name)
  for _, session in ipairs(config.sessions or {}) do
    if session.name == name then return session.initialization end
  end
end

return agent_restore
