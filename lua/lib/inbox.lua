--- Messages between agents. A message lies in the inbox of its agent until that takes it or its time is over; whatever
--- happens in the terminal, it does not vanish. Once an agent takes input, a line typed into it tells that messages are
--- there: the doorbell. It never rings under a dialog, while a person types, or while the agent works.

local hooks = require("hub.hooks")
local state = require("hub.state")
local agent_state = require("lib.agent_state")
local prompt = require("lib.prompt")

local inbox = {}

--- Seconds a message is kept for when its sender does not say, and at most.
local DEFAULT_TTL, MOST_TTL = 3600, 7 * 24 * 3600
--- Milliseconds after its time that a message's receipt can still be asked for.
local KEPT_EXPIRED_MS = 24 * 3600 * 1000
--- Bytes of a message: what a model is given at once.
local MOST_BYTES = 64 * 1024
local MOST_UNREAD = 200
--- Seconds the doorbell waits for its turn; it is tried again when the agent becomes idle.
local RING_SECONDS = 30
--- Seconds it is tried again and again at an agent that is idle all the time: a person's draft may be in the way, and need
--- not end in work when it is cleared.
local DRAFT_SECONDS = 600

--- Agent id → whether somebody is at its doorbell.
local ringing = state.get("lib.inbox.ringing")
--- Message id → the timer of its end.
local endings = state.get("lib.inbox.endings")

local now_ms, state_of, shape, unread, told, expire, schedule, doorbell, takes_input

--- Puts a message into an agent's inbox: options {sender (who wrote it, for people), ttl (seconds)}. Returns it, or nil,
--- message, err. A message: {id, agent_id, sender, text, created_at, expires_at, rung_at?, read_at?, state}; state is
--- `waiting`, `rung` (the agent was told), `read` or `expired`. Times are milliseconds since the epoch.
function inbox.send(record, text, options)
  options = options or {}
  if type(text) ~= "string" or not text:find("%S") then return nil, "the message is empty", { kind = "bad_request" } end
  if #text > MOST_BYTES then
    return nil, ("the message is longer than %d bytes: put it into a file and name that"):format(MOST_BYTES), { kind = "too_long" }
  end
  local ttl = options.ttl or DEFAULT_TTL
  if type(ttl) ~= "number" or ttl < 1 or ttl > MOST_TTL then
    return nil, ("ttl: expected seconds, from 1 to %d"):format(MOST_TTL), { kind = "bad_request" }
  end
  if #unread(record.id) >= MOST_UNREAD then
    return nil, ("%s has %d unread messages already"):format(record.key, MOST_UNREAD), { kind = "full" }
  end
  records.forget_expired_messages(now_ms() - KEPT_EXPIRED_MS)
  local message = records.add_message{
    agent_id = record.id,
    sender = options.sender or "somebody",
    text = text,
    expires_at = now_ms() + math.ceil(ttl) * 1000,
  }
  schedule(message)
  told(message)
  inbox.ring(record.id)
  return shape(records.message(message.id))
end

--- The messages of an agent that were neither read nor are over, oldest first; with `all` also those.
function inbox.list(record, all)
  local found = {}
  for _, message in ipairs(records.messages(record.id)) do
    local one = shape(message)
    if all or one.state == "waiting" or one.state == "rung" then found[#found + 1] = one end
  end
  return found
end

--- Takes the messages that lie there; they count as read.
function inbox.read(record)
  local taken = {}
  for _, message in ipairs(inbox.list(record)) do
    records.note_read(message.id)
    local now = records.message(message.id)
    taken[#taken + 1] = shape(now)
    told(now)
  end
  return taken
end

--- What became of a message; nil, message, err when nobody knows it (any more).
function inbox.receipt(id)
  local message = type(id) == "string" and records.message(id)
  if not message then return nil, ("no message '%s': receipts are kept for a day after its time"):format(tostring(id)), { kind = "no_message" } end
  return shape(message)
end

--- Tells an agent of messages that it does not know of, if it takes input; else when it does.
function inbox.ring(agent_id)
  if ringing[agent_id] or not takes_input(agent_id) then return end
  ringing[agent_id] = true
  runtime.start("hub", function()
    local _ <close> = setmetatable({}, { __close = function() ringing[agent_id] = nil end })
    local until_ms = runtime.clock() + DRAFT_SECONDS * 1000
    repeat
      local record = takes_input(agent_id)
      local text, messages, sender = doorbell(record)
      if not text then return end
      -- Left in the queue behind a draft, each would be typed once that is submitted, one after the other.
      local receipt = prompt.send(record, text, {
        timeout = RING_SECONDS,
        only_in_time = true,
        from = { kind = "agent", name = sender },
      })
      local has_rung = receipt and receipt.outcome == "submitted"
      for _, message in ipairs(has_rung and messages or {}) do
        records.note_rung(message.id)
        told(records.message(message.id))
      end
      local may_come = receipt and receipt.outcome == "timed_out" and not receipt.typed and runtime.clock() < until_ms
    until not (has_rung or may_come) or not takes_input(agent_id)
  end)
end

--- The record of an agent that takes input and has messages it does not know of; else nil.
function takes_input(agent_id)
  local record = records.agent(agent_id)
  if not record or not doorbell(record) then return nil end
  local now = agent_state.of(record).state
  return (now == "idle" or now == "done") and record or nil
end

--- What the doorbell says, the messages it is about, and a sender; nil when there is nothing new.
function doorbell(record)
  local messages, senders, seen = {}, {}, {}
  for _, message in ipairs(unread(record.id)) do
    if not message.rung_at then
      messages[#messages + 1] = message
      if not seen[message.sender] then senders[#senders + 1] = message.sender end
      seen[message.sender] = true
    end
  end
  if #messages == 0 then return nil end
  -- A shell does what it is told; everybody else reads.
  if agent_state.entry(record.id).detector == "shell" then return "botster inbox", messages, senders[1] end
  local text = ("[botster] You have %s from %s. Read with the shell command: botster inbox"):format(
    #messages == 1 and "a message" or ("%d messages"):format(#messages), table.concat(senders, ", "))
  return text, messages, senders[1]
end

function unread(agent_id)
  local found = {}
  for _, message in ipairs(records.messages(agent_id)) do
    if not message.read_at and message.expires_at > now_ms() then found[#found + 1] = message end
  end
  return found
end

function shape(message)
  message.state = state_of(message)
  return message
end

function state_of(message)
  if message.read_at then return "read" end
  if message.expires_at <= now_ms() then return "expired" end
  return message.rung_at and "rung" or "waiting"
end

--- Without the text: hooks are for receipts.
function told(message)
  local record = records.agent(message.agent_id)
  events.emit("inbox_moved")
  hooks.notify("inbox_message", {
    id = message.id,
    agent_id = message.agent_id,
    agent_key = record and record.key,
    sender = message.sender,
    state = state_of(message),
  })
end

--- The timer is the hub's: one of whoever sends the message would end with a reload of its module.
function schedule(message)
  local left = (message.expires_at - now_ms()) / 1000
  if endings[message.id] then timer.cancel(endings[message.id]) end
  runtime.start("hub", function()
    endings[message.id] = timer.after(math.max(0.01, left + 0.01), function() expire(message.id) end)
  end)
end

function expire(id)
  endings[id] = nil
  local message = records.message(id)
  if message and not message.read_at then told(message) end
end

function now_ms()
  return os.time() * 1000
end

--- For handlers/inbox.lua: messages that outlived the hub, or a reload of that file, get their ends again.
function inbox.resume()
  for _, message in ipairs(records.messages()) do
    if not message.read_at and message.expires_at > now_ms() then schedule(message) end
  end
end

return inbox
