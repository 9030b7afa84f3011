--- Which agent was looked at when the UI was left, so that it opens again where its person was.

local M = {}

--- Ids that are remembered, the newest first: all repositories share the setting, and each has one that counts.
local MOST = 50

local function remembered()
  local ids = config.get("last_seen")
  return type(ids) == "table" and ids or {}
end

--- The UI is left while this agent is looked at (nil: none).
function M.note(agent)
  local before = remembered()
  if not agent or before[1] == agent.id then
    return
  end
  local ids = { agent.id }
  for _, id in ipairs(before) do
    if id ~= agent.id and #ids < MOST then
      ids[#ids + 1] = id
    end
  end
  config.set("last_seen", ids)
end

--- Where to begin among these agents: the index, from 0, of the one that was looked at last; else of the first.
function M.index(agents)
  local index_of = {}
  for position, agent in ipairs(agents) do
    index_of[agent.id] = position - 1
  end
  for _, id in ipairs(remembered()) do
    if index_of[id] then
      return index_of[id]
    end
  end
  return 0
end

return M
