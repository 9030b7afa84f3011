--- An agent whose program has ended: what is typed would go nowhere, so the keys mean something else there, and the screen
--- says what. Keys that are typed on when a program ends under them do nothing: only once nobody types do they count.

local agents = require("ui.agents")
local catalog = require("ui.catalog")
local ops = require("ui.ops")
local theme = require("ui.theme")

local M = { handlers = {}, events = {} }

--- Id of the agent of which the layout said, when it drew last, that its program has ended.
local drawn

--- Seconds without a key after which the next one is meant for what the screen says.
M.quiet_seconds = 1

--- Its keys, on top of those that work everywhere: the mode `ended` of keymaps.
M.keys = {
  ["enter"] = "restart_session",
  ["x"] = "close_agent",
  ["escape"] = "focus_list",
  ["?"] = "show_help",
}

-- whether ---------------------------------------------------------------------------------------------------------

--- The selected agent and its session, when that one's program has ended; else nil.
function M.selected()
  local agent = agents.selected(_tui_state)
  local sessions = agent and agent.sessions or {}
  local session = sessions[(_tui_state.active_pty_index or 0) + 1] or sessions[1]
  if agent and (agent.status == "lost" or session and session.exited) then
    return agent, session or { name = "agent" }
  end
end

--- The mode whose keys count: `ended` instead of `insert` where nobody reads what is typed.
function M.key_mode(mode)
  return mode == "insert" and M.selected() and "ended" or mode
end

--- How many keys are not yet long enough ago.
local recent = 0

--- Nothing counts until the keys have rested.
function M.wait_for_quiet()
  recent = recent + 1
  timer.after(M.quiet_seconds, function()
    recent = recent - 1
    if recent == 0 then
      _screen.redraw()
    end
  end)
end

--- When a key went to a program, in seconds: the clock is no finer.
local typed_at = 0

--- A key went to a program.
function M.typed()
  typed_at = os.time()
end

--- Something comes up over a program: what somebody is just typing into it must not answer.
function M.interrupt()
  if os.time() - typed_at <= M.quiet_seconds then
    M.wait_for_quiet()
  end
end

--- Whether keys may still have been meant for the program.
function M.is_blind()
  return recent > 0
end

--- "The program has ended (exit 0)", "web was ended by SIGKILL", "The program was lost"
function M.what(session)
  local name = session.name == "agent" and "The program" or session.name
  if session.exit_signal then
    return ("%s was ended by %s"):format(name, session.exit_signal)
  end
  if not session.exited then
    return name .. " was lost"
  end
  return session.exit_code and ("%s has ended (exit %d)"):format(name, session.exit_code) or name .. " has ended"
end

-- events ----------------------------------------------------------------------------------------------------------

--- The list has come. What is being typed into a program that has just ended was not meant for what the screen says now.
function M.of_list()
  local running = {}
  for _, agent in ipairs(_tui_state.agents) do
    for _, session in ipairs(agent.sessions or {}) do
      running[session.session_id or 0] = not session.exited or nil
    end
  end
  local _, session = M.selected()
  if session and (_tui_state.running_sessions or {})[session.session_id] and _tui_state.mode == "insert" then
    M.wait_for_quiet()
  end
  _tui_state.running_sessions = running
end

--- Of the host: a key or a paste was for a program that has ended.
function M.events.typed_into_ended()
  local agent, session = M.selected()
  if not session then
    return nil
  end
  M.wait_for_quiet()
  if drawn == agent.id then
    return nil -- the screen says so already
  end
  return { { op = "notify", message = M.what(session) .. ": what you type goes nowhere.", key = "ended", timeout = 3 } }
end

--- Of the host: the terminal changed under somebody who is typing, or something typed since was kept back.
function M.events.typing_interrupted()
  M.wait_for_quiet()
  local agent = agents.selected(_tui_state)
  local message = ("%s is here now: what you go on typing is kept back until you rest for a second."):format(
    agent and agents.name(agent) or "Another terminal"
  )
  return { { op = "notify", level = "warning", message = message, key = "interrupted", timeout = 3 } }
end

-- actions ---------------------------------------------------------------------------------------------------------

--- A key in a message that came up while a program was being typed into.
function M.handlers.typed_blindly()
  M.wait_for_quiet()
  return {}
end

function M.handlers.restart_session(context)
  local agent, session = M.selected()
  if not agent then
    return { ops.notify("The program is running.") }
  end
  local command = { type = "restart_session", agent = agent.id, name = session.name }
  if agent.status == "lost" then
    command = { type = "restore_agents", agents = { agent.id } }
  end
  command.rows, command.cols = context.terminal_rows, context.terminal_cols
  _tui_state.awaiting = { command = command.type }
  return { ops.send(command) }
end

catalog.add("restart_session", "Start the program again", {
  command = "restart_session",
  when = function()
    return M.selected() ~= nil
  end,
})

-- drawing ---------------------------------------------------------------------------------------------------------

--- What keys do about it, by mode, and the same in a few letters.
local OFFERED = {
  ended = {
    { "restart_session", "start again", "again" },
    { "close_agent", "close", "close" },
    { "focus_list", "agent list", "list" },
    { "show_help", "keys", "keys" },
  },
  normal = { { "focus_agent", "go there", "go" }, { "close_agent", "close", "close" } },
}
--- Of these, how many must be seen: where there is no room for them, they are told in a few letters.
local NEEDED = 2

--- What there is room for: array of {key, word}, and how many columns that takes.
local function offers(mode, column, room)
  local key_of = require("ui.keys").by_action(mode)
  local shown, width = {}, 0
  for _, entry in ipairs(OFFERED[mode] or {}) do
    local key = key_of[entry[1]]
    local word = entry[column]
    local more = key and utf8.len(key) + 1 + utf8.len(word) + (#shown > 0 and 2 or 0) or 0
    if key and width + more > room then
      break
    elseif key then
      shown[#shown + 1] = { key, word }
      width = width + more
    end
  end
  return shown, width
end

--- The line, and its width.
local function line_of_keys(mode, room)
  local agent = M.selected()
  drawn = agent and agent.id or drawn
  mode = M.key_mode(mode)
  local key_style = M.is_blind() and theme.colors.faint or theme.style("accent", "bold")
  local style = M.is_blind() and theme.colors.faint or nil
  local shown, width = offers(mode, 2, room)
  if #shown < NEEDED then
    shown, width = offers(mode, 3, room)
  end
  local line = {}
  for _, offer in ipairs(shown) do
    line[#line + 1] = { text = (#line > 0 and "  " or "") .. offer[1], style = key_style }
    line[#line + 1] = { text = " " .. offer[2], style = style }
  end
  return line, width
end

--- What keys do about it; faint as long as they do not count.
function M.key_line(mode)
  return (line_of_keys(mode, math.huge))
end

local ENDED = "Ended: "

--- What stands below a terminal. `selected`: keys would go to it, `tiny`: without a frame, `columns`: its width.
local function banner(state, session, selected, tiny, columns)
  local room = columns - (tiny and 0 or 2)
  local keys, width = {}, 0
  if selected then
    keys, width = line_of_keys(state.mode, room)
  end
  if tiny and #ENDED + width <= room then
    table.insert(keys, 1, { text = ENDED, style = theme.style("attention") })
  end
  local node = { type = "paragraph", props = { lines = { #keys > 0 and keys or "" } } }
  if not tiny then
    local title = { text = M.what(session), style = theme.style("attention") }
    node.block = { title = { " ", title, " " }, borders = "all", border_style = theme.style("border") }
  end
  return node
end

--- A terminal, and below it that its program has ended; `selected`: keys would go to it, `tiny`: without a frame.
function M.below(terminal, state, session, selected, tiny)
  local columns = tiny and state.screen_cols or (state.terminal_cols or 80) + 2 -- nothing stands beside it on a tiny one
  local node = banner(state, session, selected, tiny, columns)
  return { type = "vsplit", constraints = { "min:1", tiny and "1" or "3" }, children = { terminal, node } }
end

-- layouts that do not say it --------------------------------------------------------------------------------------

local function shows_selected(node, index)
  if type(node) ~= "table" then
    return false
  end
  if node.type == "terminal" then
    local props = node.props or node
    return props.agent_index == nil or props.agent_index == index
  end
  for _, child in ipairs(node.children or { node.child }) do
    if shows_selected(child, index) then
      return true
    end
  end
  return false
end

--- Draws by a layout's `render`. One that shows a program that has ended and says nothing of it gets that said at the
--- bottom: otherwise the screen would stand still, and nobody would know why.
function M.complete(render, state)
  drawn = nil
  local tree = render(state)
  local agent, session = M.selected()
  if not agent or drawn == agent.id or not shows_selected(tree, state.selected_agent_index) then
    return tree
  end
  local columns, rows = state.screen_cols or 80, state.screen_rows or 24
  local tiny = rows < 8 or columns < 30
  local node = banner(state, session, true, tiny, columns)
  return { type = "vsplit", constraints = { "min:1", tiny and "1" or "3" }, children = { tree, node } }
end

return M
