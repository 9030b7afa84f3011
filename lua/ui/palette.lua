--- The palette: every action, every command of the hub and every agent by name, found by typing a few letters of it.

local agents = require("ui.agents")
local boxes = require("ui.boxes")
local catalog = require("ui.catalog")
local keys = require("ui.keys")
local ops = require("ui.ops")
local theme = require("ui.theme")

local M = { handlers = {} }

local handlers = M.handlers

function handlers.open_palette()
  _tui_state.palette = { mode = ops.base_mode() }
  return { ops.send({ type = "list_commands" }), ops.set_mode("palette") }
end

--- An action runs as if its key were pressed where the palette was opened.
function handlers.run_from_palette(_, item)
  return { ops.close(), { op = "action", action = item.run } }
end

local function run_command(name, arguments)
  local message = {}
  for key, value in pairs(arguments or {}) do
    message[key] = value
  end
  local agent = agents.selected(_tui_state)
  message.agent = message.agent or agent and agent.id
  message.type = name
  _tui_state.awaiting = { command = name, show = true }
  return { ops.command(message), ops.close() }
end

function handlers.run_command(_, item)
  return run_command(item.command)
end

--- Tab: what a command of the hub should be told besides the selected agent.
function handlers.palette_arguments(context)
  local choice = context.overlay_actions[_tui_state.list_selected + 1]
  if type(choice) ~= "table" or choice.action ~= "run_command" then
    return nil
  end
  _tui_state.pending_fields = { command = choice.command, description = choice.description }
  return { ops.set_mode("palette_arguments") }
end

--- `name=value name="two words" count=3 flag=true` → a table, or nil and what is wrong
local function parse_arguments(text)
  local arguments, rest = {}, text
  while rest:match("%S") do
    local name, after = rest:match("^%s*([%w_]+)=(.*)$")
    if not name then
      return nil, "Expected name=value, got " .. rest:match("^%s*(%S+)")
    end
    local value, left = after:match('^"([^"]*)"(.*)$')
    if value then
      arguments[name] = value
    else
      value, left = after:match("^(%S*)(.*)$")
      if value == "true" or value == "false" then
        arguments[name] = value == "true"
      else
        arguments[name] = tonumber(value) or value
      end
    end
    rest = left
  end
  return arguments
end

function M.submit_arguments(text)
  local arguments, problem = parse_arguments(text)
  if not arguments then
    _tui_state.pending_fields.problem = problem
    return {}
  end
  return run_command(_tui_state.pending_fields.command, arguments)
end

-- what there is ----------------------------------------------------------------------------------------------------

local function action_entry(name, key)
  return { text = catalog.describe(name), key = key, action = { action = "run_from_palette", run = name } }
end

--- Actions in the catalog's order, then those that only a key or a registration tells of.
local function action_entries(state)
  local mode = state.palette and state.palette.mode or ops.base_mode()
  local key_of = keys.by_action(mode)
  local has_agent = agents.selected(state) ~= nil
  local entries, seen = {}, {}
  local function add(name, description)
    if seen[name] or not catalog.is_offered(name, has_agent) then
      return
    end
    seen[name] = true
    local entry = action_entry(name, key_of[name])
    entry.text = description or entry.text
    entries[#entries + 1] = entry
  end
  local described = {}
  for _, action in ipairs(botster.action.list()) do
    described[action.name] = action.desc
  end
  for _, name in ipairs(catalog.names()) do
    add(name, described[name])
  end
  for _, group in ipairs(keys.grouped(mode)) do
    if type(group.action) == "string" then
      add(group.action, group.desc)
    end
  end
  for _, action in ipairs(botster.action.list()) do
    add(action.name, action.desc)
  end
  return entries
end

local function command_entries(state)
  local entries = {}
  for _, command in ipairs(state.available_commands or {}) do
    if catalog.is_command_offered(command) then
      entries[#entries + 1] = {
        text = ("%s: %s"):format(command.type, command.description),
        key = "hub",
        action = { action = "run_command", command = command.type, description = command.description },
      }
    end
  end
  return entries
end

--- The agents by name, but for the one that is seen: choosing one leads there.
local function agent_entries(state)
  local entries = {}
  for position, agent in ipairs(state.agents) do
    if position - 1 ~= state.selected_agent_index then
      entries[#entries + 1] = {
        text = agents.name(agent),
        key = agents.state(agent) or "agent",
        action = { action = "select_agent", index = position - 1 },
      }
    end
  end
  return entries
end

--- Everything the palette offers: {text, key?, action} each.
function M.entries(state)
  local entries = action_entries(state)
  for _, more in ipairs({ command_entries(state), agent_entries(state) }) do
    table.move(more, 1, #more, #entries + 1, entries)
  end
  return entries
end

-- the overlay ------------------------------------------------------------------------------------------------------

--- A text with the characters at `positions` in another style.
local function highlighted(text, positions)
  local found = {}
  for _, position in ipairs(positions) do
    found[position] = true
  end
  local spans, place = {}, 0
  for _, code in utf8.codes(text) do
    place = place + 1
    local style = found[place] and theme.style("attention", "bold") or nil
    local last = spans[#spans]
    if last and (last.style ~= nil) == (style ~= nil) then
      last.text = last.text .. utf8.char(code)
    else
      spans[#spans + 1] = { text = utf8.char(code), style = style }
    end
  end
  return spans
end

--- Columns of the list's texts at least and at most: all actions and their keys are seen whole, not all that plugins say.
local LEAST_COLUMNS, MOST_COLUMNS = 50, 70

function M.overlay(state)
  local entries, texts, columns = M.entries(state), {}, LEAST_COLUMNS
  for position, entry in ipairs(entries) do
    texts[position] = entry.text
    columns = math.max(columns, boxes.columns_of_item({ text = entry.text, right = entry.key }))
  end
  local query = state.input_buffer or ""
  local items = {}
  for _, match in ipairs(botster.fuzzy(query, texts)) do
    local entry = entries[match.index]
    items[#items + 1] = {
      text = highlighted(entry.text, match.positions),
      right = entry.key and { { text = entry.key, style = theme.colors.faint } } or nil,
      action = entry.action,
    }
  end
  local input = {
    type = "input",
    id = "palette",
    block = boxes.block("Palette"),
    props = { placeholder = boxes.faint("Type a few letters; enter runs, esc leaves") },
  }
  local list = {
    type = "list",
    id = "palette: " .. query, -- another query begins at its best match
    block = boxes.block(("%d of %d"):format(#items, #entries), theme.style("border")),
    props = { items = items, highlight_style = theme.colors.highlight, highlight_symbol = "> " },
  }
  if #items == 0 then
    list = {
      type = "paragraph",
      block = list.block,
      props = { lines = { { { text = "Nothing fits. Esc leaves.", style = theme.colors.faint } } } },
    }
  end
  local is_low = (state.screen_rows or 24) < 12
  if is_low then
    input.block = nil
  end
  local split = { type = "vsplit", constraints = { is_low and "1" or "3", "min:3" }, children = { input, list } }
  return boxes.centered(state, 60, 70, 12, math.min(columns, MOST_COLUMNS), split)
end

function M.arguments_overlay(state)
  local fields = state.pending_fields or {}
  local title = tostring(fields.command)
  return boxes.input(state, title, fields.description or "", "name=value …; without agent= the selected one is meant.")
end

return M
