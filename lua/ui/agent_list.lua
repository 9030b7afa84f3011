--- The list of agents: who is in it in which order, and what it shows of each at a glance.
---
--- Settings (config.json): `agent_sort` is "created" (default), "state", "name" or "recent"; `agent_groups` is "auto"
--- (default: by profile when there are several), "on" or "off".

local agents = require("ui.agents")
local boxes = require("ui.boxes")
local ops = require("ui.ops")
local theme = require("ui.theme")

local M = { handlers = {} }

--- Seconds between two drawings that only bring the times up to date.
local CLOCK_SECONDS = 30

local SORTS = { "created", "state", "name", "recent" }

-- order ------------------------------------------------------------------------------------------------------------

local function sort_order()
  local chosen = _tui_state.agent_sort or config.get("agent_sort")
  for _, name in ipairs(SORTS) do
    if name == chosen then
      return name
    end
  end
  return SORTS[1]
end

local COMPARE = {
  created = function(a, b)
    return a.index < b.index
  end,
  state = function(a, b)
    local first, second = agents.urgency(a.agent), agents.urgency(b.agent)
    return first > second or (first == second and a.index < b.index)
  end,
  name = function(a, b)
    local first, second = agents.name(a.agent):lower(), agents.name(b.agent):lower()
    return first < second or (first == second and a.index < b.index)
  end,
  recent = function(a, b)
    local first, second = a.agent.state_since or 0, b.agent.state_since or 0
    return first > second or (first == second and a.index < b.index)
  end,
}

--- What the list is narrowed to: while it is typed, what stands in the field.
function M.filter(state)
  local text = state.mode == "filter_agents" and state.input_buffer or state.agent_filter
  return text ~= "" and text or nil
end

local function fits(agent, filter)
  if not filter then
    return true
  end
  local text = table.concat({
    agents.name(agent),
    agent.branch_name or "",
    agent.profile_name or "",
    agents.state(agent) or "",
  }, " ")
  for word in filter:lower():gmatch("%S+") do
    if not text:lower():find(word, 1, true) then
      return false
    end
  end
  return true
end

local function has_groups(state)
  local wanted = _tui_state.agent_groups or config.get("agent_groups")
  if wanted == "on" or wanted == "off" then
    return wanted == "on"
  end
  local first
  for _, agent in ipairs(state.agents) do
    local profile = agent.profile_name or ""
    if first and first ~= profile then
      return true
    end
    first = profile
  end
  return false
end

--- The agents as the list shows them: array of {agent, index (from 0, as the hub counts), group?}.
function M.visible(state)
  local entries = {}
  local filter = M.filter(state)
  for position, agent in ipairs(state.agents) do
    if fits(agent, filter) then
      entries[#entries + 1] = { agent = agent, index = position - 1 }
    end
  end
  local compare = COMPARE[sort_order()]
  if not has_groups(state) then
    table.sort(entries, compare)
    return entries
  end
  for _, entry in ipairs(entries) do
    local profile = entry.agent.profile_name
    entry.group = profile and profile ~= "" and profile or "no profile"
  end
  table.sort(entries, function(a, b)
    if a.group ~= b.group then
      return a.group < b.group
    end
    return compare(a, b)
  end)
  return entries
end

-- drawing ----------------------------------------------------------------------------------------------------------

local function item(entry, grouped)
  local agent = entry.agent
  local text = { agents.name(agent) }
  if agent.notification then
    text = { { text = "●", style = theme.style("attention", "bold") }, " ", text[1] }
  end
  return {
    text = text,
    right = agents.glance(agent),
    secondary = agents.details(agent, grouped),
    action = { action = "select_agent", index = entry.index, agent_id = agent.id },
  }
end

local function title(state, shown, counted)
  if not state.agents_known and #state.agents == 0 then
    return " Agents "
  end
  local filter = M.filter(state)
  if filter then
    return (" Agents (%d of %d) /%s "):format(shown, #state.agents, filter)
  end
  return counted:format(#state.agents)
end

--- `counted` is its title, with %d for how many there are.
function M.node(state, counted)
  local entries = M.visible(state)
  local items, selected, group = {}, nil, nil
  local marks_first = state.mode == "filter_agents" -- where enter leads
  for position, entry in ipairs(entries) do
    if entry.group and entry.group ~= group then
      group = entry.group
      items[#items + 1] = { text = { { text = group, style = theme.colors.faint } }, header = true }
    end
    items[#items + 1] = item(entry, entry.group ~= nil)
    if entry.index == state.selected_agent_index then
      selected = position - 1
    end
  end
  return {
    type = "list",
    id = "agents",
    block = {
      title = title(state, #entries, counted or " Agents (%d) "),
      borders = "all",
      border_style = theme.style(state.mode == "normal" and "accent" or "border"),
    },
    props = {
      items = items,
      selected = selected,
      -- Where the agent that is looked at is not among those shown, none is marked as if it were.
      highlight_style = (selected or marks_first) and theme.colors.selected or {},
      highlight_symbol = (selected or marks_first) and "> " or "  ",
    },
  }
end

function M.filter_overlay(state)
  return {
    type = "centered",
    anchor = "bottom_left",
    width = tostring(math.min(44, state.screen_cols or 80)),
    height = "4",
    child = {
      type = "input",
      id = "filter",
      block = boxes.block("Show only"),
      props = { placeholder = boxes.faint("name, branch, profile or state"), lines = { { { text = "enter keeps, esc shows all", style = theme.colors.faint } } } },
    },
  }
end

-- actions ----------------------------------------------------------------------------------------------------------

--- → the index (as the hub counts) of the agent `step` places further down the list, around its ends
function M.step(state, step)
  local entries = M.visible(state)
  if #entries == 0 then
    return nil
  end
  for position, entry in ipairs(entries) do
    if entry.index == state.selected_agent_index then
      return entries[(position - 1 + step) % #entries + 1].index
    end
  end
  return entries[1].index
end

--- → the index of the next agent that waits for the user, the most urgent first
function M.next_waiting(state)
  local entries = M.visible(state)
  local from = 0
  for position, entry in ipairs(entries) do
    if entry.index == state.selected_agent_index then
      from = position
    end
  end
  local best, best_urgency
  for offset = 1, #entries - 1 do
    local entry = entries[(from - 1 + offset) % #entries + 1]
    local urgency = agents.urgency(entry.agent)
    if urgency >= agents.NEEDS_YOU and (not best or urgency > best_urgency) then
      best, best_urgency = entry, urgency
    end
  end
  return best and best.index
end

function M.handlers.focus_list()
  _tui_state.list_focus = true
  return { ops.set_mode("normal") }
end

function M.handlers.next_sort()
  local current = sort_order()
  for position, name in ipairs(SORTS) do
    if name == current then
      _tui_state.agent_sort = SORTS[position % #SORTS + 1]
    end
  end
  config.set("agent_sort", _tui_state.agent_sort)
  return { { op = "notify", message = "Agents by " .. _tui_state.agent_sort, key = "agent_sort" } }
end

function M.handlers.toggle_groups()
  _tui_state.agent_groups = has_groups(_tui_state) and "off" or "on"
  config.set("agent_groups", _tui_state.agent_groups)
  return {}
end

function M.handlers.filter_agents()
  return { ops.set_mode("filter_agents", _tui_state.agent_filter) }
end

function M.handlers.clear_filter()
  _tui_state.agent_filter = nil
  return { ops.close() }
end

--- An agent that is not among those shown any more is not looked at any more: the list marks the first one, and enter
--- goes there.
function M.submit_filter(text)
  _tui_state.agent_filter = text ~= "" and text or nil
  local operations = { ops.close() }
  local entries = M.visible({ agents = _tui_state.agents, agent_filter = _tui_state.agent_filter })
  for _, entry in ipairs(entries) do
    if entry.index == _tui_state.selected_agent_index then
      return operations
    end
  end
  if entries[1] then
    table.insert(operations, 1, { op = "focus_terminal", agent_index = entries[1].index })
  end
  return operations
end

timer.every(CLOCK_SECONDS, function()
  if #_tui_state.agents > 0 then
    _screen.redraw()
  end
end)

return M
