--- Taking agents up again whose programs are gone: after a reboot, or when the process that held them died. Worktree, name,
--- ports and sessions are those they had; programs that can resume do; what their terminals showed is above.

local state = require("hub.state")
local agent_claims = require("lib.agent_claims")
local agent_sessions = require("lib.agent_sessions")
local agent_shape = require("lib.agent_shape")
local agent_status = require("lib.agent_status")
local config_resolver = require("lib.config_resolver")
local list = require("lib.list")
local programs = require("lib.programs")
local to_the_end = require("lib.to_the_end")

local agent_restore = {}

--- Milliseconds within which a program that was to resume, and failed, had nothing to resume: claude looks for a
--- conversation in the directory, and ends when there was none.
local RESUME_MS = 15000
--- A shell's exit code when it finds no such program.
local NO_PROGRAM = 127

--- Session id → {at (runtime.clock), environment}: programs that were told to resume.
local resuming = state.get("lib.agent_restore.resuming")

local alone, restore_all, restore_session, settled, start_anew, reopen, start_again, initialization_of

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
  return to_the_end(alone, record, restore_all, options)
end

--- Starts one session again whose program has ended, `name` or the first one; what runs beside it goes on. Options as of
--- `one`. Returns the agent as clients see it, or nil, message, err.
function agent_restore.session(record, name, options)
  return to_the_end(alone, record, function(now) return restore_session(now, name, options) end)
end

--- Restores several. Returns {restored = list of agents, failed = list of {agent, message, kind?}}.
function agent_restore.all(wanted, options)
  local restored, failed = {}, {}
  for _, record in ipairs(wanted) do
    local shape, message, err = agent_restore.one(record, options)
    if shape then
      restored[#restored + 1] = shape
    else
      failed[#failed + 1] = { agent = record.key, message = message, kind = err and err.kind }
    end
  end
  return { restored = list(restored), failed = list(failed) }
end

--- A session ended with a code: one that was only just told to resume, and failed, is started as it was at first.
function agent_restore.ended(record, session_id, code)
  local tried = resuming[session_id]
  resuming[session_id] = nil
  if not tried or not code or code == 0 or code == NO_PROGRAM or runtime.clock() - tried.at > RESUME_MS then return end
  runtime.start("hub", function() start_anew(record, session_id, tried.environment) end)
end

--- Does `work(record, ...)` while nobody else starts programs of the agent. What it raises is an answer, too: the agent can
--- be tried again.
function alone(record, work, ...)
  local claim <close>, now, err = agent_claims.to_start(record)
  if not claim then return nil, now, err end
  local done = table.pack(pcall(work, now, ...))
  if done[1] then return table.unpack(done, 2, done.n) end
  local message = ("%s was not started: %s"):format(now.key, tostring(done[2]))
  local ok, why = pcall(agent_sessions.any_alive(now.id) and agent_status.settle or agent_status.set, now.id, "lost", message)
  if not ok then log.error(("%s; nor could that be written down: %s"):format(message, tostring(why))) end
  return nil, message, { kind = "failed" }
end

function restore_all(record, options)
  if agent_sessions.any_alive(record.id) then
    return nil, ("%s is running"):format(record.key), { kind = "running" }
  end
  local opened, message, err = reopen(record)
  if not opened then return nil, message, err end
  local config = config_resolver.resolve(opened.profile_name or "") or {}
  agent_status.set(opened.id, "spawning_ptys")
  for _, session in ipairs(records.sessions(opened.id)) do
    local ok
    ok, message, err = start_again(opened, session, config, options)
    if not ok then
      agent_status.set(opened.id, "lost", message)
      return nil, message, err
    end
  end
  return settled(opened)
end

function restore_session(record, name, options)
  local session = name and records.session(record.id .. "/" .. name) or not name and records.sessions(record.id)[1]
  if not session then
    return nil, ("%s has no session '%s'"):format(record.key, name or "agent"), { kind = "no_session" }
  end
  local handle = pty.get(session.id)
  if handle and handle:is_alive() then
    return nil, ("%s of %s is running"):format(session.name, record.key), { kind = "running" }
  end
  local opened, message, err = reopen(record)
  if not opened then return nil, message, err end
  local config = config_resolver.resolve(opened.profile_name or "") or {}
  local ok
  ok, message, err = start_again(opened, session, config, options)
  local shape, gone, why = settled(opened)
  if not ok then return nil, message, err end
  return shape, gone, why
end

--- Its status after its sessions'. The agent as clients see it, or nil, message, err.
function settled(record)
  local now = agent_status.settle(record.id)
  if not now then return nil, agent_claims.deleted(record) end
  agent_sessions.register(now)
  return agent_shape.of(now)
end

--- The client that wanted it restored may have left: the environment is that of the first try. It may still be starting the
--- other sessions, and somebody may have started this one meanwhile.
function start_anew(record, session_id, environment)
  agent_claims.wait_for_start(record.id)
  alone(record, function(now)
    local session, handle = records.session(session_id), pty.get(session_id)
    if not session or handle and handle:is_alive() then return end
    log.info(("%s had nothing to resume: its program is started anew"):format(now.key))
    local config = config_resolver.resolve(now.profile_name or "") or {}
    local started, message = start_again(now, session, config, { fresh = true, environment = environment })
    if not started then return agent_status.set(now.id, "lost", message) end
    settled(now)
  end)
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
  local now = records.update_agent(record.id, { worktree_path = made.path, cwd = made.path })
  if now then return now end
  worktree.delete(made.path, nil, { delete_branch = made.branch_created_at ~= nil })
  return nil, agent_claims.deleted(record)
end

function start_again(record, session, config, options)
  local handle = pty.get(session.id)
  if handle then
    local kept, problem = records.keep_history(session.id)
    if not kept then log.warn(("what %s showed is not kept: %s"):format(session.id, problem)) end
    local released, refused, why = handle:release()
    if not released and handle:is_alive() then return nil, refused, why end
  end
  if not records.session(session.id) then return nil, agent_claims.deleted(record) end
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
  local from = { client_id = options.client_id, env = config.environment }
  local environment = options.environment or agent_sessions.environment(record, again, from)
  -- Before it is started: it may end before its start is answered.
  resuming[session.id] = command ~= session.command and { at = runtime.clock(), environment = environment } or nil
  local ok, started, message, err = pcall(agent_sessions.start, record, again, {
    rows = options.rows or session.rows,
    cols = options.cols or session.cols,
    environment = environment,
  })
  if ok and started then return started end
  if not ok then message, err = tostring(started), { kind = "failed" } end
  resuming[session.id] = nil
  if not records.agent(record.id) then return nil, agent_claims.deleted(record) end
  records.remove_session(session.id, { keep_history = true })
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
