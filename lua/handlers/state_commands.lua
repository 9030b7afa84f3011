--- What clients may ask about the states of agents: what an agent tells (`hook`, `report_state`), why it is in a state
--- (`explain`), and to be told when it is in another (`wait_agent`).

local agent = require("lib.agent")
local agent_shape = require("lib.agent_shape")
local agent_state = require("lib.agent_state")
local check = require("lib.check")
local commands = require("lib.commands")
local detector = require("lib.detector")
local detectors = require("lib.detectors")
local list = require("lib.list")
local state_evidence = require("lib.state_evidence")
local state_report = require("lib.state_report")

local STATES = { "starting", "working", "waiting", "done", "idle", "failed", "exited" }
local MOST_WAIT_SECONDS = 7 * 24 * 3600

local register, wanted_states

function register(name, description, fn)
  commands.register(name, function(client, _, command)
    local record, message, err = agent.find(command.agent or command.agent_id or command.agent_key)
    if not record then return nil, message, err end
    return fn(record, command, client)
  end, { description = description })
end

register("hook", "A lifecycle hook of an agent was called", function(record, command)
  local fine, message, err = check(command, { event = "text", source = "text", fields = "table" })
  if not fine then return nil, message, err end
  if not command.event then return nil, "hook: event is missing", { kind = "bad_request" } end
  return state_report.hook(record, command.source, command.event, command.fields or {})
end)

register("report_state", "An agent says its state itself", function(record, command)
  local fine, message, err = check(command, { state = "text", reason = "text", question = "text" })
  if not fine then return nil, message, err end
  return state_report.state(record, command.state, command.reason, command.question)
end)

register("explain", "Why an agent is in its state", function(record)
  local entry = agent_state.entry(record.id)
  local pieces, rules = {}, {}
  local decided = state_evidence.decide(entry, pieces)
  local compiled = detectors.get(entry.detector or "any")
  if compiled and entry.shown then detector.read(compiled, entry.shown, rules) end
  local now = agent_state.of(record)
  return {
    agent = record.key,
    id = record.id,
    state = now.state,
    since = now.state_since,
    reason = now.state_reason,
    question = now.state_question,
    status = record.status,
    detector = entry.detector,
    decided_by = decided and decided.kind or "status",
    rule = decided and decided.rule,
    evidence = list(pieces),
    rules = list(rules),
    screen = entry.shown and entry.shown.text,
  }
end)

register("wait_agent", "Wait until an agent is in one of some states", function(record, command)
  local wanted, message, err = wanted_states(command.states)
  if not wanted then return nil, message, err end
  local seconds = command.timeout
  if seconds ~= nil and (type(seconds) ~= "number" or seconds < 0 or seconds > MOST_WAIT_SECONDS) then
    return nil, ("timeout: expected seconds from 0 to %d"):format(MOST_WAIT_SECONDS), { kind = "bad_request" }
  end
  local now, reached = agent_state.wait(record.id, wanted, seconds)
  if not now then return nil, ("%s was deleted meanwhile"):format(record.key), { kind = "deleted" } end
  local after = records.agent(record.id)
  return { reached = reached, agent = after and agent_shape.of(after) }
end)

function wanted_states(given)
  if type(given) ~= "table" or #given == 0 then
    return nil, "states: expected a list of " .. table.concat(STATES, ", "), { kind = "bad_request" }
  end
  local known, wanted = {}, {}
  for _, name in ipairs(STATES) do known[name] = true end
  for _, name in ipairs(given) do
    if not known[name] then
      local message = ("no state '%s': expected one of %s"):format(tostring(name), table.concat(STATES, ", "))
      return nil, message, { kind = "bad_request" }
    end
    wanted[name] = true
  end
  return wanted
end

return {}
