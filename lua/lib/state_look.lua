--- Looking at an agent's screen: when there is something new on it, not more often than is of use, and at no other time.

local state = require("hub.state")
local agent_state = require("lib.agent_state")
local detector = require("lib.detector")
local detectors = require("lib.detectors")
local state_evidence = require("lib.state_evidence")

local state_look = {}

--- Milliseconds between two looks at a screen that stands still again and again.
local SETTLED_MS = 200
--- Milliseconds between two looks at one that never stands still: more and more while it shows the same.
local BUSY_FIRST_MS, BUSY_LAST_MS = 900, 3000
--- Seconds after which a screen that says nothing is looked at once more, and one of a program that told something.
--- `blank`: a known program that has drawn nothing at all is being started, if not for ever: twenty of them at once take
--- their time. `unread`: one that works redraws its screen all the time; one that stands still for so long asks something
--- that its detector does not know.
local AGAIN_SECONDS = { starting = 5, blank = 60, told = 2, cpu = 2, unread = 10, prompted = 3.1 }
--- Seconds of processor time a second from which a silent program is said to work: the machine may be busy with others, and
--- what waits uses next to nothing.
local CPU_SHARE = 0.1
--- Longest pause between two looks at a silent program that uses the processor.
local CPU_LAST_SECONDS = 10
--- Milliseconds after which an earlier look says nothing of what a program uses now.
local CPU_STALE_MS = 15000

--- Agent id → {last, interval, timer, running, again}. Not kept: a reload looks anew.
local looks = state.get("lib.state_look.looks")

local due, begin, look, read_screen, identify, note_process, note_quiet, is_still_starting, note_unread, doubtful, seen

--- A session printed (`busy`) or came to stand still.
function state_look.activity(id, signal)
  local entry = agent_state.entry(id)
  entry.busy = signal.busy
  entry.echo = signal.echo
  local pause = due(id, signal.busy)
  if pause <= 0 then return begin(id) end
  if not signal.busy then state_look.later(id, pause / 1000) end
end

--- Looks after a while, unless a look comes first.
function state_look.later(id, seconds)
  local plan = looks[id] or {}
  looks[id] = plan
  if plan.timer then timer.cancel(plan.timer) end
  plan.timer = timer.after(seconds, function()
    plan.timer = nil
    begin(id)
  end)
end

--- Looks now.
function state_look.now(id)
  begin(id)
end

--- An agent took a prompt: what it does now is looked at also when it prints nothing.
function state_look.took_prompt(id)
  agent_state.took_prompt(id)
  state_look.later(id, AGAIN_SECONDS.prompted)
end

--- An agent is gone.
function state_look.forget(id)
  local plan = looks[id]
  if plan and plan.timer then timer.cancel(plan.timer) end
  looks[id] = nil
end

--- Once more, after something was told that the screen may contradict.
function state_look.after_report(id)
  state_look.later(id, AGAIN_SECONDS.told)
end

--- Milliseconds until a look is of use again.
function due(id, busy)
  local plan = looks[id]
  if not plan or not plan.last then return 0 end
  local gap = busy and (plan.interval or BUSY_FIRST_MS) or SETTLED_MS
  return plan.last + gap - runtime.clock()
end

--- One look at a time for each agent; what comes meanwhile is looked at after it.
function begin(id)
  local plan = looks[id] or {}
  looks[id] = plan
  if plan.running then
    plan.again = true
    return
  end
  plan.running = true
  runtime.start("hub", function()
    local _ <close> = setmetatable({}, { __close = function() plan.running = false end })
    repeat
      plan.again = false
      plan.last = runtime.clock()
      look(id, plan)
    until not plan.again or looks[id] ~= plan
  end)
end

function look(id, plan)
  local session = agent_state.first_session(id)
  local handle = session and pty.get(session.id)
  if not handle or not handle:is_alive() then return agent_state.decide(id) end
  local entry = agent_state.entry(id)
  local before = entry.state
  local process = identify(entry, session, handle)
  local shown = handle:get_snapshot()
  if not shown or not records.agent(id) then return end
  local info = handle:info()
  shown.title = info and info.title
  entry.shown = shown
  read_screen(entry, shown)
  if process then note_process(id, entry, process) end
  note_quiet(id, entry)
  agent_state.decide(id)
  events.emit("agent_looked")
  if state_evidence.is_contested(entry) then state_look.after_report(id) end
  if entry.prompted_at then state_look.later(id, AGAIN_SECONDS.prompted) end
  local same = entry.state == before
  plan.interval = same and math.min(BUSY_LAST_MS, (plan.interval or BUSY_FIRST_MS) * 1.5) or BUSY_FIRST_MS
end

--- Which detector fits: what the agent said it is, its profile, its command, the program in the foreground. Returns the
--- foreground process when that is what tells.
function identify(entry, session, handle)
  local record = records.agent(session.agent_id)
  local wanted = record and (record.metadata.detector or record.profile_name)
  local given = entry.told_source or (wanted and detectors.get(wanted) and wanted)
  local by_command = given or detectors.for_command(session.argv)
  if by_command and by_command ~= "shell" then
    entry.detector = by_command
    return nil
  end
  local process = handle:foreground()
  if not process then
    entry.detector = by_command
    return nil
  end
  -- A shell that runs a command given to it is no shell to a person.
  local is_interactive = by_command == "shell" and #session.argv == 1
  entry.detector = detectors.for_process(process.argv)
  if entry.detector == "shell" and not is_interactive then entry.detector = nil end
  if not entry.detector and is_interactive then entry.detector = "shell" end
  return process
end

function read_screen(entry, shown)
  local name = entry.detector or "any"
  local compiled = detectors.get(name)
  local read = compiled and detector.read(compiled, shown)
  if not read then
    entry.evidence.screen = nil
    return
  end
  if doubtful(entry, read) then return end
  entry.evidence.screen = {
    state = read.state,
    source = ("agents/%s.lua"):format(name),
    rule = read.rule,
    region = read.region,
    confidence = read.confidence,
    reason = read.reason,
    question = read.question,
    at = runtime.clock(),
  }
end

--- While a program draws, half a screen may look as if it were idle: it has to look so twice.
function doubtful(entry, read)
  if not entry.busy or read.state == "working" or read.state == "waiting" or entry.state ~= "working" then
    entry.doubts = 0
    return false
  end
  entry.doubts = (entry.doubts or 0) + 1
  return entry.doubts < 2
end

--- A shell's foreground says whether it runs a command; a silent program's processor time whether it works.
function note_process(id, entry, process)
  local now = runtime.clock()
  if entry.detector == "shell" then
    local name = process.argv[1] and process.argv[1]:match("[^/]+$") or "a command"
    local state = process.is_leader and "idle" or "working"
    local reason = process.is_leader and "the shell waits for a command" or ("it runs %s"):format(name)
    entry.evidence.process = seen(state, "the terminal's foreground process", 0.9, reason)
    return
  end
  local before = entry.cpu
  entry.cpu = { pid = process.pid, used = process.cpu, at = now }
  entry.evidence.process = nil
  if entry.busy or entry.evidence.screen then return end
  if not before or before.pid ~= process.pid or now - before.at > CPU_STALE_MS then return state_look.later(id, AGAIN_SECONDS.cpu) end
  local share = (process.cpu - before.used) / math.max(0.001, (now - before.at) / 1000)
  if share < CPU_SHARE then
    entry.cpu_pause = nil
    return
  end
  entry.cpu_pause = math.min(CPU_LAST_SECONDS, (entry.cpu_pause or AGAIN_SECONDS.cpu) * 2)
  state_look.later(id, entry.cpu_pause)
  entry.evidence.process = seen("working", "processor time", 0.5, "it prints nothing and uses the processor")
end

--- Whether it prints: the last thing to go by. A screen of a known program that says nothing yet gets a second look.
function note_quiet(id, entry)
  local detected = entry.detector and entry.detector ~= "shell"
  if entry.busy or entry.evidence.screen then entry.unread_since = nil end
  if entry.busy then
    if not entry.echo then
      entry.cpu_pause = nil
      entry.evidence.output = seen("working", "output", 0.5, "it prints")
    end
    return
  end
  if detected and not entry.evidence.screen then
    if entry.state ~= "starting" then return note_unread(id, entry) end
    if is_still_starting(entry) then return state_look.later(id, AGAIN_SECONDS.starting) end
  end
  entry.evidence.output = seen("idle", "output", 0.4, "it prints nothing")
end

--- Whether a known program whose screen says nothing has not started yet.
function is_still_starting(entry)
  entry.quiet_since = entry.quiet_since or runtime.clock()
  local is_blank = not entry.shown.text:find("%S")
  local patience = (is_blank and AGAIN_SECONDS.blank or AGAIN_SECONDS.starting) * 1000 - SETTLED_MS
  return runtime.clock() - entry.quiet_since < patience
end

--- Nothing is known anew, and what was decided stays; unless it goes on standing still.
function note_unread(id, entry)
  local now = runtime.clock()
  entry.unread_since = entry.unread_since or now
  if now - entry.unread_since < AGAIN_SECONDS.unread * 1000 then
    entry.evidence.output = nil
    return state_look.later(id, AGAIN_SECONDS.unread)
  end
  local reason = "it has stopped, and shows something that its detector does not know"
  entry.evidence.output = seen("waiting", "output", 0.3, reason)
end

--- Evidence of a state, as of now.
function seen(state, source, confidence, reason)
  return { state = state, source = source, confidence = confidence, reason = reason, at = runtime.clock() }
end

return state_look
