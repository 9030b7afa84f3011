--- What the layout and its overlays say about an agent.

local theme = require("ui.theme")

local M = {}

--- @return table? the agent the user looks at
function M.selected(state)
  return state.selected_agent_index and state.agents[state.selected_agent_index + 1] or nil
end

--- @return string what people call it
function M.name(agent)
  return agent.display_name or agent.name or agent.branch_name or agent.key or agent.id
end

--- What an agent is doing, in words and a colour; nothing while it simply runs.
local STATUS = {
  creating_worktree = { "creating worktree", "attention" },
  spawning_ptys = { "starting", "attention" },
  stopping = { "stopping", "attention" },
  removing_worktree = { "removing worktree", "attention" },
  failed = { "failed", "error" },
  lost = { "lost", "error" },
  exited = { "exited", "border" },
}

--- "profile · branch", or what the agent is doing.
--- @return table a span
function M.details(agent)
  local status = STATUS[agent.status]
  if status then
    return { text = status[1], style = theme.style(status[2]) }
  end
  local parts = {}
  if agent.profile_name and agent.profile_name ~= "" then
    parts[#parts + 1] = agent.profile_name
  end
  if agent.branch_name and agent.branch_name ~= "" then
    parts[#parts + 1] = agent.branch_name
  end
  return { text = table.concat(parts, " · "), style = theme.colors.faint }
end

return M
