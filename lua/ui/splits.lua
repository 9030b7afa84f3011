--- Terminals side by side: up to four panes in rows, and zoom. The focused pane shows the selected agent; choosing an
--- agent that another pane shows moves the focus there. Kept in `_tui_state.split`, so that reloads change nothing.

local ops = require("ui.ops")

local M = { handlers = {}, max_panes = 4 }

local handlers = M.handlers

--- `_tui_state.split`: {rows = {{pane, …}, …}, focused = pane}; a pane is {agent_id, session}. nil: one terminal.
local function current()
  return _tui_state.split
end

--- Every pane, from left to right and from the top down, with its row and its place in it.
local function each_pane(split)
  local places = {}
  for y, row in ipairs(split.rows) do
    for x, pane in ipairs(row) do
      places[#places + 1] = { pane = pane, x = x, y = y }
    end
  end
  return places
end

local function agent_of(pane)
  for index, agent in ipairs(_tui_state.agents) do
    if agent.id == pane.agent_id then
      return agent, index - 1
    end
  end
end

--- Place of a pane's session in its agent, from 0.
local function session_index(pane, agent)
  for index, session in ipairs(agent.sessions or {}) do
    if session.name == pane.session then
      return index - 1
    end
  end
  return 0
end

--- The selection as a pane would have it, or nil.
local function selection()
  local index = _tui_state.selected_agent_index
  local agent = index and _tui_state.agents[index + 1]
  if not agent then
    return nil
  end
  local session = agent.sessions and agent.sessions[(_tui_state.active_pty_index or 0) + 1]
  return { agent_id = agent.id, session = session and session.name }
end

local function same(a, b)
  return a.agent_id == b.agent_id and a.session == b.session
end

local function remove(split, place)
  table.remove(split.rows[place.y], place.x)
  if #split.rows[place.y] == 0 then
    table.remove(split.rows, place.y)
  end
end

--- Brings the panes in line with the agents there are and with the selection, which keys, clicks and the hub move.
local function reconcile()
  local split = current()
  if not split then
    return nil
  end
  local places = each_pane(split)
  for position = #places, 1, -1 do
    if not agent_of(places[position].pane) and places[position].pane ~= split.focused then
      remove(split, places[position])
    end
  end
  local selected = selection()
  if selected and not same(selected, split.focused) then
    local shown
    for _, place in ipairs(each_pane(split)) do
      shown = shown or same(selected, place.pane) and place.pane
    end
    if shown then
      split.focused = shown
    else
      split.focused.agent_id, split.focused.session = selected.agent_id, selected.session
    end
  end
  if #each_pane(split) < 2 then
    _tui_state.split = nil
  end
  return current()
end

--- What is shown, as data: {rows = {{{agent_id, session}, …}, …}, focused = {row, place}, zoomed}; nil without an agent.
function M.view()
  local selected = selection()
  if not selected then
    return nil
  end
  local split = reconcile() or { rows = { { selected } }, focused = selected }
  local view = { rows = {}, zoomed = _tui_state.zoomed }
  for _, place in ipairs(each_pane(split)) do
    view.rows[place.y] = view.rows[place.y] or {}
    view.rows[place.y][place.x] = { agent_id = place.pane.agent_id, session = place.pane.session }
    if place.pane == split.focused then
      view.focused = { place.y, place.x }
    end
  end
  return view
end

--- Shows the terminals of a view again, as far as their agents are there. Its focused agent is for the caller to select.
function M.show(view)
  local split = { rows = {} }
  for y, row in ipairs(view.rows) do
    local panes = {}
    for x, pane in ipairs(type(row) == "table" and row or {}) do
      local known = type(pane) == "table" and pane or {}
      panes[x] = { agent_id = known.agent_id, session = known.session }
      split.focused = y == view.focused[1] and x == view.focused[2] and panes[x] or split.focused
    end
    split.rows[#split.rows + 1] = panes
  end
  _tui_state.split = split
  _tui_state.zoomed = view.zoomed == true or nil
end

-- drawing ----------------------------------------------------------------------------------------------------------

local function shares(count)
  local constraints = {}
  for position = 1, count do
    constraints[position] = "min:1"
  end
  return constraints
end

local function along(kind, nodes)
  return #nodes == 1 and nodes[1] or { type = kind, constraints = shares(#nodes), children = nodes }
end

--- The panes as a tree. `draw(agent, agent_index, pty_index, focused)` gives the node of one.
--- @return table? nil while there is one terminal
function M.tree(draw)
  local split = reconcile()
  if not split or _tui_state.zoomed then
    return nil
  end
  local rows = {}
  for y, row in ipairs(split.rows) do
    local nodes = {}
    for x, pane in ipairs(row) do
      local agent, index = agent_of(pane)
      nodes[x] = draw(agent, index, agent and session_index(pane, agent), pane == split.focused)
    end
    rows[y] = along("hsplit", nodes)
  end
  return along("vsplit", rows)
end

-- actions ----------------------------------------------------------------------------------------------------------

--- Looking at an agent is what clears its mark.
local function with_mark_cleared(agent, operations)
  if agent and agent.notification then
    operations[#operations + 1] = ops.send({ type = "clear_notification", agent_id = agent.id })
  end
  return operations
end

--- Typing goes on where the focus goes.
local function focus(pane)
  local agent = agent_of(pane)
  if not agent then
    return nil
  end
  current().focused = pane
  return with_mark_cleared(agent, {
    { op = "focus_terminal", agent_id = agent.id, pty_index = session_index(pane, agent) },
    ops.set_mode("insert"),
  })
end

--- What a new pane shows: the next agent or session that no pane shows.
local function unseen(split)
  local index = _tui_state.selected_agent_index or 0
  local count = #_tui_state.agents
  for step = 0, count - 1 do
    local agent = _tui_state.agents[(index + step) % count + 1]
    for _, session in ipairs(agent.sessions or {}) do
      local candidate, seen = { agent_id = agent.id, session = session.name }, false
      for _, place in ipairs(each_pane(split)) do
        seen = seen or same(place.pane, candidate)
      end
      if not seen then
        return candidate
      end
    end
  end
end

--- Other agents come before further sessions of this one.
local function next_unseen(split)
  local index = _tui_state.selected_agent_index or 0
  local count = #_tui_state.agents
  for step = 1, count - 1 do
    local agent = _tui_state.agents[(index + step) % count + 1]
    local seen = not (agent.sessions and agent.sessions[1])
    for _, place in ipairs(each_pane(split)) do
      seen = seen or place.pane.agent_id == agent.id
    end
    if not seen then
      return { agent_id = agent.id, session = agent.sessions[1].name }
    end
  end
  return unseen(split)
end

local function split_with(insert)
  return function()
    local selected = selection()
    if not selected then
      return { ops.notify("There is no agent to show yet.") }
    end
    local split = reconcile() or { rows = { { selected } }, focused = selected }
    if #each_pane(split) >= M.max_panes then
      return { ops.notify(("More than %d terminals side by side show too little of each."):format(M.max_panes)) }
    end
    local pane = next_unseen(split)
    if not pane then
      return { ops.notify("Every agent is shown already. Start another one first, or add a session to this one.") }
    end
    for _, place in ipairs(each_pane(split)) do
      if place.pane == split.focused then
        insert(split.rows, place, pane)
        break
      end
    end
    _tui_state.split = split
    _tui_state.zoomed = nil
    return focus(pane)
  end
end

handlers.split_right = split_with(function(rows, place, pane)
  table.insert(rows[place.y], place.x + 1, pane)
end)

handlers.split_below = split_with(function(rows, place, pane)
  table.insert(rows, place.y + 1, { pane })
end)

--- Says so, and how to have another one.
local function only_one()
  local key = require("ui.keys").by_action("insert").split_right
  local message = "There is only one terminal." .. (key and (" %s shows another one beside it."):format(key) or "")
  return { op = "notify", message = message, key = "only_one_pane", timeout = 4 }
end

--- The agent of the closed pane goes on; another pane gets the focus.
function handlers.close_pane()
  local split = reconcile()
  if not split then
    return { only_one() }
  end
  local places = each_pane(split)
  for position, place in ipairs(places) do
    if place.pane == split.focused then
      local next_place = places[position + 1] or places[position - 1]
      remove(split, place)
      local operations = focus(next_place.pane)
      reconcile()
      return operations
    end
  end
end

function handlers.only_pane()
  _tui_state.split = nil
  return {}
end

local function step(by)
  return function()
    local split = reconcile()
    if not split then
      return { only_one() }
    end
    local places = each_pane(split)
    for position, place in ipairs(places) do
      if place.pane == split.focused then
        return focus(places[(position - 1 + by) % #places + 1].pane)
      end
    end
  end
end

handlers.next_pane = step(1)
handlers.previous_pane = step(-1)

--- The pane beside the focused one: `dx` within its row, `dy` by rows.
local function toward(dx, dy)
  return function()
    local split = reconcile()
    if not split then
      return { only_one() }
    end
    for _, place in ipairs(each_pane(split)) do
      if place.pane == split.focused then
        local row = split.rows[place.y + dy]
        local pane = row and (dy == 0 and row[place.x + dx] or dy ~= 0 and row[math.min(place.x, #row)])
        return pane and focus(pane) or nil
      end
    end
  end
end

handlers.pane_left = toward(-1, 0)
handlers.pane_right = toward(1, 0)
handlers.pane_up = toward(0, -1)
handlers.pane_down = toward(0, 1)

--- The focused terminal alone, on the whole screen; again for everything as it was.
function handlers.toggle_zoom()
  _tui_state.zoomed = not _tui_state.zoomed or nil
  return {}
end

--- The host says that a click has moved the focus to another terminal.
function handlers.terminal_clicked(context)
  return with_mark_cleared(context.selected_agent, _tui_state.mode ~= "insert" and { ops.set_mode("insert") } or {})
end

return M
