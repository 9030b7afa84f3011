--- What an agent is doing, as far as one can tell: starting, working, waiting (for an answer), done (not seen yet), idle,
--- failed, exited. Evidence comes in layers, and the best that is not contradicted decides:
---
--- 1. the agent tells (`botster hook`, `report_state`);
--- 2. its terminal says so (prompt marks, progress, notifications, the title);
--- 3. its screen shows it (lib/detector.lua with agents/NAME.lua);
--- 4. it prints, runs a command, uses the processor.
---
--- Nothing here runs unless something happened: the ptyhost says when a session has printed.

local hooks = require("hub.hooks")
local state = require("hub.state")
local agent_status = require("lib.agent_status")
local evidence = require("lib.state_evidence")

local agent_state = {}

--- Agent id → {state, since, reason, question?, unseen_since?, viewed, prompted_at?, evidence, detector?, …}.
local known = state.get("lib.agent_state.known")

--- Milliseconds after a prompt was taken within which an agent is seen to work, if anybody looks in time at all.
local BEGIN_MS = 3000

local load, lifecycle, first_session, publish, with_seen

--- The fields clients see: {state, state_since (seconds since the epoch), state_reason, state_question?}.
function agent_state.of(record, of_agent)
  local entry = agent_state.entry(record.id)
  local forced = lifecycle(record, of_agent)
  if forced then -- `decide` will say the same in a moment, and tell everybody
    local since = forced.state == entry.state and entry.since or os.time()
    return { state = forced.state, state_since = since, state_reason = forced.reason }
  end
  return {
    state = entry.state,
    state_since = entry.since,
    state_reason = entry.reason,
    state_question = entry.question,
  }
end

--- What is kept of an agent; made, or read back after a restart of the hub, when there is nothing yet.
function agent_state.entry(id)
  local entry = known[id]
  if not entry then
    entry = load(id)
    known[id] = entry
  end
  return entry
end

--- Forgets an agent whose record is gone. Who waits for a state of it hears of that.
function agent_state.forget(id)
  if not known[id] then return end
  known[id] = nil
  events.emit("agent_state_changed", { agent_id = id })
end

--- Decides anew, after evidence came or the record changed, and tells everybody when that changed anything.
function agent_state.decide(id)
  local record = records.agent(id)
  if not record then return agent_state.forget(id) end
  local entry = agent_state.entry(id)
  local decided = lifecycle(record) or evidence.decide(entry)
  if not decided then return end
  entry.rule = decided
  publish(record, entry, with_seen(entry, decided))
end

--- Somebody looks at an agent: what was done is idle now.
function agent_state.seen(id)
  local record = records.agent(id)
  local entry = record and agent_state.entry(id)
  if not entry or entry.state ~= "done" then return end
  publish(record, entry, { state = "idle", reason = entry.reason })
end

--- An agent took a prompt. It works on it, also when that is over before anybody looks.
function agent_state.took_prompt(id)
  agent_state.entry(id).prompted_at = runtime.clock()
end

--- Waits until an agent is in one of some states ({working = true, …}), at most `seconds`. Returns its state and true, or
--- its state and false when the time was over; nil when the agent is gone.
function agent_state.wait(id, wanted, seconds)
  local deadline = seconds and runtime.clock() + seconds * 1000
  while true do
    local record = records.agent(id)
    if not record then return nil end
    local now = agent_state.of(record)
    if wanted[now.state] then return now, true end
    local left = deadline and (deadline - runtime.clock()) / 1000
    if left and left <= 0 then return now, false end
    events.wait("agent_state_changed", left)
  end
end

--- The session whose program is the agent.
function agent_state.first_session(id)
  return first_session(id)
end

function load(id)
  local kept = records.state(id) or {}
  if kept.told then kept.told.at = 0 end -- by the clock of a hub that is no more
  return {
    state = kept.state or "starting",
    since = kept.since or os.time(),
    reason = kept.reason or "it is being started",
    question = kept.question,
    detector = kept.detector,
    evidence = { told = kept.told },
  }
end

--- What the record alone decides.
function lifecycle(record, of_agent)
  local status = record.status
  if status == "creating_worktree" then return { state = "starting", reason = "its worktree is being made" } end
  if status == "spawning_ptys" then return { state = "starting", reason = "its program is being started" } end
  if status == "failed" then return { state = "failed", reason = record.error or "it failed" } end
  if status == "lost" then return { state = "failed", reason = "the process that held it died" } end
  local session = of_agent and of_agent[1] or first_session(record.id)
  if not session or session.status == "starting" or session.status == "running" then return nil end
  if session.status == "lost" then return { state = "failed", reason = "the process that held it died" } end
  local code, signal = session.exit_code or 0, session.exit_signal
  local entry = known[record.id]
  local is_shell = entry and entry.detector == "shell" and #session.argv == 1
  if signal then return { state = "exited", reason = ("it was ended by %s"):format(signal) } end
  -- 130 and 143: a person's ctrl+c, and an orderly end.
  if code == 0 or code == 130 or code == 143 or is_shell then
    return { state = "exited", reason = ("it ended with code %d"):format(code) }
  end
  return { state = "failed", reason = ("it ended with code %d"):format(code) }
end

function first_session(id)
  return records.sessions(id)[1]
end

--- Work that ended while nobody looked is done; it becomes idle when somebody does.
function with_seen(entry, decided)
  local has_worked = entry.state == "done" or entry.state == "working" or entry.state == "waiting"
  if decided.state ~= "idle" then
    entry.prompted_at = nil
    return decided
  end
  if entry.prompted_at and runtime.clock() - entry.prompted_at >= BEGIN_MS then
    has_worked = true
    entry.prompted_at = nil
  end
  if entry.viewed or not has_worked then return decided end
  return { state = "done", reason = decided.reason }
end

function publish(record, entry, now)
  local changed = entry.state ~= now.state or entry.question ~= now.question
  if not changed and entry.reason == now.reason then return end
  local before = entry.state
  if before ~= now.state then entry.since = os.time() end
  entry.state, entry.reason, entry.question = now.state, now.reason, now.question
  if not changed then return agent_status.flickered() end
  records.set_state(record.id, {
    state = entry.state,
    since = entry.since,
    reason = entry.reason,
    question = entry.question,
    detector = entry.detector,
    told = entry.evidence.told,
  })
  agent_status.changed()
  events.emit("agent_state_changed", { agent_id = record.id })
  hooks.notify("agent_status", {
    agent_id = record.id,
    agent_key = record.key,
    state = entry.state,
    previous = before,
    since = entry.since,
    reason = entry.reason,
    question = entry.question,
  })
end

return agent_state
