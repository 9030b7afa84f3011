--- What stands above everything else, by mode: menu, lists, inputs, questions. layout.lua shows the one of the mode the
--- TUI is in. An extension adds one with `require("ui.overlays").my_mode = function(state) … end`.

local agent_list = require("ui.agent_list")
local agents = require("ui.agents")
local boxes = require("ui.boxes")
local first_run = require("ui.first_run")
local help = require("ui.help")
local branch_taken = require("ui.branch_taken")
local meant = require("ui.meant")
local new_agent = require("ui.new_agent")
local palette = require("ui.palette")
local questions = require("ui.questions")
local theme = require("ui.theme")
local reading = require("ui.reading")

local block, centered, list_overlay, input_overlay = boxes.block, boxes.centered, boxes.list, boxes.input

local overlays = {
  palette = palette.overlay,
  palette_arguments = palette.arguments_overlay,
  help = help.overlay,
  choose_theme = theme.overlay,
  search = reading.search_overlay,
  tour = first_run.tour_overlay,
  filter_agents = agent_list.filter_overlay,
  question_select = questions.overlays.question_select,
  question_answer = questions.overlays.question_answer,
  restore_agents = questions.overlays.restore_agents,
}

for mode, overlay in pairs(require("ui.trust").overlays) do
  overlays[mode] = overlay
end

function overlays.menu(state)
  local agent = agents.selected(state)
  local items = { { text = "New agent", action = "new_agent" } }
  local asked = #(_tui_state.questions or {})
  if asked > 0 then
    items[#items + 1] = { text = ("Answer a question (%d)"):format(asked), action = "answer_question" }
  end
  if agent then
    items[#items + 1] = { text = "Close agent", action = "close_agent" }
    items[#items + 1] = { text = "Rename agent", action = "rename_agent" }
    items[#items + 1] = { text = "Add session", action = "add_session" }
    if agent.sessions and #agent.sessions > 1 then
      items[#items + 1] = { text = "Remove session", action = "remove_session" }
    end
  end
  if state.repository and state.repository.state ~= "none" then
    items[#items + 1] = { text = "Repository configuration", action = "repository_config" }
  end
  items[#items + 1] = { text = "Refresh", action = "refresh_and_close" }
  items[#items + 1] = { text = "Detach", action = "detach" }
  for position, item in ipairs(items) do
    item.text = { { text = tostring(position), style = theme.colors.faint }, " " .. item.text }
  end
  return list_overlay(state, "Menu", items, 35)
end

for mode, draw in pairs(new_agent.overlays) do
  overlays[mode] = draw
end

function overlays.rename_agent(state)
  local name = meant.other_name()
  return input_overlay(state, "Rename agent", name and ("New name (%s):"):format(name) or "New name:")
end

function overlays.close_agent_confirm(state)
  local agent = meant.agent()
  local in_worktree = agent and agent.in_worktree
  local function key(name)
    return { text = name, style = theme.style("accent", "bold") }
  end
  local lines = { agent and ("Close %s?"):format(agents.name(agent)) or "It is gone already." }
  if not agent then
    lines[2] = { key("esc"), "  close this" }
  elseif (state.screen_rows or 24) < 8 then -- in as few lines as there are
    lines[2] = { key("y"), " yes, ", key("n"), " no" }
    lines[3] = in_worktree and { key("d"), " with worktree" } or nil
  else
    lines[2] = ""
    lines[3] = { key("y"), in_worktree and "  close it; its worktree stays" or "  close it" }
    lines[4] = in_worktree and { key("d"), "  close it and delete its worktree" } or nil
    lines[#lines + 1] = { key("n"), "  keep it running" }
  end
  local child = { type = "paragraph", block = block("Close agent"), props = { lines = lines, wrap = true } }
  return centered(state, 50, nil, #lines, 36, child)
end

function overlays.add_session_select_type(state)
  local items = {}
  for _, kind in ipairs(state.available_session_types) do
    local name = type(kind) == "table" and kind.name or kind
    items[#items + 1] = {
      text = type(kind) == "table" and kind.label or name,
      secondary = type(kind) == "table" and kind.description or nil,
      action = { action = "choose_session_type", name = name },
    }
  end
  if #items == 0 then
    items[1] = { text = "Shell", action = { action = "choose_session_type" } }
  end
  return list_overlay(state, "Add session", meant.items(items))
end

function overlays.remove_session_select(state)
  local agent = meant.agent()
  local items = {}
  for position, session in ipairs(agent and agent.sessions or {}) do
    if position > 1 then
      items[#items + 1] = { text = session.name, action = { action = "choose_session_to_remove", name = session.name } }
    end
  end
  return list_overlay(state, "Remove session", meant.items(items))
end

function overlays.connection_code(state)
  return centered(state, 0, nil, math.max(2, state.qr_height or 0) + 2, math.max(40, state.qr_width or 0), {
    type = "connection_code",
    block = block("Connect a device"),
    props = {
      header = { "Scan to connect" },
      used_header = { "This code was used. r makes a new one." },
      footer = { "c copy the link · r new code · esc close" },
    },
  })
end

function overlays.error(state)
  local message = tostring(state.error_message or "")
  local least = state.failed_agent and 50 or 44
  local lines = { message, "" }
  if state.failed_agent then
    for _, more in ipairs({ branch_taken.lines(), new_agent.failure_lines() }) do
      table.move(more, 1, #more, #lines + 1, lines)
    end
  else
    lines[3] = { { text = "Esc closes this.", style = theme.colors.faint } }
  end
  local height = #lines - 1
  for line in (message .. "\n"):gmatch("(.-)\n") do
    height = height + math.max(1, #boxes.wrap(state, line, 60, 0, least))
  end
  return centered(state, 60, nil, height, least, {
    type = "paragraph",
    block = block(state.failed_agent and "No agent" or "Error", theme.style("error")),
    props = { lines = lines, wrap = true },
  })
end

return overlays
