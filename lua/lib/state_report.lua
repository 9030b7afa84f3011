--- What agents and their terminals say about themselves: lifecycle hooks, `report_state`, prompt marks, progress,
--- notifications.

local agent_state = require("lib.agent_state")
local detectors = require("lib.detectors")
local state_look = require("lib.state_look")

local state_report = {}

local STATES = { working = true, waiting = true, idle = true, failed = true }
--- Notifications that ask, and those that say that a turn is over.
local ASKS = { "[Pp]ermission", "[Aa]pprov", "needs your", "[Cc]onfirm", "requires? your" }
local ENDS = { "waiting for your input", "[Cc]omplete", "[Ff]inished", "[Dd]one", "is ready" }

local chosen, field_of, fits_any, running_in, told

--- A lifecycle hook of an agent was called: `event` as its program names it, `fields` what came with it. `source` is the
--- program's detector; without one the agent's own. It is the agent in the directory `fields.cwd` when its program's hooks
--- may be called in the name of another (`shared_hooks`). Returns {state?, reason?}: nothing when the event says nothing of it.
--- Or nil, message, err.
function state_report.hook(record, source, event, fields)
  local entry = agent_state.entry(record.id)
  local name = source or entry.detector
  local known = name and detectors.get(name)
  if not known then
    local names = table.concat(detectors.names(), ", ")
    return nil, ("hooks of '%s' are not known: expected one of %s"):format(tostring(name), names), { kind = "unknown_program" }
  end
  if known.shared_hooks and fields.cwd then
    record = running_in(fields.cwd, record)
    if not record then return {} end
    entry = agent_state.entry(record.id)
  end
  if source and source ~= "shell" then entry.told_source = source end
  local report = chosen(known.reports[event], fields)
  if not report or not report.state then return {} end
  if report.unless and report.unless == entry.state then return {} end
  local reason, more = report.reason or event, field_of(fields, report.says)
  return told(record, {
    state = report.state,
    source = ("%s's hook %s"):format(name, event),
    confidence = 1,
    reason = more and ("%s: %s"):format(reason, more) or reason,
    question = report.state == "waiting" and (field_of(fields, report.ask) or report.question) or nil,
  })
end

--- An agent says its state itself: working, waiting, idle or failed. Returns {state, reason}, or nil, message, err.
function state_report.state(record, wanted, reason, question, source)
  if wanted == "done" then wanted = "idle" end
  if not STATES[wanted] then
    return nil, ("state '%s' is none of working, waiting, idle, done, failed"):format(tostring(wanted)), { kind = "bad_request" }
  end
  return told(record, {
    state = wanted,
    source = source or "the agent",
    confidence = 1,
    reason = reason or "it says so",
    question = wanted == "waiting" and question or nil,
  })
end

--- A shell's prompt marks (OSC 133).
function state_report.mark(record, signal)
  local entry = agent_state.entry(record.id)
  local running = signal.mark == "C"
  local reason = "the shell shows its prompt"
  if running then reason = signal.command and ("it runs %s"):format(signal.command) or "it runs a command" end
  entry.evidence.marks = {
    state = running and "working" or "idle",
    source = "prompt marks (OSC 133)",
    confidence = 0.95,
    reason = reason,
    at = runtime.clock(),
  }
  agent_state.decide(record.id)
end

--- Progress (OSC 9;4): 1 and 3 are under way, 4 is paused.
function state_report.progress(record, signal)
  local entry = agent_state.entry(record.id)
  local now = ({ [1] = "working", [3] = "working", [4] = "waiting" })[signal.state]
  entry.evidence.progress = now and {
    state = now,
    source = "progress (OSC 9;4)",
    confidence = 0.8,
    reason = now == "working" and "it shows progress" or "it says that it is paused",
    at = runtime.clock(),
  }
  agent_state.decide(record.id)
end

--- A notification (OSC 9, 99, 777).
function state_report.notification(record, signal)
  local text = signal.title ~= "" and (signal.title .. ": " .. signal.body) or signal.body
  local now = fits_any(text, ENDS) and "idle" or fits_any(text, ASKS) and "waiting"
  if not now then return end
  agent_state.entry(record.id).evidence.notification = {
    state = now,
    source = ("a notification (%s)"):format(signal.source),
    confidence = 0.7,
    reason = text,
    question = now == "waiting" and text or nil,
    at = runtime.clock(),
  }
  agent_state.decide(record.id)
  state_look.after_report(record.id)
end

--- Somebody gave the agent something to do, or it goes on printing: what it said before is over.
function state_report.outdate(entry, signal)
  local notification = entry.evidence.notification
  if notification and signal.busy and not signal.echo and runtime.clock() - notification.at > 3000 then
    entry.evidence.notification = nil
  end
end

function told(record, piece)
  local entry = agent_state.entry(record.id)
  piece.at = runtime.clock()
  entry.evidence.told = piece
  agent_state.decide(record.id)
  state_look.after_report(record.id)
  return { state = piece.state, reason = piece.reason, question = piece.question }
end

--- The agent that runs in a directory: `guess` when it does, else the only one; nil when nobody can tell.
function running_in(directory, guess)
  local found = {}
  for _, record in ipairs(records.agents()) do
    local session = record.cwd == directory and agent_state.first_session(record.id)
    if session and session.status == "running" then
      if record.id == guess.id then return guess end
      found[#found + 1] = record
    end
  end
  return #found == 1 and found[1] or nil
end

--- A report is one, or a list of which the first that fits the fields counts.
function chosen(report, fields)
  if not report or report.state then return report end
  for _, one in ipairs(report) do
    local all = true
    for name, text in pairs(one.when or {}) do
      local value = fields[name]
      all = all and type(value) == "string" and value:find(text, 1, true) ~= nil
    end
    if all then return one end
  end
end

function field_of(fields, name)
  local value = name and fields[name]
  return type(value) == "string" and value ~= "" and value or nil
end

function fits_any(text, patterns)
  for _, pattern in ipairs(patterns) do
    if text:find(pattern) then return true end
  end
  return false
end

return state_report
