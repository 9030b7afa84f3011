--- What happens to agents, told to everybody: signals of their terminals become events, hooks and messages to clients.

local hooks = require("hub.hooks")
local agent = require("lib.agent")
local agent_restore = require("lib.agent_restore")
local agent_sessions = require("lib.agent_sessions")
local agent_status = require("lib.agent_status")
local programs = require("lib.programs")
local connections = require("handlers.connections")

--- Seconds between two lists when nothing but titles and directories change.
local FLICKER_SECONDS = 0.1

--- What the hub's own hooks may take: they send to every client, on a machine that may be busy.
local PATIENT = { timeout_ms = 1000 }

--- The list that waits to be sent: {timer, urgent}.
local pending = {}

local owner_of, session_index, notification, from_agent, tell_missing
local on = {}

runtime.on_signal(function(signal)
  local handler = on[signal.kind]
  if not handler then return end
  local record, name = owner_of(signal.session)
  handler(signal, record, name)
end)

runtime.on_ptyhost_changed(function(change)
  local told = {}
  for _, session in ipairs(change.lost) do
    local record = owner_of(session)
    if record and not told[record.id] then
      told[record.id] = true
      agent_status.tell(record)
    end
  end
  agent_status.changed()
end)

--- The whole list: once a turn however much has changed, and less often for what changes all the time.
events.on("agents_changed", function(change)
  if pending.timer and (pending.urgent or not change.urgent) then return end
  if pending.timer then timer.cancel(pending.timer) end
  pending.urgent = change.urgent
  pending.timer = timer.after(change.urgent and 0 or FLICKER_SECONDS, function()
    pending.timer = nil
    if connections.has_subscribers("hub") then
      connections.broadcast("hub", { type = "agent_list", agents = agent.list() })
    end
  end)
end)

hooks.on("agent_lifecycle", "handlers.agents", function(change)
  connections.broadcast("hub", {
    type = "agent_status_changed",
    agent_id = change.agent_id,
    agent_key = change.agent_key,
    status = change.status,
    error = change.error,
  })
end, PATIENT)

hooks.on("agent_created", "handlers.agents", function(created)
  connections.broadcast("hub", { type = "agent_created", agent_id = created.id, agent = created })
end, PATIENT)

hooks.on("agent_deleted", "handlers.agents", function(deleted)
  connections.broadcast("hub", {
    type = "agent_deleted",
    agent_id = deleted.agent_id,
    agent_key = deleted.agent_key,
  })
end, PATIENT)

--- The record was written already, by whoever heard of it first.
function on.exit(signal, record, name)
  events.emit("process_exited", {
    agent_key = record and record.key,
    agent_id = record and record.id,
    session_id = signal.session,
    session_name = name,
    exit_code = signal.code,
    signal = signal.signal,
  })
  if not record then return end
  if signal.code == 127 then tell_missing(record, signal.session) end
  agent_restore.ended(record, signal.session, not signal.signal and signal.code or nil)
  if record.status == "exited" then agent_status.tell(record) else agent_status.changed() end
end

--- A shell ends with 127 when it finds no such command.
function tell_missing(record, session_id)
  local session = records.session(session_id)
  local name = session and programs.of(session.command)
  if name then runtime.report("agents." .. name, ("%s: %s"):format(record.key, programs.missing(name))) end
end

function on.title(signal, record, name)
  hooks.notify("pty_title_changed", from_agent(signal, record, name, { title = signal.title }))
  agent_status.flickered()
end

function on.cwd(signal, record, name)
  hooks.notify("pty_cwd_changed", from_agent(signal, record, name, { cwd = signal.cwd }))
  agent_status.flickered()
end

function on.prompt(signal, record, name)
  hooks.notify("pty_prompt", from_agent(signal, record, name, {
    mark = signal.mark,
    command = signal.command,
    exit_code = signal.exit_code,
  }))
end

function on.cursorVisibility(signal, record, name)
  hooks.notify("pty_cursor_visibility", from_agent(signal, record, name, { visible = signal.visible }))
end

function on.bell(signal, record, name)
  notification(signal, record, name, { type = "bell" })
end

function on.notification(signal, record, name)
  notification(signal, record, name, {
    type = signal.source,
    title = signal.title,
    body = signal.body,
    message = signal.source == "osc9" and signal.body or nil,
  })
end

--- A program wants attention: its agent is marked, and every client hears of it.
function notification(signal, record, name, fields)
  if not record then return end
  local handle = pty.get(signal.session)
  local info = handle and handle:info()
  if info and info.labels.detect_notifications == "false" then return end
  local data = from_agent(signal, record, name, fields)
  data.already_notified = record.notification
  data.has_focus = false -- only a client knows what its user looks at
  data.pty_index = session_index(record, name)
  agent.set_notification(record.id, true)
  hooks.notify("pty_notification", data)
  local message = {}
  for field, value in pairs(data) do message[field] = value end
  message.source, message.type = fields.type, "pty_notification"
  connections.broadcast("hub", message)
end

function from_agent(signal, record, name, fields)
  fields.agent_id = record and record.id
  fields.agent_key = record and record.key
  fields.session_id = signal.session
  fields.session_name = name
  return fields
end

--- The record of the agent a session belongs to, and the session's name; nil and the name for a session of no agent.
function owner_of(session)
  local id, name = session:match("^([^/]*)/(.*)$")
  return id and records.agent(id), name
end

function session_index(record, name)
  for i, session in ipairs(records.sessions(record.id)) do
    if session.name == name then return i - 1 end
  end
  return 0
end

-- Terminals that outlived the hub before this one.
for _, record in ipairs(records.agents()) do agent_sessions.register(record) end

local M = {}

--- A list that waited to be sent went with the old version.
function M._after_reload()
  connections.broadcast("hub", { type = "agent_list", agents = agent.list() })
end

return M
