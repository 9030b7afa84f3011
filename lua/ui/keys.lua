--- The keys of a mode, as people read them.

local M = {}

--- Modes by what people call them.
local MODE_NAMES = {
  insert = "typing into the agent",
  ended = "an agent whose program has ended",
  normal = "the agent list",
  menu = "the menu",
  palette = "the palette",
  palette_arguments = "the arguments of a command",
  choose_theme = "choosing a theme",
  filter_agents = "narrowing the list",
  tour = "the tour",
  copy = "copy mode",
  search = "searching",
  new_agent_select_profile = "a new agent, its profile",
  new_agent_select_worktree = "a new agent, its place",
  new_agent_create_worktree = "a new agent, its branch",
  new_agent_command = "a new agent, its command",
  new_agent_prompt = "a new agent, its prompt",
  rename_agent = "renaming an agent",
  add_session_select_type = "adding a session",
  remove_session_select = "removing a session",
  question_select = "answering a question",
  question_answer = "answering a question",
  restore_agents = "restoring agents",
  error = "a message",
  close_agent_confirm = "closing an agent",
  connection_code = "connecting a device",
  trust = "the repository's configuration",
  trust_file = "a file of it",
}

function M.mode_name(mode)
  return MODE_NAMES[mode] or (mode:gsub("_", " "))
end

--- "shift+pageup" → "shift+pgup": short enough for a column.
function M.short(key)
  return (key:gsub("pageup", "pgup"):gsub("pagedown", "pgdn"):gsub("escape", "esc"):gsub("backspace", "bksp"))
end

--- Sorts keys, the shortest first, and returns them.
function M.shortest_first(keys)
  table.sort(keys, function(a, b)
    if #a ~= #b then
      return #a < #b
    end
    return a < b
  end)
  return keys
end

--- The keys of a mode, those of the same meaning together, in the order of the catalog: {keys, desc, action} each.
function M.grouped(mode)
  local catalog = require("ui.catalog")
  local place = {}
  for position, name in ipairs(catalog.names()) do
    place[name] = position
  end
  local groups, by_meaning = {}, {}
  for _, entry in ipairs(botster.keymap.effective(mode)) do
    local meaning = type(entry.action) == "string" and entry.action .. "\0" .. entry.desc or entry.key
    local group = by_meaning[meaning]
    if not group then
      group = { keys = {}, desc = entry.desc, action = entry.action, place = place[entry.action] or 1000 }
      by_meaning[meaning] = group
      groups[#groups + 1] = group
    end
    group.keys[#group.keys + 1] = M.short(entry.key)
  end
  for _, group in ipairs(groups) do
    M.shortest_first(group.keys)
  end
  table.sort(groups, function(a, b)
    if a.place ~= b.place then
      return a.place < b.place
    end
    return a.desc < b.desc
  end)
  return groups
end

--- Action → its shortest key in a mode.
function M.by_action(mode)
  local keys = {}
  for _, group in ipairs(M.grouped(mode)) do
    if type(group.action) == "string" then
      keys[group.action] = group.keys[1]
    end
  end
  return keys
end

return M
