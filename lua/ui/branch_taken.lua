--- A new agent's branch is taken: what can be done about it, one key each.

local new_agent = require("ui.new_agent")
local ops = require("ui.ops")
local theme = require("ui.theme")

local M = { handlers = {} }

local handlers = M.handlers

--- Kind of the hub's refusal → what using it as it is means.
local REUSE = { branch_in_use = "reuse: work there too", branch_exists = "reuse: use it as it is" }

--- What the hub would do, by its answer: it says so where it is possible.
local function offers(way)
  local failed = _tui_state.failed_agent
  return failed ~= nil and REUSE[_tui_state.failed_kind] ~= nil and failed:find(("(%s)"):format(way), 1, true) ~= nil
end

local function again(context, way)
  if not offers(way) then
    return {}
  end
  new_agent.take_up_refused()
  return new_agent.create(context, way)
end

function handlers.reuse_branch(context)
  return again(context, "reuse")
end

function handlers.suffix_branch(context)
  return again(context, "suffix")
end

--- A line for each way, below the reason.
function M.lines()
  local lines = {}
  for _, way in ipairs({ { "reuse", "r", REUSE[_tui_state.failed_kind] }, { "suffix", "s", "suffix: a branch of its own" } }) do
    if offers(way[1]) then
      lines[#lines + 1] = { { text = way[2], style = theme.style("accent", "bold") }, "      " .. way[3] }
    end
  end
  return lines
end

return M
