--- Who is at work on an agent: it is deleted by one at a time and started by one at a time, and nobody enters a worktree that
--- is about to go. A claim lasts until what is returned is closed; it holds the record as it is now.

local state = require("hub.state")

local agent_claims = {}

--- Agent id → path of the worktree that goes with it, or true.
local closing = state.get("lib.agent_claims.closing")
--- Agent id → true: its programs are being started, for the first time or again.
local starting = state.get("lib.agent_claims.starting")

local claim

--- Claims an agent for its deletion, `with_worktree` or without. Returns what is to be closed, and the record; or nil,
--- message, err.
function agent_claims.to_close(record, with_worktree)
  local now = records.agent(record.id)
  if not now then return nil, agent_claims.deleted(record) end
  if closing[now.id] then return nil, ("%s is being deleted already"):format(now.key), { kind = "busy" } end
  return claim(closing, now.id, with_worktree and now.worktree_path or true), now
end

--- Claims an agent for the start of its programs. Returns the same.
function agent_claims.to_start(record)
  local now = records.agent(record.id)
  if not now then return nil, agent_claims.deleted(record) end
  if closing[now.id] then return nil, ("%s is being deleted"):format(now.key), { kind = "busy" } end
  if starting[now.id] then return nil, ("%s is being started already"):format(now.key), { kind = "running" } end
  return claim(starting, now.id, true), now
end

--- Whether an agent is being deleted.
function agent_claims.is_closing(id)
  return closing[id] ~= nil
end

--- The record of the agent with which a worktree is about to go, or nil.
function agent_claims.closing_worktree(path)
  for id, with in pairs(closing) do
    if with == path then return records.agent(id) end
  end
end

--- The record of another agent in the same worktree, or nil.
function agent_claims.other_in_worktree(record)
  for _, other in ipairs(records.agents()) do
    if other.id ~= record.id and other.worktree_path == record.worktree_path then return other end
  end
end

--- Waits until nobody starts programs of an agent.
function agent_claims.wait_for_start(id)
  while starting[id] do events.wait("agent_start_ended") end
end

--- Message and err for an agent that is gone.
function agent_claims.deleted(record)
  return ("%s was deleted meanwhile"):format(record.key), { kind = "deleted" }
end

function claim(claims, id, value)
  claims[id] = value
  return setmetatable({}, { __close = function()
    claims[id] = nil
    if claims == starting then events.emit("agent_start_ended") end
  end })
end

return agent_claims
