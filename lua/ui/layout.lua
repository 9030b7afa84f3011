--- What the screen looks like. To change it, copy this file to ~/.botster/lua/ui/layout.lua, or wrap `render` in a file
--- of ~/.botster/lua/user/ui. Saved changes show at once; a mistake leaves the last good layout in place.

local agent_list = require("ui.agent_list")
local agents = require("ui.agents")
local ended = require("ui.ended")
local first_run = require("ui.first_run")
local help = require("ui.help")
local keys = require("ui.keys")
local lock = require("ui.lock")
local new_agent = require("ui.new_agent")
local overlays = require("ui.overlays")
local theme = require("ui.theme")
local reading = require("ui.reading")
local splits = require("ui.splits")

-- terminal -------------------------------------------------------------------------------------------------------

--- Characters of a name and of a branch in a title, so that what comes behind them is seen, too.
local MOST_NAME, MOST_BRANCH = 24, 40

local function brief(text, most)
  local length = utf8.len(text)
  return length and length > most and text:sub(1, utf8.offset(text, most) - 1) .. "…" or text
end

--- The branch, and before it the name that the agent was given, if it was.
local function whose(agent)
  local branch = agent.branch_name
  if not branch or branch == "" then
    return brief(agents.name(agent), MOST_BRANCH)
  end
  local shown = brief(branch, MOST_BRANCH)
  return agent.name and agent.name ~= "" and agent.name ~= branch and ("%s (%s)"):format(brief(agent.name, MOST_NAME), shown)
    or shown
end

--- `branch [SESSION :port | Ctrl+]: next] [SCROLLBACK +n]`; what is being read, only where keys go. In copy mode its keys
--- take the place of the session: cut off, they would help nobody. So would what unlocks the keys: it comes first.
local function terminal_title(state, agent, session, selected)
  local reads = selected and reading.status(state)
  local hint = reads and reading.hint(state)
  local locked = selected and lock.status(session)
  local parts = { " ", locked and ("[%s] "):format(locked) or "", hint and brief(agents.name(agent), MOST_NAME) or whose(agent) }
  if session and not hint then
    local inner = session.name:upper()
    if session.port then
      inner = ("%s :%s"):format(inner, session.port)
    end
    if #agent.sessions > 1 then
      inner = inner .. " | Ctrl+]: next"
    end
    parts[#parts + 1] = (" [%s]"):format(inner)
    if session.exited then
      local how = session.exit_signal or session.exit_code
      parts[#parts + 1] = how and (" [EXITED %s]"):format(how) or " [EXITED]"
    end
  end
  if reads then
    parts[#parts + 1] = (" [%s]"):format(reads)
  end
  if hint then
    parts[#parts + 1] = " " .. hint
  end
  local offset = selected and state.is_scrolled and state.scroll_offset
    or not selected and session and (state.scroll_offsets or {})[session.session_id]
  if offset and (offset > 0 or not reads) then
    parts[#parts + 1] = (" [SCROLLBACK +%d]"):format(offset)
  end
  if selected and state.zoomed then
    parts[#parts + 1] = " [ZOOM]"
  end
  parts[#parts + 1] = " "
  return table.concat(parts)
end

local function message_panel(title, lines)
  return {
    type = "paragraph",
    block = { title = title, borders = "all", border_style = theme.style("border") },
    props = { lines = lines, wrap = true },
  }
end

--- What stands where an agent without a screen would be.
local WAITING = {
  stopping = "Stopping…",
  removing_worktree = "Removing the worktree…",
  failed = "This agent could not be started.",
  lost = "Its process was lost, its worktree is untouched.",
  exited = "This agent has ended.",
}

--- The way to be rid of an agent that will not come back: its key is one of the list.
local function closing_line()
  local list, close = keys.by_action("insert").focus_list, keys.by_action("normal").close_agent
  if not (list and close) then
    return ""
  end
  local key_style = theme.style("accent", "bold")
  return { { text = "  " .. list, style = key_style }, " leads to the list, where ", { text = close, style = key_style }, " closes it" }
end

local function without_screen(agent)
  if agent.status == "creating_worktree" or agent.status == "spawning_ptys" then
    return message_panel((" %s "):format(agents.name(agent)), new_agent.progress(agent))
  end
  local lines = { "", "  " .. (WAITING[agent.status] or "This agent has no session.") }
  if agent.error then
    lines[#lines + 1] = ""
    lines[#lines + 1] = { { text = "  " .. tostring(agent.error), style = theme.style("error") } }
  end
  if agent.worktree_path and agent.worktree_path ~= "" then
    lines[#lines + 1] = ""
    lines[#lines + 1] = { { text = "  " .. agent.worktree_path, style = theme.colors.faint } }
  end
  lines[#lines + 1] = ""
  if agent.status == "lost" then
    lines[#lines + 1] = { "  ", table.unpack(ended.key_line(_tui_state.mode)) }
  elseif agent.status == "failed" or agent.status == "exited" then
    lines[#lines + 1] = closing_line()
  end
  return message_panel((" %s "):format(agents.name(agent)), lines)
end

--- Where every row and column counts, the title is all the frame there is.
local function is_tiny(state)
  return (state.screen_rows or 24) < 8 or (state.screen_cols or 80) < 30
end

--- While a worktree is torn down, and when that failed, what the teardown prints is what there is to see: the index of its
--- session.
local function teardown_index(agent)
  if agent.status ~= "removing_worktree" and agent.status ~= "failed" then
    return nil
  end
  for i = #(agent.sessions or {}), 1, -1 do
    if agent.sessions[i].name:find("^teardown") then
      return i - 1
    end
  end
end

--- One agent's terminal. `selected`: keys go to it.
local function terminal_of(state, agent, agent_index, pty_index, selected)
  pty_index = pty_index == 0 and teardown_index(agent) or pty_index
  local session = agent.sessions and (agent.sessions[pty_index + 1] or agent.sessions[1])
  if not session or agent.status == "lost" then
    return without_screen(agent)
  end
  local color = "border"
  if selected then
    color = (state.is_scrolled or lock.status(session)) and "attention" or state.mode == "insert" and "accent" or "border"
  end
  local terminal = {
    type = "terminal",
    id = "terminal",
    block = {
      title = terminal_title(state, agent, session, selected),
      borders = is_tiny(state) and "none" or "all",
      border_style = theme.style(color),
    },
    props = { agent_index = agent_index, pty_index = pty_index },
  }
  return session.exited and ended.below(terminal, state, session, selected, is_tiny(state)) or terminal
end

--- The selected agent's terminal, or several side by side where more than a line of each would be seen.
local function terminals(state)
  local agent = agents.selected(state)
  if not agent then
    return first_run.welcome(state)
  end
  local panes = not is_tiny(state) and splits.tree(function(shown, agent_index, pty_index, selected)
    return shown and terminal_of(state, shown, agent_index, pty_index, selected) or { type = "empty" }
  end)
  return panes or terminal_of(state, agent, state.selected_agent_index, state.active_pty_index or 0, true)
end

local LIST_TITLE = " Agents (%d) "
--- Columns from which on there is room for the list beside a terminal.
local LIST_FROM_COLUMNS = 60
--- Columns of the list at least and at most: a name and a state, and no more than that.
local LIST_LEAST, LIST_MOST = 20, 44
--- Columns it has as long as that leaves a terminal its usual 80: enough for most names, and for what an agent is doing.
local LIST_ROOMY, TERMINAL_USUAL = 28, 80 + 2

--- Rows from which on the list tells of its keys.
local LIST_KEYS_FROM_ROWS = 16

--- The agent list; below it what waits for a decision, and its keys while they go there.
local function sidebar(state)
  local constraints, children = { "min:3" }, { agent_list.node(state, LIST_TITLE) }
  local function below(rows, node)
    constraints[#constraints + 1], children[#children + 1] = tostring(rows), node
  end
  local hint = require("ui.trust").hint(state)
  if hint then
    below(3, hint)
  end
  if state.mode == "normal" and #state.agents > 0 and (state.screen_rows or 24) >= LIST_KEYS_FROM_ROWS then
    below(help.LIST_KEYS_ROWS, help.list_keys())
  end
  return #children == 1 and children[1] or { type = "vsplit", constraints = constraints, children = children }
end

--- @param state table `_tui_state` with terminal_rows, terminal_cols, is_scrolled, scroll_offset, …
--- @return table the tree of nodes
function render(state)
  if state.zoomed and state.mode ~= "normal" and agents.selected(state) then
    return terminals(state)
  end
  local columns = state.screen_cols or 80
  if columns < LIST_FROM_COLUMNS then
    return state.mode == "normal" and #state.agents > 0 and agent_list.node(state, LIST_TITLE) or terminals(state)
  end
  local roomy = math.min(LIST_ROOMY, columns - TERMINAL_USUAL)
  local width = math.max(LIST_LEAST, roomy, math.min(LIST_MOST, columns * 15 // 100))
  return {
    type = "hsplit",
    constraints = { tostring(width), "min:20" },
    children = { sidebar(state), terminals(state) },
  }
end

--- @return table? the tree drawn above everything else; nil for none
function render_overlay(state)
  local overlay = overlays[state.mode] or help.hints
  return overlay(state)
end

--- The mode to start in: typing goes to the agent once there is one.
function initial_mode()
  return #_tui_state.agents > 0 and "insert" or "normal"
end
