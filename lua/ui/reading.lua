--- Reading what a terminal shows and has shown: copy mode, searching, prompts, links, the history in another program.
--- The host keeps cursor, selection and matches and draws them; these actions say when.

local boxes = require("ui.boxes")
local keys = require("ui.keys")
local ops = require("ui.ops")

local M = { handlers = {} }

local handlers = M.handlers

-- copy mode ------------------------------------------------------------------------------------------------------

function handlers.copy_mode()
  return { { op = "copy_mode" }, ops.set_mode("copy") }
end

function handlers.leave_copy_mode()
  return { ops.close() }
end

--- Escape: first out of the selection, then out of copy mode.
function handlers.copy_escape(context)
  if context.selecting then
    return { { op = "action", action = "select_clear" } }
  end
  return handlers.leave_copy_mode()
end

function handlers.copy_and_leave(context)
  if not context.selecting then
    local key = keys.by_action("copy").select_char
    local message = "Nothing was selected, nothing is copied." .. (key and (" %s selects."):format(key) or "")
    return { ops.close(), { op = "notify", message = message, key = "nothing_selected", timeout = 4 } }
  end
  return { { op = "copy_selection" }, ops.close() }
end

--- The mouse selected something: it is copied, and stays selected until the next key or click.
function handlers.mouse_selected()
  return { { op = "copy_selection" } }
end

-- search ---------------------------------------------------------------------------------------------------------

local function search(backward)
  return function()
    _tui_state.search_from = _tui_state.mode == "copy" and "copy" or ops.base_mode()
    return { ops.set_mode("search"), { op = "search", backward = backward } }
  end
end

handlers.search_history = search(true)
handlers.search_backward = search(true)
handlers.search_forward = search(false)

--- Enter without a pattern looks for the last one again.
function handlers.search_accept(context)
  if context.search and context.search.error then
    return { ops.notify(context.search.error, "error") } -- the title has no room for all of it
  end
  local pattern = _tui_state.input_buffer
  local again = pattern == "" and _tui_state.last_search
  if pattern ~= "" then
    _tui_state.last_search = pattern
  elseif not again then
    return handlers.search_cancel(context)
  end
  local operations = { { op = "search_accept" }, ops.set_mode("copy") }
  if again then
    table.insert(operations, 1, { op = "search", pattern = again, backward = context.search and context.search.backward })
  end
  return operations
end

function handlers.search_cancel()
  return { { op = "search_cancel" }, ops.set_mode(_tui_state.search_from or ops.base_mode()) }
end

--- "3 of 120", or what is wrong.
local function progress(search)
  if not search or search.pattern == "" then
    return nil
  elseif search.error then
    return search.error
  elseif search.count == 0 then
    return search.complete and "nothing found" or "searching…"
  end
  local count = search.complete and tostring(search.count) or search.count .. "+"
  return search.current and ("%d of %s"):format(search.current, count) or count .. " found"
end

--- For titles: what is being done with the terminal's text, or nil.
function M.status(state)
  local parts = {}
  if state.copy_mode then
    parts[#parts + 1] = state.selecting and "COPY: " .. state.selecting or "COPY"
  end
  if state.search and state.mode ~= "search" and not state.selecting then
    local found = progress(state.search)
    parts[#parts + 1] = found and ("%s: %s"):format(state.search.pattern, found)
  end
  return #parts > 0 and table.concat(parts, " · ") or nil
end

--- {action, what it does} of copy mode: to begin with, after a search, and once something is selected.
local COPY_KEYS = { { "select_char", "select" }, { "copy_escape", "leave" }, { "show_help", "keys" } }
local MATCH_KEYS = {
  { "search_next", "next" },
  { "select_char", "select" },
  { "copy_escape", "leave" },
  { "search_previous", "previous" },
}
local SELECTING_KEYS = { { "copy_and_leave", "copy" }, { "copy_escape", "unselect" } }

--- For titles: the keys to know in copy mode, "v select, esc leave"; or nil.
function M.hint(state)
  if state.mode ~= "copy" then
    return nil
  end
  local key_of, words = keys.by_action("copy"), {}
  for _, entry in ipairs(state.selecting and SELECTING_KEYS or state.search and MATCH_KEYS or COPY_KEYS) do
    local key = key_of[entry[1]]
    words[#words + 1] = key and ("%s %s"):format(key, entry[2])
  end
  return table.concat(words, ", ")
end

function M.search_overlay(state)
  local search = state.search
  local title = not search and "Search" or search.backward and "Search up" or "Search down"
  local found = progress(search)
  return {
    type = "centered",
    anchor = "top_right",
    width = tostring(math.min(50, state.screen_cols or 80)),
    height = "3",
    child = {
      type = "input",
      id = "search",
      block = boxes.block(found and ("%s · %s"):format(title, found) or title),
      props = { placeholder = boxes.faint("text or regex · enter goes there · esc back") },
    },
  }
end

-- elsewhere ------------------------------------------------------------------------------------------------------

function handlers.previous_prompt()
  return { { op = "go_to_prompt", direction = "up" } }
end

function handlers.next_prompt()
  return { { op = "go_to_prompt", direction = "down" } }
end

--- A click on a link while ctrl is held; by key, the link under the cursor of copy mode.
function handlers.open_link(_, item)
  return { { op = "open_link", url = item.url } }
end

--- `o` in copy mode: the other end of the selection, or, without one, the link under the cursor.
function handlers.other_end_or_link(context)
  if context.selecting then
    return { { op = "action", action = "select_other_end" } }
  end
  return { { op = "open_link" } }
end

function handlers.open_history_in_pager()
  return { { op = "open_history", program = "pager" } }
end

function handlers.open_history_in_editor()
  return { { op = "open_history", program = "editor" } }
end

return M
