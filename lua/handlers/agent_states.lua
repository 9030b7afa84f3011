--- Follows what agents do: signals of their terminals become evidence, and their screens are looked at when they changed.

local hooks = require("hub.hooks")
local state = require("hub.state")
local agent_state = require("lib.agent_state")
local state_look = require("lib.state_look")
local state_report = require("lib.state_report")

local owner_of, look_at_all
local on = {}
--- Question id → the agent that asks.
local asking = state.get("handlers.agent_states.asking")

runtime.on_signal(function(signal)
  local handler = on[signal.kind]
  local record = handler and owner_of(signal.session)
  if record then handler(record, signal) end
end)

runtime.on_ptyhost_changed(function() look_at_all() end)

--- A detector was edited: what it says of the screens that are there now.
events.on("module_reloaded", function(module)
  if module.name:find("^agents%.") then look_at_all() end
end)

hooks.on("agent_created", "handlers.agent_states", function(created) state_look.later(created.id, 1) end)
hooks.on("agent_lifecycle", "handlers.agent_states", function(change) agent_state.decide(change.agent_id) end)
hooks.on("agent_deleted", "handlers.agent_states", function(deleted)
  state_look.forget(deleted.agent_id)
  agent_state.forget(deleted.agent_id)
end)

--- An agent asks the person by a tool of botster's.
events.on("question_asked", function(question)
  if not question.agent_id or not records.agent(question.agent_id) then return end
  asking[question.id] = question.agent_id
  agent_state.entry(question.agent_id).evidence.asked = {
    state = "waiting",
    source = "a question to the person",
    confidence = 1,
    reason = "it asks the person",
    question = question.text,
    at = runtime.clock(),
  }
  agent_state.decide(question.agent_id)
end)

events.on("question_closed", function(question)
  local id = asking[question.id]
  asking[question.id] = nil
  if not id then return end
  agent_state.entry(id).evidence.asked = nil
  agent_state.decide(id)
end)

function on.activity(record, signal)
  local entry = agent_state.entry(record.id)
  entry.viewed = signal.viewed
  if signal.viewed or signal.typed then agent_state.seen(record.id) end
  state_report.outdate(entry, signal)
  state_look.activity(record.id, signal)
end

on.prompt = state_report.mark
on.progress = state_report.progress
on.notification = state_report.notification

function on.title(record)
  state_look.later(record.id, 0.3)
end

function on.exit(record)
  agent_state.decide(record.id)
end

--- The record of the agent whose own session this is; nil for its other sessions.
function owner_of(session)
  local id = session:match("^([^/]*)/")
  local first = id and agent_state.first_session(id)
  return first and first.id == session and records.agent(id) or nil
end

function look_at_all()
  for _, record in ipairs(records.agents()) do state_look.now(record.id) end
end

look_at_all()

return {}
