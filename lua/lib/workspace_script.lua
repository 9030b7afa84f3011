--- Runs `workspace_setup` and `workspace_teardown` of a worktree, each in a session of its own, so that what it prints is seen
--- while it runs.

local agent_sessions = require("lib.agent_sessions")
local agent_status = require("lib.agent_status")

--- Seconds a script may take: dependencies are installed by it, and somebody waits. `workspace_timeout` in config.json.
local DEFAULT_SECONDS = 600
--- Lines of its output that a message quotes, and that its caller gets when it went well: it may have been too quick to be
--- followed.
local QUOTED_LINES, OUTPUT_LINES = 5, 200

local wait_for, shown_path, last_lines, seconds_of

--- Runs `script` as session `name` of an agent, and waits. Options are those of agent_sessions.start. Returns what it
--- printed (the session is gone again), or nil, message, err; then the session stays.
local function run(record, name, script, options)
  local is_program = fs.stat(script).mode & 73 ~= 0 -- octal 111: somebody may execute it
  local command = is_program and { script } or { "/bin/sh", script }
  local wanted = agent_sessions.free_name(record.id, name)
  local handle, message, err = agent_sessions.start(record, { name = wanted, command = command }, options)
  if not handle then return nil, message, err end
  agent_status.changed()
  local id = record.id .. "/" .. wanted
  local limit = seconds_of()
  local problem = wait_for(handle, id, limit)
  if not problem then
    local printed = last_lines(handle, OUTPUT_LINES)
    agent_sessions.release_one({ id = id })
    records.remove_session(id)
    agent_status.changed()
    return printed
  end
  local quoted = last_lines(handle, QUOTED_LINES)
  message = ("%s %s%s"):format(shown_path(script), problem, quoted ~= "" and ": " .. quoted or "")
  return nil, message, { kind = name .. "_failed", script = script }
end

--- nil when it ended well, else what went wrong.
function wait_for(handle, id, limit)
  local deadline = runtime.clock() + limit * 1000
  while handle:is_alive() do
    local left = (deadline - runtime.clock()) / 1000
    if left <= 0 then
      handle:kill()
      return ("was ended, since it took longer than %g s"):format(limit)
    end
    events.wait("process_exited", math.min(left, 1))
  end
  local session = records.session(id)
  if not session then return "was ended with its agent" end
  if session.exit_signal then return "was ended by " .. session.exit_signal end
  if session.exit_code ~= 0 then return ("ended with %d"):format(session.exit_code or -1) end
end

--- Where its author finds a script: a trusted one runs from a private copy.
function shown_path(script)
  local copy = trust.status().root
  if not copy or script:sub(1, #copy + 1) ~= copy .. "/" then return script end
  return ("%s/.botster%s"):format(worktree.repo_root(), script:sub(#copy + 1))
end

--- Up to `most` of them, none blank.
function last_lines(handle, most)
  local text = handle:get_scrollback(math.max(50, most)) or ""
  local lines = {}
  for line in text:gmatch("[^\n]+") do
    if line:find("%S") then lines[#lines + 1] = line end
  end
  return table.concat(lines, "\n", math.max(1, #lines - most + 1))
end

function seconds_of()
  local wanted = config.get("workspace_timeout")
  return type(wanted) == "number" and wanted > 0 and wanted or DEFAULT_SECONDS
end

return run
