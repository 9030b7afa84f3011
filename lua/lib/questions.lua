--- What agents ask the person: kept until it is answered, its time is over, or the agent is gone. handlers/questions.lua
--- shows them.

local list = require("lib.list")
local state = require("hub.state")

local questions = {}

--- Seconds between two looks whether the agent that asks is still there.
local LOOK_SECONDS = 5
--- Numbers begin at the second the first question was asked, of so many (11 days): none stands for another question than
--- before, where a person still sees one of a hub that was restarted meanwhile.
local FIRST_NUMBERS = 1000000
--- Questions that wait at once; more would only hide each other.
local MOST = 50

--- Id → {id, agent_id?, agent_key?, text, choices?, kind, asked_at, answer?, closed?}. Kept across reloads.
local open = state.get("lib.questions.open")
local counter = state.get("lib.questions.counter")

local close, count

--- Asks and waits. `question` is {text, choices? (list of texts), agent_id?, agent_key?, kind? ("question"|"approval"),
--- timeout (seconds)}. Returns the answer, or nil, message, err when nobody answered.
function questions.ask(question)
  if count() >= MOST then
    return nil, ("%d questions wait for the person already"):format(MOST), { kind = "busy" }
  end
  counter.last = (counter.last or os.time() % FIRST_NUMBERS) + 1
  local entry = {
    id = tostring(counter.last),
    text = question.text,
    choices = question.choices and list(question.choices) or nil,
    agent_id = question.agent_id,
    agent_key = question.agent_key,
    kind = question.kind or "question",
    asked_at = os.time() * 1000,
  }
  open[entry.id] = entry
  local _ <close> = setmetatable({}, { __close = function() close(entry.id) end })
  events.emit("question_asked", entry)
  local deadline = runtime.clock() + question.timeout * 1000
  while true do
    if entry.answer ~= nil then return entry.answer end
    if entry.closed then return nil, "the person closed the question without an answer", { kind = "dismissed" } end
    if entry.agent_id and not records.agent(entry.agent_id) then break end
    local left = (deadline - runtime.clock()) / 1000
    if left <= 0 then break end
    events.wait("question_closed", math.min(LOOK_SECONDS, left))
  end
  return nil, ("nobody answered within %g s"):format(question.timeout), { kind = "timeout" }
end

--- All that wait, the oldest first.
function questions.list()
  local all = {}
  for _, entry in pairs(open) do
    if entry.answer == nil and not entry.closed then all[#all + 1] = entry end
  end
  table.sort(all, function(a, b) return tonumber(a.id) < tonumber(b.id) end)
  return list(all)
end

--- Answers one; nil dismisses it. Returns true, or nil, message, err.
function questions.answer(id, answer)
  local entry = open[tostring(id)]
  if not entry or entry.answer ~= nil or entry.closed then
    return nil, ("no question %s waits"):format(tostring(id)), { kind = "no_question" }
  end
  if answer == nil then
    entry.closed = true
  else
    entry.answer = answer
  end
  events.emit("question_closed", { id = entry.id })
  return true
end

function close(id)
  local entry = open[id]
  open[id] = nil
  if entry and entry.answer == nil and not entry.closed then events.emit("question_closed", { id = id }) end
end

function count()
  local waiting = 0
  for _ in pairs(open) do waiting = waiting + 1 end
  return waiting
end

return questions
