--- What was looked at when the UI was left, so that it opens again as its person left it: the agent and its session, the
--- terminals beside it, and whether it was alone on the screen.

local splits = require("ui.splits")

local M = {}

--- Views that are remembered, the newest first: all repositories share the setting, and each has one that counts.
local MOST = 50

local function remembered()
  local views = config.get("last_views")
  return type(views) == "table" and views or {}
end

--- The pane that had the focus; nil for what is no view, as a person may have made of it.
local function focused_pane(view)
  local place = type(view) == "table" and type(view.focused) == "table" and view.focused or {}
  local row = type(view) == "table" and type(view.rows) == "table" and view.rows[place[1]]
  local pane = type(row) == "table" and row[place[2]]
  return type(pane) == "table" and type(pane.agent_id) == "string" and pane or nil
end

local function positions(agents)
  local index_of = {}
  for position, agent in ipairs(agents) do
    index_of[agent.id] = position - 1
  end
  return index_of
end

--- The UI is left. What was remembered for these agents is replaced.
function M.note(agents)
  local view = splits.view()
  local before = remembered()
  if not view or json.encode(before[1] or {}) == json.encode(view) then
    return
  end
  local views, here = { view }, positions(agents)
  for _, other in ipairs(before) do
    local pane = focused_pane(other)
    if pane and not here[pane.agent_id] and #views < MOST then
      views[#views + 1] = other
    end
  end
  config.set("last_views", views)
end

--- Shows what was looked at last among these agents, else the first. → index of the agent, from 0, and name of its session
function M.open(agents)
  local index_of = positions(agents)
  for _, view in ipairs(remembered()) do
    local pane = focused_pane(view)
    if pane and index_of[pane.agent_id] then
      splits.show(view)
      return index_of[pane.agent_id], pane.session
    end
  end
  return 0
end

return M
