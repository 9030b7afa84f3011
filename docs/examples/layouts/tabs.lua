--- Agents as tabs above one terminal that has the whole width, and a line of keys below.

local agents = require("ui.agents")

local function tabs(state)
  local items = {}
  for position, agent in ipairs(state.agents) do
    local text = { agents.name(agent) }
    if agents.urgency(agent) >= agents.NEEDS_YOU then
      table.insert(text, 1, { text = "● ", style = botster.theme.style("attention", "bold") })
    end
    items[position] = { text = text, action = { action = "select_agent", index = position - 1 } }
  end
  return { type = "tabs", props = { items = items, selected = state.selected_agent_index } }
end

local shipped = render
function render(state)
  if #state.agents == 0 then
    return shipped(state)
  end
  local keys = { text = "ctrl+p everything · ctrl+j next · f1 keys", style = botster.theme.colors.faint }
  return {
    type = "vsplit",
    constraints = { "1", "min:3", "1" },
    children = {
      tabs(state),
      { type = "terminal", id = "terminal", block = { border_type = "rounded" }, props = {} },
      { type = "paragraph", props = { lines = { { keys } }, alignment = "right" } },
    },
  }
end
