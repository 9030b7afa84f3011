--- Which agent an open dialog is about: the one that was selected when it opened. The selection may move under it, when an
--- agent that was asked for comes or the selected one is closed elsewhere; what is answered then must not meet another one.

local agents = require("ui.agents")
local ops = require("ui.ops")

local M = {}

--- Opens a dialog about an agent.
function M.open(agent, mode, input)
  _tui_state.pending_fields = { agent_id = agent.id }
  return ops.set_mode(mode, input)
end

--- The agent that the open dialog is about; nil when it is gone. Of a dialog that an extension opened by its mode alone it
--- is the selected one.
function M.agent()
  local id = _tui_state.pending_fields.agent_id
  if not id then
    return agents.selected(_tui_state)
  end
  for _, agent in ipairs(_tui_state.agents) do
    if agent.id == id then
      return agent
    end
  end
end

--- What comes of a dialog whose agent is gone.
function M.gone()
  return { ops.close(), ops.notify("That agent is gone already.") }
end

--- Its name where another one is seen behind the dialog, else nil.
function M.other_name()
  local agent, selected = M.agent(), agents.selected(_tui_state)
  if not agent then
    return "gone already"
  end
  return not (selected and selected.id == agent.id) and agents.name(agent) or nil
end

--- The items of a list about it: named above them where another one is seen behind.
function M.items(items)
  local name = M.other_name()
  if name then
    table.insert(items, 1, { text = name, header = true })
  end
  return items
end

return M
