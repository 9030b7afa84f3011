--- What the screen looks like. To change it, copy this file to ~/.botster/lua/ui/layout.lua, or wrap `render` in a file
--- of ~/.botster/lua/user/ui. Saved changes show at once; a mistake leaves the last good layout in place.

local agents = require("ui.agents")
local help = require("ui.help")
local overlays = require("ui.overlays")
local theme = require("ui.theme")
local reading = require("ui.reading")

-- agent list -----------------------------------------------------------------------------------------------------

local function agent_item(agent, index)
  local dot = agent.notification and { text = "● ", style = theme.style("attention", "bold") } or nil
  local text = dot and { dot, agents.name(agent) } or { agents.name(agent) }
  return {
    text = text,
    secondary = { agents.details(agent) },
    action = { action = "select_agent", index = index, agent_id = agent.id },
  }
end

local function agent_list(state)
  local items = {}
  for position, agent in ipairs(state.agents) do
    items[position] = agent_item(agent, position - 1)
  end
  return {
    type = "list",
    id = "agents",
    block = { title = (" Agents (%d) "):format(#state.agents), borders = "all", border_style = theme.style("border") },
    props = {
      items = items,
      selected = state.selected_agent_index,
      highlight_style = theme.colors.selected,
      highlight_symbol = "> ",
    },
  }
end

-- terminal -------------------------------------------------------------------------------------------------------

--- `branch [SESSION :port | Ctrl+]: next] [SCROLLBACK +n]`
local function terminal_title(state, agent, session)
  local parts = { " ", agent.branch_name or agents.name(agent) }
  if session then
    local inner = session.name:upper()
    if session.port then
      inner = ("%s :%s"):format(inner, session.port)
    end
    if #agent.sessions > 1 then
      inner = inner .. " | Ctrl+]: next"
    end
    parts[#parts + 1] = (" [%s]"):format(inner)
    if session.exited then
      parts[#parts + 1] = session.exit_code and (" [EXITED %d]"):format(session.exit_code) or " [EXITED]"
    end
  end
  local reads = reading.status(state)
  if reads then
    parts[#parts + 1] = (" [%s]"):format(reads)
  end
  if state.is_scrolled and (state.scroll_offset > 0 or not reads) then
    parts[#parts + 1] = (" [SCROLLBACK +%d]"):format(state.scroll_offset)
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

local function welcome(state)
  local lines = {
    "",
    { { text = "  No agents yet.", style = "bold" } },
    "",
    { "  Press ", { text = "ctrl+p", style = theme.style("accent", "bold") }, " for the menu, then choose ", {
      text = "New agent",
      style = theme.style("accent", "bold"),
    }, "." },
    "  You name a branch and a command, for example claude, codex or your shell;",
    "  it runs in a worktree of its own, and goes on when you leave.",
    "",
    { "  ", { text = "n", style = theme.style("accent", "bold") }, "       new agent" },
    { "  ", { text = "ctrl+p", style = theme.style("accent", "bold") }, "  menu" },
    { "  ", { text = "ctrl+q", style = theme.style("accent", "bold") }, "  leave (agents keep running)" },
  }
  if state.hub_status and state.hub_status ~= "connected" then
    lines = { "", { { text = "  Connecting to the hub…", style = theme.colors.faint } } }
  end
  return message_panel(" botster ", lines)
end

--- What stands where an agent without a screen would be.
local WAITING = {
  creating_worktree = "Creating the worktree…",
  spawning_ptys = "Starting…",
  stopping = "Stopping…",
  removing_worktree = "Removing the worktree…",
  failed = "This agent could not be started.",
  lost = "This agent's process was lost. Its worktree is untouched.",
  exited = "This agent has ended.",
}

local function without_screen(agent)
  local lines = { "", "  " .. (WAITING[agent.status] or "This agent has no session.") }
  if agent.error then
    lines[#lines + 1] = ""
    lines[#lines + 1] = { { text = "  " .. tostring(agent.error), style = theme.style("error") } }
  end
  if agent.worktree_path and agent.worktree_path ~= "" then
    lines[#lines + 1] = ""
    lines[#lines + 1] = { { text = "  " .. agent.worktree_path, style = theme.colors.faint } }
  end
  return message_panel((" %s "):format(agents.name(agent)), lines)
end

local function terminal(state)
  local agent = agents.selected(state)
  if not agent then
    return welcome(state)
  end
  local index = state.active_pty_index or 0
  local session = agent.sessions and (agent.sessions[index + 1] or agent.sessions[1])
  if not session or agent.status == "lost" then
    return without_screen(agent)
  end
  local focused = state.mode == "insert"
  return {
    type = "terminal",
    id = "terminal",
    block = {
      title = terminal_title(state, agent, session),
      borders = "all",
      border_style = theme.style(state.is_scrolled and "attention" or focused and "accent" or "border"),
    },
    props = { agent_index = state.selected_agent_index, pty_index = index },
  }
end

--- @param state table `_tui_state` with terminal_rows, terminal_cols, is_scrolled, scroll_offset, …
--- @return table the tree of nodes
function render(state)
  return {
    type = "hsplit",
    constraints = { "15%", "85%" },
    children = { agent_list(state), terminal(state) },
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
