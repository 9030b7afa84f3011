--- Agents: a worktree (or a directory) and the programs that run in it. What is remembered lives in the records, so that
--- neither a reload of this file nor the end of the hub forgets anything.

local hooks = require("hub.hooks")
local agent_close = require("lib.agent_close")
local agent_create = require("lib.agent_create")
local agent_names = require("lib.agent_names")
local agent_sessions = require("lib.agent_sessions")
local agent_shape = require("lib.agent_shape")
local agent_status = require("lib.agent_status")
local check = require("lib.check")
local config_resolver = require("lib.config_resolver")
local list = require("lib.list")
local to_the_end = require("lib.to_the_end")

local agent = {}

local configured_session, matching, none_fits, several_fit

--- Creates an agent: `agent.create{branch?, name?, command?, prompt?, worktree = true, from?, from_worktree?, cwd?,
--- profile_name?, metadata?, rows?, cols?, client_id?}`. `command` is text for the user's shell or a list of a program and
--- its arguments; without one the user's shell runs. Returns it as clients see it, or nil, message, err.
function agent.create(options)
  return to_the_end(agent_create, options)
end

--- All agents as clients see them, in the order they were created.
function agent.list()
  local agents, by_agent = {}, {}
  for _, session in ipairs(records.sessions()) do
    local sessions = by_agent[session.agent_id] or {}
    sessions[#sessions + 1] = session
    by_agent[session.agent_id] = sessions
  end
  for i, record in ipairs(records.agents()) do agents[i] = agent_shape.of(record, by_agent[record.id] or {}) end
  return list(agents)
end

--- The record of the agent that `ref` means: its id, key or name, or the beginning of one that fits no other. Or nil,
--- message, err.
function agent.find(ref)
  if type(ref) ~= "string" or ref == "" then
    return nil, "which agent? A key, a name or the beginning of one", { kind = "bad_request" }
  end
  local all = records.agents()
  for _, field in ipairs({ "id", "key", "name" }) do
    local exact = matching(all, function(record) return record[field] == ref end)
    if #exact == 1 then return exact[1] end
    if #exact > 1 then return several_fit(ref, exact) end
  end
  local beginning = matching(all, function(record)
    return record.key:sub(1, #ref) == ref or record.name:sub(1, #ref) == ref or record.id:sub(1, #ref) == ref
  end)
  if #beginning == 1 then return beginning[1] end
  if #beginning > 1 then return several_fit(ref, beginning) end
  return none_fits(ref, all)
end

--- One agent as clients see it, or nil, message, err.
function agent.info(ref)
  local record, message, err = agent.find(ref)
  if not record then return nil, message, err end
  return agent_shape.of(record)
end

--- Deletes an agent. Options: `delete_worktree`, `delete_branch` (with it), `force` (lose work). Returns {agent_id,
--- agent_key, deleted_worktree?, deleted_branch?}, or nil, message, err.
function agent.delete(ref, options)
  local record, message, err = agent.find(ref)
  if not record then return nil, message, err end
  return to_the_end(agent_close, record, options or {})
end

--- Gives an agent another name. Its key stays.
function agent.rename(ref, name)
  local record, message, err = agent.find(ref)
  if not record then return nil, message, err end
  local problem
  name, problem = agent_names.check(name)
  if not name then return nil, problem, { kind = "bad_name" } end
  record = records.update_agent(record.id, { name = name })
  agent_status.changed()
  return agent_shape.of(record)
end

--- Starts one more session: options {name? (a number is added while it is taken), command?, rows?, cols?, client_id?}. One
--- that is called like a configured session is started as that says. Returns the agent.
function agent.add_session(ref, options)
  local record, message, err = agent.find(ref)
  if not record then return nil, message, err end
  local fine
  fine, message, err = check(options, { name = "text", command = "command", rows = "rows", cols = "cols" })
  if not fine then return nil, message, err end
  local name = agent_sessions.free_name(record.id, options.name or "shell")
  if not name:find("^[%w][%w._-]*$") then
    return nil, "a session's name is made of letters, digits, '.', '_' and '-'", { kind = "bad_name" }
  end
  local configured = configured_session(record, options.name) or {}
  local session = {
    name = name,
    command = options.command,
    initialization = configured.initialization,
    port_forward = configured.port_forward,
  }
  local handle
  local config = config_resolver.resolve(record.profile_name or "")
  local env = { env = config and config.environment }
  for field, value in pairs(options) do env[field] = value end
  handle, message, err = agent_sessions.start(record, session, env)
  if not handle then return nil, message, err end
  record = agent_status.settle(record.id)
  agent_sessions.register(record)
  hooks.notify("agent_session_added", { agent_id = record.id, agent_key = record.key, session_name = name })
  return agent_shape.of(record)
end

--- Kinds of sessions that may be added to an agent (or, without one, to any): {name, description, port_forward} each. Those
--- of its profile are named first.
function agent.session_types(ref)
  local record = ref and agent.find(ref)
  local config = config_resolver.resolve(record and record.profile_name or "")
  local types = {}
  for _, session in ipairs(config and config.sessions or {}) do
    if session.initialization then
      local description = session.port_forward and "From your configuration, with a port" or "From your configuration"
      types[#types + 1] = { name = session.name, description = description, port_forward = session.port_forward }
    end
  end
  types[#types + 1] = { name = "shell", description = "An interactive shell", port_forward = false }
  return types
end

--- Ends a session and forgets it. The last one goes only with its agent. Returns the agent.
function agent.remove_session(ref, name)
  local record, message, err = agent.find(ref)
  if not record then return nil, message, err end
  local session = records.session(record.id .. "/" .. tostring(name))
  if not session then
    return nil, ("%s has no session '%s'"):format(record.key, tostring(name)), { kind = "no_session" }
  end
  if #records.sessions(record.id) == 1 then
    return nil, ("'%s' is the only session of %s: delete the agent"):format(name, record.key), { kind = "last_session" }
  end
  agent_sessions.end_one(session)
  agent_sessions.release_one(session)
  records.remove_session(session.id)
  record = agent_status.settle(record.id)
  agent_sessions.register(record)
  hooks.notify("agent_session_removed", { agent_id = record.id, agent_key = record.key, session_name = name })
  return agent_shape.of(record)
end

--- Sets or clears the mark that an agent wants attention. Returns whether that changed anything.
function agent.set_notification(id, wanted)
  local record = records.agent(id)
  if not record or record.notification == wanted then return false end
  records.update_agent(id, { notification = wanted })
  agent_status.changed()
  return true
end

--- The session of a name that an agent's profile has, or nil.
function configured_session(record, name)
  local config = config_resolver.resolve(record.profile_name or "")
  for _, session in ipairs(config and config.sessions or {}) do
    if session.name == name then return session end
  end
end

function matching(all, fits)
  local found = {}
  for _, record in ipairs(all) do
    if fits(record) then found[#found + 1] = record end
  end
  return found
end

function several_fit(ref, found)
  local keys = {}
  for i, record in ipairs(found) do keys[i] = record.key end
  return nil, ("'%s' fits several agents: %s"):format(ref, table.concat(keys, ", ")), { kind = "ambiguous" }
end

function none_fits(ref, all)
  local keys = {}
  for i, record in ipairs(all) do keys[i] = record.key end
  local known = #keys > 0 and "there are " .. table.concat(keys, ", ") or "there are none"
  return nil, ("no agent '%s': %s"):format(ref, known), { kind = "no_agent" }
end

return agent
