--- What somebody sees who has no agents yet: what to do next, and a tour of six keys.

local boxes = require("ui.boxes")
local keys = require("ui.keys")
local ops = require("ui.ops")
local theme = require("ui.theme")

local M = { handlers = {} }

local function key_line(key, text)
  return { { text = "  " .. key .. (" "):rep(math.max(1, 8 - utf8.len(key))), style = theme.style("accent", "bold") }, text }
end

--- The panel beside an empty list.
function M.welcome(state)
  local lines
  if not state.agents_known or (state.hub_status and state.hub_status ~= "connected") then
    lines = { "", { { text = "  Connecting to the hub…", style = theme.colors.faint } } }
  else
    local key_of, anywhere = keys.by_action("normal"), keys.by_action("insert")
    local function key(action)
      return anywhere[action] or key_of[action] or "?" -- what is learned here should do where one types, too
    end
    lines = {
      "",
      { { text = "  No agents yet.", style = "bold" } },
      "",
      "  An agent is a program in a terminal of its own:",
      "  claude, codex, gemini, a shell. It works on a branch",
      "  in its own worktree, and goes on when you leave.",
      "",
      key_line(key("new_agent"), "start one: branch, command, prompt"),
      key_line(key("tour"), "a tour of six keys"),
      key_line(key("open_palette"), "everything else, by name"),
      key_line(key("show_help"), "all keys, wherever you are"),
      key_line(key("detach"), "leave; agents keep running"),
      "",
      { { text = "  Something does not work? botster doctor says why.", style = theme.colors.faint } },
    }
  end
  return {
    type = "paragraph",
    block = { title = " botster ", borders = "all", border_style = theme.style("border") },
    props = { lines = lines, wrap = true },
  }
end

--- {action, what it is good for}
local TOUR = {
  { "open_palette", "Everything has a name. Type a few letters of it, and enter runs it." },
  { "new_agent", "In the agent list: a new agent, on a branch and in a worktree of its own." },
  { "next_agent", "The next agent. You type into the one whose terminal you see." },
  { "next_waiting", "The next agent that waits for you, wherever it is in the list." },
  { "scroll_half_up", "Back through what the agent printed. Typing leads to the end again." },
  { "detach", "Leave. Agents keep running; botster brings you back to the same screens." },
}

function M.handlers.tour()
  _tui_state.tour = 1
  return { ops.set_mode("tour") }
end

function M.handlers.tour_next()
  if (_tui_state.tour or 1) >= #TOUR then
    _tui_state.tour = nil
    return { ops.close() }
  end
  _tui_state.tour = (_tui_state.tour or 1) + 1
  return {}
end

function M.handlers.tour_back()
  _tui_state.tour = math.max(1, (_tui_state.tour or 1) - 1)
  return {}
end

function M.tour_overlay(state)
  local place = math.min(state.tour or 1, #TOUR)
  local action, text = TOUR[place][1], TOUR[place][2]
  local key = keys.by_action("insert")[action] or keys.by_action("normal")[action] or "?"
  local dots = {}
  for step = 1, #TOUR do
    dots[step] = { text = step == place and "● " or "○ ", style = theme.style("accent") }
  end
  local lines = {
    "",
    { { text = key, style = theme.style("accent", "bold") } },
    "",
    text,
    "",
    dots,
    { { text = "enter goes on, left goes back, esc leaves", style = theme.colors.faint } },
  }
  if (state.screen_rows or 24) < 8 then -- where blank lines would be all there is
    lines = { { lines[2][1], ": " .. text } }
  end
  local block = boxes.block(("Six keys: %d"):format(place))
  local child = { type = "paragraph", block = block, props = { lines = lines, wrap = true, alignment = "center" } }
  return boxes.centered(state, 50, nil, #lines + 1, 44, child)
end

return M
