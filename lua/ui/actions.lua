--- What the actions of keybindings.lua and of list items do: each returns an array of operations for the host, or nil.
--- docs/ui.md lists the operations.

local agent_list = require("ui.agent_list")
local meant = require("ui.meant")
local new_agent = require("ui.new_agent")
local ops = require("ui.ops")
local palette = require("ui.palette")
local questions = require("ui.questions")

local M = {}

--- Action name → function(context, item). Extensions should prefer `botster.action.register`.
M.handlers = {}

local handlers = M.handlers

local set_mode, send, close = ops.set_mode, ops.send, ops.close

for _, name in ipairs({
  "ui.palette",
  "ui.help",
  "ui.theme",
  "ui.reading",
  "ui.splits",
  "ui.notifications",
  "ui.agent_list",
  "ui.first_run",
  "ui.new_agent",
  "ui.branch_taken",
  "ui.questions",
  "ui.ended",
  "ui.lock",
}) do
  for action, handler in pairs(require(name).handlers) do
    handlers[action] = handler
  end
end

--- The action of the chosen item of the overlay's list.
local function chosen(context)
  return context.overlay_actions and context.overlay_actions[_tui_state.list_selected + 1]
end

for action, handler in pairs(require("ui.trust").handlers) do
  handlers[action] = handler
end

--- Without blanks at either end.
local function trimmed(text)
  return (text:gsub("^%s+", ""):gsub("%s+$", ""))
end

-- general --------------------------------------------------------------------------------------------------------

function handlers.open_menu()
  return { set_mode("menu") }
end

function handlers.close_modal()
  _tui_state.error_message, _tui_state.failed_agent = nil, nil
  return { close() }
end

function handlers.detach()
  return { { op = "quit" } }
end

handlers.quit = handlers.detach

--- For keys that mean something here: the program gets the next one, whatever it is.
function handlers.type_next_key()
  local operations = _tui_state.mode == "insert" and {} or { set_mode("insert") }
  operations[#operations + 1] = { op = "action", action = "hold_for_program" }
  return operations
end

function handlers.refresh()
  return { send({ type = "list_agents" }), send({ type = "list_worktrees" }), send({ type = "list_profiles" }) }
end

function handlers.refresh_and_close()
  local operations = handlers.refresh()
  operations[#operations + 1] = close()
  return operations
end

--- Enter in a list: runs the action of the chosen item, which is a name or a table {action, …}.
function handlers.list_select(context)
  local choice = chosen(context)
  if type(choice) == "table" then
    context.item = choice
    return M.on_action(choice.action, context)
  end
  return choice and M.on_action(choice, context) or nil
end

-- moving between agents and sessions --------------------------------------------------------------------------------

--- Shows the agent at `index` (from 0); looking at it is what clears its mark.
local function focus_agent(index, mode)
  local agent = _tui_state.agents[index + 1]
  if not agent then
    return nil
  end
  local operations = { { op = "focus_terminal", agent_index = index } }
  if mode then
    operations[#operations + 1] = set_mode(mode)
  end
  if agent.notification then
    operations[#operations + 1] = send({ type = "clear_notification", agent_id = agent.id })
  end
  return operations
end

local function step_agent(step)
  local index = agent_list.step(_tui_state, step)
  return index and focus_agent(index)
end

function handlers.next_agent()
  return step_agent(1)
end

function handlers.previous_agent()
  return step_agent(-1)
end

--- Notes which agent is looked at. Only actions and the hub lead elsewhere, so that looking before each action is enough.
local function note_looked_at(agent)
  local last = _tui_state.looked_at or {}
  if agent and agent.id ~= last.now then
    _tui_state.looked_at = { now = agent.id, before = last.now }
  end
end

--- There and back again: the agent that was looked at before this one.
function handlers.last_agent()
  local before = (_tui_state.looked_at or {}).before
  for position, agent in ipairs(_tui_state.agents) do
    if agent.id == before then
      return focus_agent(position - 1)
    end
  end
  return { { op = "notify", message = "No other agent was looked at before", key = "last_agent", timeout = 2 } }
end

--- The next agent that waits for its user, the most urgent first.
function handlers.next_waiting()
  local index = agent_list.next_waiting(_tui_state)
  if not index then
    return { { op = "notify", message = "No other agent needs you", key = "next_waiting", timeout = 2 } }
  end
  return focus_agent(index)
end

function handlers.next_session(context)
  local agent = context.selected_agent
  local count = agent and agent.sessions and #agent.sessions or 0
  if count < 2 then
    return nil
  end
  return { { op = "focus_terminal", agent_id = agent.id, pty_index = (_tui_state.active_pty_index + 1) % count } }
end

--- A click on an item of the agent list, or an item of a list of agents: a way out of the lock, too.
function handlers.select_agent(_, item)
  _tui_state.list_focus, _tui_state.locked_session = nil, nil
  return focus_agent(item.index, "insert")
end

function handlers.focus_agent()
  _tui_state.list_focus = nil
  return #_tui_state.agents > 0 and { set_mode("insert") } or nil
end

-- inputs ---------------------------------------------------------------------------------------------------------

--- What enter does in each mode with an input.
local submit = { palette_arguments = palette.submit_arguments, filter_agents = agent_list.submit_filter }
for mode, handler in pairs(new_agent.submit) do
  submit[mode] = handler
end

function submit.rename_agent(text)
  local name = trimmed(text)
  if name == "" then
    return { close() }
  end
  local agent = meant.agent()
  if not agent then
    return meant.gone()
  end
  _tui_state.awaiting = { command = "rename_agent" }
  return { ops.command({ type = "rename_agent", agent = agent.id, name = name }), close() }
end

submit.question_answer = questions.submit

function handlers.input_submit(context)
  local handler = submit[_tui_state.mode]
  _tui_state.pending_fields.problem = nil
  return handler and handler(_tui_state.input_buffer, context) or nil
end

-- the selected agent ---------------------------------------------------------------------------------------------

local function about_agent(mode)
  return function(context)
    return { context.selected_agent and meant.open(context.selected_agent, mode) or close() }
  end
end

handlers.close_agent = about_agent("close_agent_confirm")

function handlers.rename_agent(context)
  local agent = context.selected_agent
  return { agent and meant.open(agent, "rename_agent", agent.name or agent.display_name) or close() }
end

local function delete_agent(delete_worktree)
  local agent = meant.agent()
  if not agent then
    return meant.gone()
  end
  _tui_state.awaiting = { command = "delete_agent", agent_key = agent.key }
  return { ops.command({ type = "delete_agent", agent_id = agent.id, delete_worktree = delete_worktree }), close() }
end

function handlers.confirm_close()
  return delete_agent(false)
end

function handlers.confirm_close_and_delete()
  return delete_agent(true)
end

-- sessions of the selected agent ---------------------------------------------------------------------------------

function handlers.add_session(context)
  local agent = context.selected_agent
  if not agent then
    return { close() }
  end
  return { send({ type = "list_session_types", agent = agent.id }), meant.open(agent, "add_session_select_type") }
end

function handlers.choose_session_type(_, item)
  local agent = meant.agent()
  if not agent then
    return meant.gone()
  end
  _tui_state.awaiting = { command = "add_session" }
  return { ops.command({ type = "add_session", agent = agent.id, session_type = item.name }), close() }
end

handlers.remove_session = about_agent("remove_session_select")

function handlers.choose_session_to_remove(_, item)
  local agent = meant.agent()
  if not agent then
    return meant.gone()
  end
  _tui_state.awaiting = { command = "remove_session" }
  return { ops.command({ type = "remove_session", agent = agent.id, name = item.name }), close() }
end

-- pairing --------------------------------------------------------------------------------------------------------

function handlers.show_connection_code()
  return { send({ type = "get_connection_code" }), set_mode("connection_code") }
end

function handlers.regenerate_connection_code()
  return { send({ type = "regenerate_connection_code" }) }
end

function handlers.copy_connection_url()
  return { send({ type = "copy_connection_url" }) }
end

--- @param action string
--- @param context {overlay_actions: any[], selected_agent: table?, terminal_focused: boolean, _char: string?, item: table?}
---   `item` is the action of the list item it comes from, when that is a table
--- @return table[]? operations; nil when there is nothing to do
function M.on_action(action, context)
  note_looked_at(context.selected_agent)
  local handler = handlers[action]
  if not handler then
    return nil
  end
  return handler(context, context.item or {})
end

return M
