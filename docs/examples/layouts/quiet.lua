--- The terminal and nothing else, but for one line: how far the agents are, and which of them need you.

local agents = require("ui.agents")

local function names(state)
  local waiting = {}
  for _, agent in ipairs(state.agents) do
    if agents.urgency(agent) >= agents.NEEDS_YOU then
      waiting[#waiting + 1] = agents.name(agent)
    end
  end
  return #waiting > 0 and "f3: " .. table.concat(waiting, ", ") or "all quiet"
end

local function share_at_work(state)
  local busy = 0
  for _, agent in ipairs(state.agents) do
    local doing = agents.state(agent)
    busy = busy + ((doing == "working" or doing == "starting") and 1 or 0)
  end
  return busy, busy / #state.agents
end

local shipped = render
function render(state)
  if #state.agents == 0 then
    return shipped(state)
  end
  local busy, share = share_at_work(state)
  local line = {
    type = "hsplit",
    constraints = { "min:10", "30" },
    children = {
      { type = "paragraph", props = { lines = { { { text = names(state), style = botster.theme.colors.faint } } } } },
      { type = "gauge", props = { ratio = share, label = ("%d of %d at work"):format(busy, #state.agents), style = "blue" } },
    },
  }
  local terminal = { type = "terminal", id = "terminal", props = {} }
  return { type = "vsplit", constraints = { "min:3", "1" }, children = { terminal, line } }
end
