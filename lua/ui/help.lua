--- The keys of a mode: the overlay of `show_help`, and the hints while a sequence of keys waits for its next one.

local boxes = require("ui.boxes")
local keys = require("ui.keys")
local ops = require("ui.ops")
local theme = require("ui.theme")

local M = { handlers = {} }

--- Remembers where it was called from, so that leaving leads back there with nothing lost.
function M.handlers.show_help()
  local mode = _tui_state.mode
  _tui_state.help = { mode = mode, input = _tui_state.input_buffer, first = require("ui.ended").key_mode(mode) }
  return { ops.set_mode("help") }
end

function M.handlers.close_help()
  local from = _tui_state.help
  _tui_state.help = nil
  return { from and ops.set_mode(from.mode, from.input) or ops.close() }
end

--- What is no key of a keymap, by mode.
local function further_keys(mode)
  if mode == "menu" then
    return { { "1-9", "Choose by number" } }
  elseif mode == "insert" then
    return { { "others", "Typed into the agent" } }
  elseif _keybindings.typing and _keybindings.typing[mode] then
    return { { "others", "Typed into the field" } }
  end
  return {}
end

--- A key, or several, and in a column of its own what it does. `style`: of the key.
local function key_line(names, desc, width, style)
  return { { text = names, style = style or theme.style("accent") }, (" "):rep(math.max(1, width - utf8.len(names))), desc }
end

local function key_item(names, desc, width)
  return { text = key_line(names, desc, width) }
end

--- One line for what is bound twice.
local function conflict_items(mode)
  local items = {}
  for _, conflict in ipairs(botster.keymap.conflicts()) do
    if conflict.mode == mode then
      items[#items + 1] = {
        text = { { text = conflict.key, style = theme.style("attention") }, " ", conflict.second.action },
        secondary = ("of %s, before %s of %s"):format(
          conflict.second.owner,
          conflict.first.action,
          conflict.first.owner
        ),
      }
    end
  end
  if #items > 0 then
    table.insert(items, 1, { text = "Bound twice", header = true, style = "bold" })
  end
  return items
end

--- What the signs of the agent list mean.
local SIGNS = {
  { "?", "Waits for you" },
  { "✗", "Failed" },
  { "✓", "Done" },
  { "▶", "Works, for so long" },
  { "·", "Idle" },
  { "■", "Its program has ended" },
  { "●", "Something happened that you have not seen" },
  { "✱", "Uncommitted work" },
  { "↑2 ↓1", "Commits ahead of upstream, and behind" },
  { ":8080", "Its port" },
}

local function sign_items(width)
  local items = { { text = "Signs of the list", header = true, style = "bold" } }
  for _, sign in ipairs(SIGNS) do
    items[#items + 1] = key_item(sign[1], sign[2], width)
  end
  return items
end

function M.overlay(state)
  local mode = state.help and state.help.mode or "insert"
  local first = state.help and state.help.first or mode
  local lines, width = {}, 0
  for _, shown in ipairs(first ~= mode and { first, mode } or { mode }) do
    for _, group in ipairs(keys.grouped(shown)) do
      lines[#lines + 1] = { table.concat(group.keys, ", "), group.desc }
    end
  end
  for _, line in ipairs(further_keys(first)) do
    lines[#lines + 1] = line
  end
  for _, line in ipairs(lines) do
    width = math.max(width, utf8.len(line[1]))
  end
  width = math.min(width, math.max(8, (state.screen_cols or 80) // 3)) + 2
  local items = {}
  for _, line in ipairs(lines) do
    items[#items + 1] = key_item(line[1], line[2], width)
  end
  for _, item in ipairs(conflict_items(mode)) do
    items[#items + 1] = item
  end
  if mode == "normal" then
    for _, item in ipairs(sign_items(width)) do
      items[#items + 1] = item
    end
  end
  return boxes.list(state, "Keys: " .. keys.mode_name(first), items, 60)
end

--- The actions that the list tells of while keys go to it, two in a row.
local LIST_KEYS = {
  { { "focus_agent", "type" }, { "new_agent", "new" } },
  { { "rename_agent", "name" }, { "close_agent", "close" } },
  { { "filter_agents", "filter" }, { "show_help", "all keys" } },
}
--- Columns of a key with its word: two of them fit into the narrowest list.
local LIST_KEY_COLUMNS = 9

--- Below the agent list while keys go to it: what the most important ones do.
function M.list_keys()
  local key_of = keys.by_action("normal")
  local lines = {}
  for _, row in ipairs(LIST_KEYS) do
    local line, used = { " " }, 0
    for place, entry in ipairs(row) do
      local key = key_of[entry[1]]
      if key then
        line[#line + 1] = { text = key, style = theme.style("accent") }
        line[#line + 1] = { text = " " .. entry[2], style = theme.colors.faint }
        used = utf8.len(key) + 1 + utf8.len(entry[2])
        line[#line + 1] = place < #row and (" "):rep(math.max(1, LIST_KEY_COLUMNS - used)) or nil
      end
    end
    lines[#lines + 1] = line
  end
  return { type = "paragraph", props = { lines = lines } }
end

--- Rows that `list_keys` takes.
M.LIST_KEYS_ROWS = #LIST_KEYS

--- What the host calls the keys so far where the next one is the program's.
local ANY_KEY = "any key"

--- The overlay while keys of a sequence wait: what the next one may be.
function M.hints(state)
  local prefix = state.pending_keys
  if not prefix then
    return nil
  end
  local lines = {}
  if prefix == ANY_KEY then
    lines[1] = key_line("any key", "is typed into the agent", 8)
  end
  for _, entry in ipairs(botster.keymap.effective(state.mode)) do
    if entry.key:sub(1, #prefix + 1) == prefix .. " " then
      local rest = keys.short(entry.key:sub(#prefix + 2))
      lines[#lines + 1] = key_line(rest, entry.desc, 8)
    end
  end
  lines[#lines + 1] = key_line("esc", { text = "leave", style = theme.colors.faint }, 8, theme.colors.faint)
  return {
    type = "centered",
    anchor = "bottom_right",
    width = tostring(math.min(44, state.screen_cols or 80)),
    height = tostring(math.min(#lines + 2, state.screen_rows or 24)),
    child = { type = "paragraph", block = boxes.block(keys.short(prefix)), props = { lines = lines } },
  }
end

return M
