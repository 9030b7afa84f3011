--- What actions are called where people read of them: the palette, the help, the hints, the documentation.

local M = {}

--- In the palette's order. `agent`: only while one is selected. `command`: the hub's command that the action stands for,
--- which the palette then leaves out. `palette = false`: means something in its own mode only.
local ACTIONS = {
  { "new_agent", "New agent", command = "create_agent" },
  { "discard_new_agent", "Forget the new agent that was begun", palette = false },
  { "leave_new_agent", "Leave; what was typed is kept", palette = false },
  { "new_agent_back", "A step back", palette = false },
  { "retry_new_agent", "Back to what was typed, or leave", palette = false },
  { "reuse_branch", "The branch is taken: use it as it is", palette = false },
  { "suffix_branch", "The branch is taken: another, with a number", palette = false },
  { "close_agent", "Close agent", agent = true, command = "delete_agent" },
  { "rename_agent", "Rename agent", agent = true, command = "rename_agent" },
  { "add_session", "Add session", agent = true, command = "add_session" },
  { "remove_session", "Remove session", agent = true, command = "remove_session" },
  { "next_agent", "Next agent" },
  { "previous_agent", "Previous agent" },
  { "last_agent", "Back to the agent looked at before" },
  { "next_waiting", "Next agent that needs you" },
  { "focus_list", "Go to the agent list" },
  { "filter_agents", "Show only some agents" },
  { "next_sort", "Sort agents: as created, by state, name, recent" },
  { "toggle_groups", "Group agents by profile, or not" },
  { "clear_filter", "Show all agents", palette = false },
  { "next_session", "Next session of the agent", agent = true },
  { "focus_agent", "Type into the agent", palette = false },
  { "type_next_key", "The next key goes to the agent, whatever it is", agent = true },
  { "lock_keys", "Lock: all keys go to the agent, or no longer", agent = true },
  { "scroll_half_up", "Scroll half a page up", agent = true },
  { "scroll_half_down", "Scroll half a page down", agent = true },
  { "scroll_top", "Scroll to the top of the history", agent = true },
  { "scroll_bottom", "Scroll to the bottom", agent = true },
  { "search_history", "Search in the history", agent = true },
  { "copy_mode", "Copy mode: read and select with keys", agent = true },
  { "previous_prompt", "Go to the prompt above", agent = true },
  { "next_prompt", "Go to the prompt below", agent = true },
  { "open_history_in_pager", "Open the history in the pager", agent = true },
  { "open_history_in_editor", "Open the history in the editor", agent = true },
  { "toggle_zoom", "Zoom: this terminal alone", agent = true },
  { "split_right", "Split: another terminal to the right", agent = true },
  { "split_below", "Split: another terminal below", agent = true },
  { "next_pane", "Next terminal of the split", agent = true },
  { "previous_pane", "Previous terminal of the split", agent = true },
  { "pane_left", "Terminal to the left", agent = true },
  { "pane_right", "Terminal to the right", agent = true },
  { "pane_up", "Terminal above", agent = true },
  { "pane_down", "Terminal below", agent = true },
  { "close_pane", "Close this terminal of the split (its agent goes on)", agent = true },
  { "only_pane", "Close all other terminals of the split", agent = true },
  { "show_connection_code", "Connect a device", command = "get_connection_code" },
  { "tour", "Tour of six keys" },
  { "tour_next", "Go on", palette = false },
  { "tour_back", "Go back", palette = false },
  { "show_help", "Keys of this mode" },
  { "toggle_mute", "Mute the agent, or no longer", agent = true },
  { "next_bell_policy", "Bell: of the agent looked at, of all, visual, off" },
  { "dismiss_notices", "Dismiss messages" },
  { "choose_theme", "Theme…" },
  { "open_menu", "Menu" },
  { "open_palette", "Palette", palette = false },
  { "answer_question", "Answer a question of an agent", command = "answer_question" },
  { "restore_agents", "Restore agents that were lost", command = "restore_agents" },
  { "choose_answer", "Choose the answer", palette = false },
  { "refresh", "Refresh", command = "list_agents" },
  { "detach", "Detach (agents keep running)" },
  { "close_modal", "Leave", palette = false },
  { "list_up", "Up", palette = false },
  { "list_down", "Down", palette = false },
  { "list_page_up", "Page up", palette = false },
  { "list_page_down", "Page down", palette = false },
  { "list_first", "First", palette = false },
  { "list_last", "Last", palette = false },
  { "list_select", "Choose", palette = false },
  { "input_submit", "Done", palette = false },
  { "input_newline", "New line", palette = false },
  { "input_backspace", "Delete the character before", palette = false },
  { "input_delete", "Delete the character after", palette = false },
  { "input_word_backspace", "Delete the word before", palette = false },
  { "input_clear", "Delete everything", palette = false },
  { "input_left", "Left", palette = false },
  { "input_right", "Right", palette = false },
  { "input_up", "Line up", palette = false },
  { "input_down", "Line down", palette = false },
  { "input_home", "Start of the line", palette = false },
  { "input_end", "End of the line", palette = false },
  { "input_word_left", "A word left", palette = false },
  { "input_word_right", "A word right", palette = false },
  { "confirm_close", "Close it", palette = false },
  { "confirm_close_and_delete", "Close it and delete its worktree", palette = false },
  { "copy_connection_url", "Copy the link", palette = false },
  { "regenerate_connection_code", "New code", palette = false },
  { "use_theme", "Use the theme", palette = false },
  { "palette_arguments", "Run a command of the hub with arguments", palette = false },
  { "close_help", "Leave", palette = false },
  { "copy_escape", "Leave the selection, then copy mode", palette = false },
  { "leave_copy_mode", "Leave copy mode", palette = false },
  { "copy_and_leave", "Copy the selection and leave", palette = false },
  { "copy_left", "Left", palette = false },
  { "copy_down", "Down", palette = false },
  { "copy_up", "Up", palette = false },
  { "copy_right", "Right", palette = false },
  { "copy_word_next", "Next word", palette = false },
  { "copy_word_previous", "Previous word", palette = false },
  { "copy_word_end", "End of the word", palette = false },
  { "copy_big_word_next", "Next word between blanks", palette = false },
  { "copy_big_word_previous", "Previous word between blanks", palette = false },
  { "copy_big_word_end", "End of the word between blanks", palette = false },
  { "copy_line_start", "Start of the line", palette = false },
  { "copy_line_first", "First character of the line", palette = false },
  { "copy_line_end", "End of the line", palette = false },
  { "copy_top", "Top of the history", palette = false },
  { "copy_bottom", "Bottom", palette = false },
  { "copy_screen_top", "Top of the screen", palette = false },
  { "copy_screen_middle", "Middle of the screen", palette = false },
  { "copy_screen_bottom", "Bottom of the screen", palette = false },
  { "copy_half_up", "Half a page up", palette = false },
  { "copy_half_down", "Half a page down", palette = false },
  { "copy_page_up", "A page up", palette = false },
  { "copy_page_down", "A page down", palette = false },
  { "copy_paragraph_up", "Blank line above", palette = false },
  { "copy_paragraph_down", "Blank line below", palette = false },
  { "select_char", "Select characters", palette = false },
  { "select_line", "Select lines", palette = false },
  { "select_block", "Select a block", palette = false },
  { "other_end_or_link", "Other end of the selection, or open the link", palette = false },
  { "search_forward", "Search downward", palette = false },
  { "search_backward", "Search upward", palette = false },
  { "search_next", "Next match", palette = false },
  { "search_previous", "Previous match", palette = false },
  { "search_up", "Match above", palette = false },
  { "search_down", "Match below", palette = false },
  { "search_accept", "Go there", palette = false },
  { "search_cancel", "Back to where it was", palette = false },
}

--- How the owners of the hub's own commands begin: actions stand for those that mean something to a person.
local SHIPPED = "^handlers%."

local by_name, stands_for = {}, {}
for _, entry in ipairs(ACTIONS) do
  by_name[entry[1]] = entry
  if entry.command then
    stands_for[entry.command] = true
  end
end

--- "scroll_half_up" → "Scroll half up"
local function humanized(name)
  local words = name:gsub("_", " ")
  return words:sub(1, 1):upper() .. words:sub(2)
end

--- → what an action is called
function M.describe(name)
  local entry = by_name[name]
  return entry and entry[2] or humanized(name)
end

--- Adds an action to the palette, or names one anew: `options` are {agent?, command?, palette?, when?}, `when` a
--- function that says whether it is offered now.
function M.add(name, description, options)
  local entry = by_name[name]
  if not entry then
    entry = { name }
    by_name[name] = entry
    ACTIONS[#ACTIONS + 1] = entry
  end
  entry[2] = description
  for key, value in pairs(options or {}) do
    entry[key] = value
  end
end

--- Whether the palette shows an action now.
function M.is_offered(name, has_agent)
  local entry = by_name[name]
  if not entry then
    return true
  end
  return entry.palette ~= false and (has_agent or not entry.agent) and (not entry.when or entry.when())
end

--- The names of all actions with a description, in the palette's order.
function M.names()
  local names = {}
  for position, entry in ipairs(ACTIONS) do
    names[position] = entry[1]
  end
  return names
end

--- Whether a command of the hub belongs into the palette under its own name: one without a description is not meant for
--- people.
function M.is_command_offered(command)
  if (command.description or "") == "" then
    return false
  end
  return not stands_for[command.type] and not (command.owner or ""):find(SHIPPED)
end

return M
