--- Draws what the hub's part sends: a line below everything else.

local shipped = render

--- The agents' git states, by id. Survives reloads.
botster.g.git_line = botster.g.git_line or {}

_events.handlers.git_line = function(data)
  botster.g.git_line = data.agents or {}
  botster.redraw()
end

local PARTS = {
  { "conflicts", "!", "red" },
  { "staged", "+", "green" },
  { "changed", "~", "yellow" },
  { "untracked", "?", "gray" },
  { "ahead", "↑", "cyan" },
  { "behind", "↓", "magenta" },
}

local function line(git)
  local spans = { { text = " " .. (git.branch or "?"), style = { bold = true } } }
  local count = #spans
  for _, part in ipairs(PARTS) do
    local number = git[part[1]]
    if number and number > 0 then
      spans[#spans + 1] = { text = ("  %s%d"):format(part[2], number), style = { fg = part[3] } }
    end
  end
  if #spans == count then spans[#spans + 1] = { text = "  clean", style = "dim" } end
  return spans
end

function render(state)
  local agent = state.selected_agent_index and state.agents[state.selected_agent_index + 1]
  local git = agent and botster.g.git_line[agent.id]
  if not git then return shipped(state) end
  return {
    type = "vsplit",
    constraints = { "min:1", "1" },
    children = { shipped(state), { type = "paragraph", props = { lines = { line(git) } } } },
  }
end
