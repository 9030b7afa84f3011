--- The sessions of agents: programs in terminals, each started through the user's shell.

local hooks = require("hub.hooks")
local agent_claims = require("lib.agent_claims")
local agent_shape = require("lib.agent_shape")
local shell = require("lib.shell")

local agent_sessions = {}

--- Size of a terminal nobody has looked at yet.
local DEFAULT_ROWS, DEFAULT_COLS = 24, 80

--- Ports of an agent's block: what records.claim_ports gives.
local PORTS = 10

local is_going, below, give_port, alive

--- Starts a session of an agent. `session` is {name, command?, initialization?, port?, port_forward?, scrollback? (a file whose text stands above)}: a command that is
--- text runs through the user's shell, so that its end is the session's end; a list is run as it is; none is an interactive
--- shell. `initialization` is a script that the shell sources first. With `port_forward` it gets a port. `options` is
--- {client_id?, rows?, cols?, env?, environment? (all of it, from agent_sessions.environment), while_closing? (also when the
--- agent is being deleted)}. Returns the handle, or nil, message, err. The record is written first.
function agent_sessions.start(record, session, options)
  session = give_port(record, session)
  local env = options.environment or agent_sessions.environment(record, session, options)
  if env == nil then return nil, "a hook refused the environment of the agent", { kind = "refused" } end
  env.BOTSTER_INITIALIZATION = session.initialization
  local argv, typed = shell.command_line(env, session.command, session.initialization)
  if session.scrollback then argv = below(session.scrollback, argv) end
  local rows, cols = options.rows or DEFAULT_ROWS, options.cols or DEFAULT_COLS
  if is_going(record, options) then return nil, agent_claims.deleted(record) end
  local written = records.add_session{
    agent_id = record.id,
    name = session.name,
    argv = argv,
    command = session.remembered_command or session.command,
    cwd = record.cwd,
    rows = rows,
    cols = cols,
    port = session.port,
    port_forward = session.port_forward or false,
  }
  local ok, handle = pcall(pty.spawn, {
    cmd = argv,
    cwd = record.cwd,
    env = env,
    inherit_env = false,
    rows = rows,
    cols = cols,
    port = session.port,
    agent_id = record.id,
    agent_key = record.key,
    session_name = session.name,
    init_commands = typed,
  })
  if not ok then
    records.remove_session(written.id)
    local message = ("%s could not be started: %s"):format(argv[1], tostring(handle))
    return nil, message, { kind = "spawn_failed", message = message }
  end
  local now = records.session(written.id)
  if not now or is_going(record, options) then
    handle:kill()
    handle:release()
    return nil, agent_claims.deleted(record)
  end
  -- A program that ended at once has been written down as such already.
  local info = handle:info()
  if now.status == "starting" then
    records.update_session(written.id, { status = "running", pid = info and info.pid })
  end
  return handle
end

--- The environment a session gets; nil when a hook refuses it.
function agent_sessions.environment(record, session, options)
  local env = pty.environment{
    client_id = options.client_id,
    agent_id = record.id,
    session_name = session.name,
    agent_key = record.key,
    worktree_path = record.worktree_path or record.cwd,
    port = session.port,
  }
  for name, value in pairs(options.env or {}) do env[name] = value end
  return (hooks.call("filter_agent_env", env, agent_shape.of(record)))
end

--- Ends every session of an agent that runs, and waits for that.
function agent_sessions.stop(id)
  for _, session in ipairs(records.sessions(id)) do agent_sessions.end_one(session) end
end

--- Ends one session, and waits until its whole process group is gone.
function agent_sessions.end_one(session)
  local handle = pty.get(session.id)
  if not handle or not handle:is_alive() then return end
  local status, message = handle:kill()
  if not status then log.warn(("session %s was not ended: %s"):format(session.id, message)) end
end

--- Lets the ptyhost forget an agent's sessions with their final screens.
function agent_sessions.release(id)
  for _, session in ipairs(records.sessions(id)) do agent_sessions.release_one(session) end
end

--- Lets the ptyhost forget one session.
function agent_sessions.release_one(session)
  local handle = pty.get(session.id)
  if handle then handle:release() end
end

--- A session of an agent by name, or the first: its record and its handle. Or nil, message, err.
function agent_sessions.find(record, name)
  local names = {}
  for i, session in ipairs(records.sessions(record.id)) do
    if session.name == (name or session.name) then
      local handle = pty.get(session.id)
      if handle then return session, handle end
      return nil, ("session %s of %s is gone"):format(session.name, record.key), { kind = "no_session" }
    end
    names[i] = session.name
  end
  local has = #names > 0 and "it has " .. table.concat(names, ", ") or "it has none"
  return nil, ("%s has no session '%s': %s"):format(record.key, name or "agent", has), { kind = "no_session" }
end

--- Tells the forwarders' index which terminals an agent has.
function agent_sessions.register(record)
  local handles = {}
  for _, session in ipairs(records.sessions(record.id)) do handles[#handles + 1] = pty.get(session.id) end
  if #handles > 0 then hub.register_agent(record.key, handles) end
end

--- A name for one more session: `wanted`, or with a number while it is taken.
function agent_sessions.free_name(id, wanted)
  local taken = {}
  for _, session in ipairs(records.sessions(id)) do taken[session.name] = true end
  local name, number = wanted, 1
  while taken[name] do
    number = number + 1
    name = wanted .. "-" .. number
  end
  return name
end

--- Whether any session of an agent runs.
function agent_sessions.any_alive(id)
  for _, session in ipairs(records.sessions(id)) do
    if alive(session) then return true end
  end
  return false
end

--- Whether an agent is gone or about to go: whoever deletes it has ended its programs already.
function is_going(record, options)
  return not records.agent(record.id) or agent_claims.is_closing(record.id) and not options.while_closing
end

--- Runs a program below what a file holds: as many line ends as the screen is high push all of it above the screen, so that
--- a program that clears its screen leaves it there. Each line ends what it switched on.
function below(file, argv)
  local script = [[cat -- "$0" 2>/dev/null
size=$(stty size 2>/dev/null) && lines=${size% *} || lines=24
while [ "$lines" -gt 0 ]; do echo; lines=$((lines - 1)); done
printf '\033[H'
exec "$@"]]
  return { "/bin/sh", "-c", script, file, table.unpack(argv) }
end

--- Programs that several agents run at once cannot all listen on the port they are used to: the first of the agent's block
--- that none of its sessions has, or, when all are taken, one from elsewhere.
function give_port(record, session)
  if not session.port_forward or session.port then return session end
  local taken = {}
  for _, other in ipairs(records.sessions(record.id)) do taken[other.port or 0] = true end
  local first = records.claim_ports(record.id)
  local port
  for candidate = first or 1, (first or 0) + PORTS - 1 do
    if not taken[candidate] then
      port = candidate
      break
    end
  end
  local with_port = { port = port or records.free_port() }
  for field, value in pairs(session) do with_port[field] = value end
  return with_port
end

function alive(session)
  local handle = pty.get(session.id)
  return handle ~= nil and handle:is_alive()
end

return agent_sessions
