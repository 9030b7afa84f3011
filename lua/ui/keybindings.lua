--- Which key does what in which mode. To change a few keys, use `botster.keymap.set` in ~/.botster/lua/user/ui/*.lua;
--- to change all of them, copy this file to ~/.botster/lua/ui/keybindings.lua.
---
--- Actions that start with `scroll_`, `list_` and `input_` are carried out by the host (except `list_select` and
--- `input_submit`, which it prepares); all others go to actions.lua.

local ended = require("ui.ended")

local M = {}

--- Adds what `more` holds to a copy of `base`.
local function extend(base, more)
  local merged = {}
  for key, action in pairs(base) do
    merged[key] = action
  end
  for key, action in pairs(more) do
    merged[key] = action
  end
  return merged
end

local everywhere = {
  ["ctrl+p"] = "open_palette",
  ["f1"] = "show_help",
  ["f2"] = "focus_list",
  ["f3"] = "next_waiting",
  ["f10"] = "open_menu",
  ["ctrl+j"] = "next_agent",
  ["ctrl+k"] = "previous_agent",
  ["f9"] = "lock_keys",
  ["alt+;"] = "last_agent",
  ["ctrl+]"] = "next_session",
  ["ctrl+r"] = "refresh",
  ["ctrl+q"] = "detach",
  ["shift+pageup"] = "scroll_half_up",
  ["shift+pagedown"] = "scroll_half_down",
  ["shift+home"] = "scroll_top",
  ["shift+end"] = "scroll_bottom",
  ["alt+pageup"] = "previous_prompt",
  ["alt+pagedown"] = "next_prompt",
  ["alt+/"] = "search_history",
  ["alt+y"] = "copy_mode",
  ["alt+z"] = "toggle_zoom",
  ["alt+\\"] = "split_right",
  ["alt+-"] = "split_below",
  ["alt+o"] = "next_pane",
  ["alt+0"] = "close_pane",
  ["ctrl+alt+left"] = "pane_left",
  ["ctrl+alt+right"] = "pane_right",
  ["ctrl+alt+up"] = "pane_up",
  ["ctrl+alt+down"] = "pane_down",
}

local list = {
  ["escape"] = "close_modal",
  ["q"] = "close_modal",
  ["ctrl+p"] = "close_modal",
  ["ctrl+q"] = "detach",
  ["?"] = "show_help",
  ["f1"] = "show_help",
  ["up"] = "list_up",
  ["k"] = "list_up",
  ["down"] = "list_down",
  ["j"] = "list_down",
  ["pageup"] = "list_page_up",
  ["pagedown"] = "list_page_down",
  ["home"] = "list_first",
  ["end"] = "list_last",
  ["enter"] = "list_select",
  ["space"] = "list_select",
}

local input = {
  ["escape"] = "close_modal",
  ["ctrl+q"] = "detach",
  ["f1"] = "show_help",
  ["enter"] = "input_submit",
  ["shift+enter"] = "input_newline",
  ["alt+enter"] = "input_newline",
  ["backspace"] = "input_backspace",
  ["delete"] = "input_delete",
  ["ctrl+backspace"] = "input_word_backspace",
  ["alt+backspace"] = "input_word_backspace",
  ["ctrl+w"] = "input_word_backspace",
  ["ctrl+u"] = "input_clear",
  ["left"] = "input_left",
  ["right"] = "input_right",
  ["up"] = "input_up",
  ["down"] = "input_down",
  ["home"] = "input_home",
  ["end"] = "input_end",
  ["ctrl+a"] = "input_home",
  ["ctrl+e"] = "input_end",
  ["ctrl+left"] = "input_word_left",
  ["ctrl+right"] = "input_word_right",
  ["alt+left"] = "input_word_left",
  ["alt+right"] = "input_word_right",
}

--- A field to type into above a list: both have the focus.
local filter = extend(input, {
  ["ctrl+p"] = "close_modal",
  ["enter"] = "list_select",
  ["up"] = "list_up",
  ["down"] = "list_down",
  ["ctrl+k"] = "list_up",
  ["ctrl+j"] = "list_down",
  ["pageup"] = "list_page_up",
  ["pagedown"] = "list_page_down",
})

--- On the way to a new agent; leaving it keeps what was typed.
local steps = { ["escape"] = "leave_new_agent", ["backtab"] = "new_agent_back", ["ctrl+b"] = "new_agent_back" }

local question = {
  ["escape"] = "close_modal",
  ["q"] = "close_modal",
  ["ctrl+q"] = "detach",
  ["?"] = "show_help",
  ["f1"] = "show_help",
}

--- Copy mode: a cursor in the terminal's text, moved as in vi or with the arrow keys.
local copy = {
  ["escape"] = "copy_escape",
  ["q"] = "leave_copy_mode",
  ["i"] = "leave_copy_mode",
  ["ctrl+c"] = "leave_copy_mode",
  ["alt+y"] = "leave_copy_mode",
  ["ctrl+p"] = "open_palette",
  ["ctrl+q"] = "detach",
  ["f1"] = "show_help",
  ["h"] = "copy_left",
  ["left"] = "copy_left",
  ["backspace"] = "copy_left",
  ["j"] = "copy_down",
  ["down"] = "copy_down",
  ["ctrl+j"] = "copy_down",
  ["k"] = "copy_up",
  ["up"] = "copy_up",
  ["ctrl+k"] = "copy_up",
  ["l"] = "copy_right",
  ["right"] = "copy_right",
  ["w"] = "copy_word_next",
  ["ctrl+right"] = "copy_word_next",
  ["b"] = "copy_word_previous",
  ["ctrl+left"] = "copy_word_previous",
  ["e"] = "copy_word_end",
  ["W"] = "copy_big_word_next",
  ["B"] = "copy_big_word_previous",
  ["E"] = "copy_big_word_end",
  ["0"] = "copy_line_start",
  ["home"] = "copy_line_start",
  ["^"] = "copy_line_first",
  ["$"] = "copy_line_end",
  ["end"] = "copy_line_end",
  ["g"] = "copy_top",
  ["shift+home"] = "copy_top",
  ["G"] = "copy_bottom",
  ["shift+end"] = "copy_bottom",
  ["H"] = "copy_screen_top",
  ["M"] = "copy_screen_middle",
  ["L"] = "copy_screen_bottom",
  ["ctrl+u"] = "copy_half_up",
  ["shift+pageup"] = "copy_half_up",
  ["ctrl+d"] = "copy_half_down",
  ["shift+pagedown"] = "copy_half_down",
  ["ctrl+b"] = "copy_page_up",
  ["pageup"] = "copy_page_up",
  ["ctrl+f"] = "copy_page_down",
  ["pagedown"] = "copy_page_down",
  ["{"] = "copy_paragraph_up",
  ["}"] = "copy_paragraph_down",
  ["["] = "previous_prompt",
  ["alt+pageup"] = "previous_prompt",
  ["]"] = "next_prompt",
  ["alt+pagedown"] = "next_prompt",
  ["v"] = "select_char",
  ["space"] = "select_char",
  ["V"] = "select_line",
  ["ctrl+v"] = "select_block",
  ["o"] = "other_end_or_link",
  ["y"] = "copy_and_leave",
  ["enter"] = "copy_and_leave",
  ["/"] = "search_forward",
  ["?"] = "search_backward",
  ["alt+/"] = "search_backward",
  ["n"] = "search_next",
  ["N"] = "search_previous",
  ["p"] = "open_history_in_pager",
  ["ctrl+g"] = "open_history_in_editor",
  ["alt+z"] = "toggle_zoom",
  ["alt+o"] = "next_pane",
}

--- Typing what to search for.
local search = extend(input, {
  ["escape"] = "search_cancel",
  ["ctrl+c"] = "search_cancel",
  ["enter"] = "search_accept",
  ["up"] = "search_up",
  ["down"] = "search_down",
})
search["shift+enter"], search["alt+enter"] = nil, nil

--- Key to action, by mode. A sequence of keys is written with blanks between them: "ctrl+x g".
M.modes = {
  insert = extend(everywhere, { ["f4"] = "type_next_key" }),
  normal = extend(everywhere, {
    ["up"] = "previous_agent",
    ["k"] = "previous_agent",
    ["down"] = "next_agent",
    ["j"] = "next_agent",
    ["enter"] = "focus_agent",
    ["i"] = "focus_agent",
    ["escape"] = "focus_agent",
    ["n"] = "new_agent",
    ["m"] = "open_menu",
    ["tab"] = "next_waiting",
    ["r"] = "rename_agent",
    ["x"] = "close_agent",
    ["s"] = "next_sort",
    ["g"] = "toggle_groups",
    ["/"] = "filter_agents",
    ["M"] = "toggle_mute",
    ["t"] = "tour",
    ["?"] = "show_help",
  }),
  menu = list,
  palette = extend(filter, { ["tab"] = "palette_arguments" }),
  palette_arguments = input,
  choose_theme = list,
  tour = extend(question, {
    ["enter"] = "tour_next",
    ["space"] = "tour_next",
    ["right"] = "tour_next",
    ["left"] = "tour_back",
  }),
  filter_agents = extend(input, { ["escape"] = "clear_filter" }),
  help = extend(list, {
    ["escape"] = "close_help",
    ["q"] = "close_help",
    ["?"] = "close_help",
    ["f1"] = "close_help",
    ["enter"] = "close_help",
    ["space"] = "close_help",
  }),
  new_agent_select_profile = extend(list, steps),
  new_agent_select_worktree = extend(list, steps),
  new_agent_create_worktree = extend(input, steps),
  new_agent_command = extend(input, steps),
  new_agent_prompt = extend(input, steps),
  rename_agent = input,
  add_session_select_type = list,
  remove_session_select = list,
  question_select = list,
  question_answer = input,
  restore_agents = list,
  close_agent_confirm = extend(question, {
    ["y"] = "confirm_close",
    ["enter"] = "confirm_close",
    ["d"] = "confirm_close_and_delete",
    ["n"] = "close_modal",
  }),
  connection_code = extend(question, {
    ["enter"] = "close_modal",
    ["c"] = "copy_connection_url",
    ["r"] = "regenerate_connection_code",
  }),
  copy = copy,
  search = search,
  error = extend(question, {
    ["enter"] = "retry_new_agent",
    ["r"] = "reuse_branch",
    ["s"] = "suffix_branch",
    ["space"] = "close_modal",
  }),
}

--- Where the program that is typed into has ended; all others are those of `insert`.
M.modes.ended = ended.keys

local trust = require("ui.trust")
M.modes.trust = extend(list, trust.keys.trust)
M.modes.trust_file = trust.keys.trust_file

--- A mode that this file does not know still leaves with escape.
local unknown_mode = { ["escape"] = "close_modal", ["ctrl+q"] = "detach" }

--- Modes of extensions, by what they showed at the last key: a list, an input, or both.
M.own_modes = {}

local function keys_of_own_mode(mode, context)
  local has_list = (context.list_count or 0) > 0
  local keys = has_list and context.has_input and filter or context.has_input and input or has_list and list or unknown_mode
  M.own_modes[mode] = keys
  return keys
end

--- Modes in which a character that is bound to nothing is typed into the focused input.
M.typing = {
  palette = true,
  palette_arguments = true,
  filter_agents = true,
  new_agent_create_worktree = true,
  new_agent_command = true,
  new_agent_prompt = true,
  rename_agent = true,
  question_answer = true,
  search = true,
}

--- The character that a key stands for, or nil: descriptors of text keys are the character itself.
local function character(key)
  if key == "space" then
    return " "
  end
  return utf8.len(key) == 1 and key or nil
end

--- @param key string descriptor: "ctrl+p", "enter", "a"
--- @param mode string
--- @param context {list_count: integer, terminal_rows: integer, has_input: boolean?}
--- @return {action: string, char?: string, index?: integer}? nil: the key goes to the program (in mode "insert" only)
function M.handle_key(key, mode, context)
  if mode == "error" and key ~= "ctrl+q" and ended.is_blind() then
    return { action = "typed_blindly" }
  end
  local own = not M.modes[mode]
  local action = (M.modes[mode] or keys_of_own_mode(mode, context))[key]
  if action then
    return { action = action }
  end
  if mode == "insert" then
    ended.typed()
    return nil
  end
  if M.typing[mode] or (own and context.has_input) then
    local char = character(key)
    return char and { action = "input_char", char = char } or nil
  end
  if mode == "menu" and key:match("^[1-9]$") then
    local index = tonumber(key) - 1
    return index < (context.list_count or 0) and { action = "list_select", index = index } or nil
  end
  return nil
end

return M
