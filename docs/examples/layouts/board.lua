--- A board of all agents above the terminal: state, branch and work at a glance, most urgent first.

local agent_list = require("ui.agent_list")
local agents = require("ui.agents")

local function row(entry)
  local agent = entry.agent
  local git = type(agent.git) == "table" and agent.git or {}
  return {
    cells = {
      agents.name(agent),
      agents.glance(agent) or "",
      agent.branch_name or "",
      (git.ahead or 0) > 0 and ("%d to push"):format(git.ahead) or "",
      agent.state_question or agent.state_reason or "",
    },
    style = agents.urgency(agent) >= agents.NEEDS_YOU and botster.theme.style("attention") or nil,
    action = { action = "select_agent", index = entry.index },
  }
end

local function board(state)
  local entries = agent_list.visible(state)
  table.sort(entries, function(a, b)
    local first, second = agents.urgency(a.agent), agents.urgency(b.agent)
    return first > second or (first == second and a.index < b.index)
  end)
  local rows, selected, waiting = {}, nil, 0
  for position, entry in ipairs(entries) do
    rows[position] = row(entry)
    waiting = waiting + (agents.urgency(entry.agent) >= agents.NEEDS_YOU and 1 or 0)
    if entry.index == state.selected_agent_index then
      selected = position - 1
    end
  end
  return {
    type = "table",
    id = "board",
    block = { title = (" %d agents, %d need you "):format(#entries, waiting), border_type = "double" },
    props = {
      columns = { "max:24", "7", "max:24", "10", "min:10" },
      header = { "agent", "state", "branch", "work", "why" },
      rows = rows,
      selected = selected,
    },
  }
end

local shipped = render
function render(state)
  if #state.agents == 0 then
    return shipped(state)
  end
  local height = math.min(#state.agents + 3, math.max(7, (state.screen_rows or 24) // 3))
  return {
    type = "vsplit",
    constraints = { tostring(height), "min:3" },
    children = { board(state), { type = "terminal", id = "terminal", block = {}, props = {} } },
  }
end
