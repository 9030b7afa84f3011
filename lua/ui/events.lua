--- What the TUI does when the hub says something. The host has put `agents` into `_tui_state` already when an
--- `agent_list` comes; operations are those of actions.lua.

local ended = require("ui.ended")
local new_agent = require("ui.new_agent")
local notifications = require("ui.notifications")
local questions = require("ui.questions")

local M = {}

--- Message type → function(data, context).
M.handlers = {}

local handlers = M.handlers

for type, handler in pairs(require("ui.trust").events) do
  handlers[type] = handler
end

local function set_mode(mode)
  return { op = "set_mode", mode = mode }
end

local function send(data)
  return { op = "send_msg", data = data }
end

--- → the agent of that id or key and its index from 0, or nil
local function find_agent(id)
  if id == nil then
    return nil
  end
  for index, agent in ipairs(_tui_state.agents) do
    if agent.id == id or agent.key == id then
      return agent, index - 1
    end
  end
end

--- Shows an agent; an open overlay stays open.
local function go_to(index, pty_index)
  _tui_state.list_focus = nil
  return {
    { op = "focus_terminal", agent_index = index, pty_index = pty_index },
    _tui_state.mode == "normal" and set_mode("insert") or nil,
  }
end

for type, handler in pairs(ended.events) do
  handlers[type] = handler
end

handlers.question = questions.events.question
handlers.question_closed = questions.events.question_closed

--- Connected, for the first time or again: perhaps to another hub than before.
function handlers.subscribed()
  questions.forget()
  if _tui_state.awaiting then -- its answer went with the old connection
    new_agent.refused(_tui_state.awaiting.request_id)
    _tui_state.awaiting = nil
  end
  return { send({ type = "list_profiles" }), send({ type = "list_worktrees" }) }
end

--- Of the host: there is no hub to send a message to. Its answer is not awaited then, and its dialog stays open.
function handlers.not_sent(data)
  if data.required and _tui_state.fields_of_command then
    _tui_state.pending_fields, _tui_state.fields_of_command = _tui_state.fields_of_command, nil
  end
  local awaiting = _tui_state.awaiting
  if not awaiting or awaiting.command ~= data.command then
    return
  end
  _tui_state.awaiting = nil
  if new_agent.refused(data.request_id) then
    new_agent.take_up_refused()
  end
end

--- The agent that this client asked for and that is being made: one that was not there before.
local function find_requested()
  local awaiting = _tui_state.awaiting
  if not awaiting or awaiting.command ~= "create_agent" then
    return nil
  end
  for index, agent in ipairs(_tui_state.agents) do
    local fits = awaiting.branch == nil or awaiting.branch == agent.branch_name
    if fits and not awaiting.known[agent.id] then
      awaiting.known[agent.id] = true
      return index - 1
    end
  end
end

--- The session that this client asked for, once the list has it.
local function find_added_session()
  local wanted = _tui_state.added_session
  local agent, index = find_agent(wanted and wanted.agent_id)
  for position, session in ipairs(agent and agent.sessions or {}) do
    if session.name == wanted.name then
      _tui_state.added_session = nil
      return { { op = "focus_terminal", agent_index = index, pty_index = position - 1 } }
    end
  end
end

--- Seconds that a new user has to read what to do next.
local FIRST_STEPS_SECONDS = 20

--- Beside the first agent: typing goes there now, and what leads away from it. Short: it must not cover the list.
local function first_steps()
  local key_of = require("ui.keys").by_action("insert")
  local words = {}
  for _, entry in ipairs({ { "focus_list", "list" }, { "show_help", "keys" }, { "detach", "leave" } }) do
    local key = key_of[entry[1]]
    words[#words + 1] = key and ("%s: %s"):format(key, entry[2])
  end
  local message = "You type here now. " .. table.concat(words, ", ")
  return { op = "notify", message = message, key = "first_steps", timeout = FIRST_STEPS_SECONDS }
end

--- What was looked at when the UI was left.
local function come_back()
  local index, name = require("ui.last_view").open(_tui_state.agents)
  for position, session in ipairs(_tui_state.agents[index + 1].sessions or {}) do
    if session.name == name then
      return go_to(index, position - 1)
    end
  end
  return go_to(index)
end

--- What the user is looking at next, now that the list is another one. `first`: it is the first since the UI was opened.
local function follow_list(first)
  if #_tui_state.agents == 0 then
    return _tui_state.mode == "insert" and { set_mode("normal") } or nil
  end
  local added = find_added_session()
  if added then
    return added
  end
  local requested = find_requested()
  if requested then
    local operations = go_to(requested)
    operations[#operations + 1] = #_tui_state.agents == 1 and first_steps() or nil
    return operations
  end
  if _tui_state.selected_agent_index then
    return nil
  end
  return first and come_back() or go_to(0)
end

function handlers.agent_list(_, context)
  local first = not _tui_state.agents_known
  _tui_state.agents_known = true
  ended.of_list()
  local operations = notifications.of_list(context)
  for _, operation in ipairs(follow_list(first) or {}) do
    operations[#operations + 1] = operation
  end
  return questions.offer(operations)
end

--- What a command that was run from the palette answered, in one line.
local function answer_text(data)
  local value = data.value
  if value == nil or value == true or (type(value) == "table" and next(value) == nil) then
    return data.command .. ": done"
  end
  local ok, text = pcall(json.encode, value)
  text = type(value) == "string" and value or ok and text or tostring(value)
  return ("%s: %s"):format(data.command, #text > 300 and text:sub(1, 300):gsub("[\128-\255]*$", "") .. "…" or text)
end

--- Seconds that a refusal is shown beside a dialog: it may be long, and nothing else tells of it.
local BESIDE_SECONDS = 60

--- Shows why something failed until it was read. What is being typed goes on: a dialog stays, with the message beside it, and
--- keys that were meant for a program do not answer. `failed_agent`: {kind?} when it was a new agent.
local function stand_in_the_way(message, failed_agent)
  local mode = _tui_state.mode
  if mode ~= "insert" and mode ~= "normal" then
    local more = failed_agent and "\nNew agent leads back to what you typed for it." or ""
    return { { op = "notify", level = "error", message = message .. more, timeout = BESIDE_SECONDS } }
  end
  if mode == "insert" then
    ended.interrupt()
  end
  _tui_state.failed_agent = failed_agent and message
  _tui_state.failed_kind = failed_agent and failed_agent.kind
  _tui_state.error_message = message
  return { set_mode("error") }
end

--- The answer to a command of this client that went well.
function handlers.result(data)
  if data.command == "list_commands" and type(data.value) == "table" then
    _tui_state.available_commands = data.value.commands or {}
    return nil
  end
  local awaiting = _tui_state.awaiting
  if not awaiting or awaiting.command ~= data.command then
    return nil
  end
  local failed = type(data.value) == "table" and type(data.value.failed) == "table" and data.value.failed[1]
  if failed and failed.kind == "running" then
    return nil -- as of `restart_session`, below
  end
  _tui_state.awaiting = nil
  if failed then
    return stand_in_the_way(("%s was not started: %s"):format(tostring(failed.agent), tostring(failed.message)))
  end
  if awaiting.show or awaiting.said then
    return { { op = "notify", message = awaiting.said or answer_text(data) } }
  end
  if data.command == "add_session" and type(data.value) == "table" and data.value.sessions then
    local session = data.value.sessions[#data.value.sessions]
    _tui_state.added_session = session and { agent_id = data.value.id, name = session.name }
    return find_added_session()
  end
  return nil
end

function handlers.agent_status_changed(data)
  local agent = find_agent(data.agent_id or data.id or data.agent_key)
  if agent and data.status then
    agent.status = data.status
  end
  return nil
end

function handlers.worktree_list(data)
  _tui_state.available_worktrees = data.worktrees or {}
  _tui_state.worktrees_known = true
end

function handlers.profiles(data)
  _tui_state.available_profiles = data.profiles or {}
end

function handlers.session_types(data)
  _tui_state.available_session_types = data.session_types or data.types or {}
end

--- What to do where deleting a worktree would lose work, by the hub's word for it. NAME becomes the agent's key.
local FORCE = "botster kill NAME --delete-worktree --force"
local KEEP_OR_FORCE = "keep the worktree (y), or lose that work: " .. FORCE
local WORK_IS_LOST = {
  uncommitted_work = "commit it, " .. KEEP_OR_FORCE,
  unsaved_commits = "push or merge them, " .. KEEP_OR_FORCE,
}

local function with_name(text, awaiting)
  return (text:gsub("NAME", function()
    return awaiting.agent_key
  end))
end

--- What the user asked for and was refused, or nil when an error is about something else. A new agent that is refused is one
--- even when something else was asked for since: several may be in the making.
local function answered(data)
  local awaiting = _tui_state.awaiting
  local is_awaited = awaiting and (not data.command or data.command == awaiting.command)
  if is_awaited and (not data.request_id or data.request_id == awaiting.request_id) then
    _tui_state.awaiting = nil
  elseif data.command ~= "create_agent" then
    return nil
  else
    awaiting = { command = "create_agent", request_id = data.request_id }
  end
  if awaiting.command == "create_agent" and not new_agent.refused(awaiting.request_id) then
    return nil
  end
  return awaiting
end

--- Why the hub refused what the user asked for: it stands in the way until it was read. Anything else only passes by.
function handlers.error(data)
  local message = tostring(data.message or data.error or "unknown error")
  local awaiting = _tui_state.awaiting
  if awaiting and awaiting.command == "restart_session" and awaiting.command == data.command and data.kind == "running" then
    return nil -- enter was pressed twice, or elsewhere too; the answer to the first is still awaited
  end
  awaiting = answered(data)
  if not awaiting then
    return { { op = "notify", level = "error", message = message } }
  end
  local failed_agent = awaiting.command == "create_agent" and { kind = data.kind } or nil
  if awaiting.command == "delete_agent" and data.kind == "teardown_failed" then
    message = message .. "\n\nClose it again to try again, or: " .. with_name(FORCE, awaiting)
  elseif awaiting.command == "delete_agent" and WORK_IS_LOST[data.kind] then
    message = ("%s\n\nNothing was ended. To close it all the same:\n%s"):format(message, with_name(WORK_IS_LOST[data.kind], awaiting))
  end
  return stand_in_the_way(message, failed_agent)
end

function handlers.connection_code(data)
  return { { op = "set_connection_code", url = data.url, qr = data.qr_ascii or data.qr, used = data.used } }
end

--- The hub has something for the clipboard of this terminal.
function handlers.clipboard(data)
  return { { op = "osc_clipboard", text = data.text } }
end

function handlers.connection_code_error(data)
  return { { op = "clear_connection_code" }, { op = "notify", level = "error", message = tostring(data.message) } }
end

local function clear_notification(agent)
  return send({ type = "clear_notification", agent_id = agent.id })
end

function handlers.pty_notification(data, context)
  return notifications.of_program(find_agent(data.agent_id or data.agent_key), data, context)
end

--- Of the host: the program that is looked at rang the bell.
function handlers.terminal_bell(_, context)
  return notifications.bell(context.selected_agent)
end

--- Of the host: the outer terminal's window got or lost the focus.
--- However it ends: the person may have closed the window, or lost the connection.
function handlers.ui_ending()
  require("ui.last_view").note(_tui_state.agents)
end

function handlers.terminal_focus(data, context)
  local agent = context.selected_agent
  return data.focused and agent and agent.notification and { clear_notification(agent) } or nil
end

--- @param type string
--- @param data table the message
--- @param context {selected_agent: table?, terminal_focused: boolean}
--- @return table[]? operations
function M.on_hub_event(type, data, context)
  local handler = handlers[type]
  return handler and handler(data, context) or nil
end

return M
