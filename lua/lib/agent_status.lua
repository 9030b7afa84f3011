--- What an agent is doing, as everybody is told: the record first, then hooks and events.

local hooks = require("hub.hooks")

local agent_status = {}

--- Writes a status (and why, when it failed) and tells everybody. Returns the record, nil when the agent is gone.
function agent_status.set(id, status, problem)
  local record = records.update_agent(id, { status = status, error = problem or json.null })
  if record then agent_status.tell(record) end
  return record
end

--- Tells everybody of a status that was written already.
function agent_status.tell(record)
  hooks.notify("agent_lifecycle", {
    agent_id = record.id,
    agent_key = record.key,
    status = record.status,
    error = record.error,
  })
  agent_status.changed()
end

--- Brings the status in line with the sessions: running while one runs, else lost or exited.
function agent_status.settle(id)
  local status = "exited"
  for _, session in ipairs(records.sessions(id)) do
    if session.status == "running" or session.status == "starting" then
      status = "running"
      break
    end
    if session.status == "lost" then status = "lost" end
  end
  return agent_status.set(id, status)
end

--- Something that clients show of an agent changed. handlers/agents.lua sends them the list, once a turn.
function agent_status.changed()
  events.emit("agents_changed", { urgent = true })
end

--- Something changed that programs change all the time (a title with a spinner): the list is sent a few times a second.
function agent_status.flickered()
  events.emit("agents_changed", { urgent = false })
end

return agent_status
