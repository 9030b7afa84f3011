--- What the TUI does when the hub says something. The host has put `agents` into `_tui_state` already when an
--- `agent_list` comes; operations are those of actions.lua.

local M = {}

--- Message type → function(data, context).
M.handlers = {}

local handlers = M.handlers

local function set_mode(mode)
  return { op = "set_mode", mode = mode }
end

local function send(data)
  return { op = "send_msg", data = data }
end

local function find_agent(id)
  for index, agent in ipairs(_tui_state.agents) do
    if agent.id == id or agent.key == id then
      return agent, index - 1
    end
  end
end

--- Shows an agent; an open overlay stays open.
local function go_to(index)
  return {
    { op = "focus_terminal", agent_index = index },
    _tui_state.mode == "normal" and set_mode("insert") or nil,
  }
end

function handlers.subscribed()
  return { send({ type = "list_profiles" }), send({ type = "list_worktrees" }) }
end

function handlers.agent_list()
  local count = #_tui_state.agents
  local wanted = _tui_state.go_to_agent
  if wanted then
    local _, index = find_agent(wanted)
    if index then
      _tui_state.go_to_agent = nil
      return go_to(index)
    end
  end
  if count == 0 then
    return _tui_state.mode == "insert" and { set_mode("normal") } or nil
  end
  return not _tui_state.selected_agent_index and go_to(0) or nil
end

--- The agent that this client asked for is shown as soon as it exists; those that others made only appear in the list.
function handlers.agent_created(data)
  local awaiting = _tui_state.awaiting
  if not awaiting or awaiting.command ~= "create_agent" then
    return nil
  end
  _tui_state.awaiting = nil
  local id = data.agent_id or (type(data.agent) == "table" and data.agent.id) or data.agent or data.id
  local _, index = find_agent(id)
  if index then
    return go_to(index)
  end
  _tui_state.go_to_agent = id
  return nil
end

function handlers.agent_deleted()
  _tui_state.awaiting = nil
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
end

function handlers.profiles(data)
  _tui_state.available_profiles = data.profiles or {}
end

function handlers.session_types(data)
  _tui_state.available_session_types = data.session_types or data.types or {}
end

--- An answer to what the user asked for stands in the way until it was read; anything else only passes by.
function handlers.error(data)
  local message = tostring(data.message or data.error or "unknown error")
  if not _tui_state.awaiting then
    return { { op = "notify", level = "error", message = message } }
  end
  _tui_state.awaiting = nil
  _tui_state.error_message = message
  return { set_mode("error") }
end

function handlers.connection_code(data)
  return { { op = "set_connection_code", url = data.url, qr = data.qr_ascii or data.qr } }
end

function handlers.connection_code_error(data)
  return { { op = "clear_connection_code" }, { op = "notify", level = "error", message = tostring(data.message) } }
end

function handlers.pty_notification(data)
  local agent = find_agent(data.agent_id or data.agent_key)
  local name = agent and (agent.name or agent.display_name) or data.agent_key or "botster"
  if data.title and data.title ~= "" then
    name = name .. ": " .. data.title
  end
  return { { op = "osc_alert", title = name, body = data.message or data.body or "" } }
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
