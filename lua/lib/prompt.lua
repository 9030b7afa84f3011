--- Prompts: a text that must arrive. Each session has a queue, so that two prompts never meet, and each prompt gets a
--- receipt that is true:
---
--- - `submitted`: it was typed and taken; `evidence` says how that was seen.
--- - `queued`: a person types there; it will be typed once they have stopped. The hook `prompt_receipt` says what became
---   of it.
--- - `refused`: nothing was typed, and will not be; `reason` says why: a dialog is open, the program ended, …
--- - `timed_out`: the time was over. Nothing was typed, unless `typed` is true; with `in_input_line`, the text lies there:
---   sent again it is submitted, not typed twice, and no other prompt is typed behind it.

local hooks = require("hub.hooks")
local state = require("hub.state")
local prompt_delivery = require("lib.prompt_delivery")
local state_look = require("lib.state_look")

local prompt = {}

--- Seconds to wait for a receipt when nobody says otherwise, and for a person to stop typing.
local TIMEOUT_SECONDS, HOLD_SECONDS = 60, 600
local MOST_SECONDS = 24 * 3600
local MOST_WAITING = 100

--- Session id → {items, running}.
local queues = state.get("lib.prompt.queues")
local numbers = state.get("lib.prompt.numbers")

local add, work_off, finish, receipt_of, seconds_of, describe

--- Gives a prompt to a session of an agent and waits for its receipt: {id, outcome, reason?, question?, evidence?, typed?,
--- in_input_line?, waited_for?}. Options: `timeout` and `hold` in seconds, `from` {kind = person|agent|plugin|system, name?}, `session` (a
--- record; default: the agent's first), `while_working` (do not wait until it has finished what it does),
--- `through_dialogs` (wait until somebody has answered what it asks, instead of being refused), `only_in_time` (never
--- `queued`: what a person's typing held until the time was over is not typed later), `on_pending` (called with false before
--- it is typed and once its receipt is final, with true when it turned out not to have been typed). Or nil, message, err when
--- the prompt cannot even be tried.
function prompt.send(record, text, options)
  options = options or {}
  local session = options.session or records.sessions(record.id)[1]
  if not session then return nil, ("%s has no session"):format(record.key), { kind = "no_session" } end
  if type(text) ~= "string" or not text:find("%S") then
    return nil, "the prompt is empty", { kind = "bad_request" }
  end
  local item, message, err = add(session, record, text, options)
  if not item then return nil, message, err end
  while not item.receipt do
    local left = (item.deadline - runtime.clock()) / 1000
    if left <= 0 then
      if item.stage == "held" and not item.only_in_time then return receipt_of(item, { outcome = "queued", reason = "a person is typing there" }) end
      if item.stage ~= "typing" then
        item.cancelled = true
        finish(item, { outcome = "timed_out", reason = item.waits_for or "it was not its turn" })
        return item.receipt
      end
      left = nil -- whether it was taken is known in a moment
    end
    events.wait("prompt_moved", left)
  end
  return item.receipt
end

--- The same in the background. What goes wrong is reported.
function prompt.later(record, text, options)
  runtime.start("hub", function()
    local receipt, message = prompt.send(record, text, options)
    if receipt and receipt.outcome ~= "refused" and receipt.outcome ~= "timed_out" then return end
    if not receipt and options.on_pending then options.on_pending(false) end
    local why = message or receipt.reason or receipt.outcome
    runtime.report("lib.prompt", ("the prompt for %s was not typed: %s"):format(record.key, why))
  end)
end

--- Prompts that wait for a session: {id, from, stage} each.
function prompt.waiting(session_id)
  local waiting = {}
  for i, item in ipairs(queues[session_id] and queues[session_id].items or {}) do
    waiting[i] = { id = item.id, from = item.from, stage = item.stage }
  end
  return waiting
end

function add(session, record, text, options)
  local queue = queues[session.id] or { items = {} }
  queues[session.id] = queue
  if #queue.items >= MOST_WAITING then
    return nil, ("%d prompts wait for %s already"):format(#queue.items, record.key), { kind = "too_many" }
  end
  numbers.last = (numbers.last or 0) + 1
  local item = {
    id = ("p%d"):format(numbers.last),
    agent_id = record.id,
    agent_key = record.key,
    session_id = session.id,
    is_first = session.id == (records.sessions(record.id)[1] or {}).id,
    text = text,
    from = options.from or { kind = "system" },
    hold = seconds_of(options.hold, HOLD_SECONDS),
    deadline = runtime.clock() + seconds_of(options.timeout, TIMEOUT_SECONDS) * 1000,
    while_working = options.while_working == true,
    through_dialogs = options.through_dialogs == true,
    only_in_time = options.only_in_time == true,
    on_pending = options.on_pending or function() end,
    stage = "waiting",
  }
  queue.items[#queue.items + 1] = item
  work_off(session.id, queue)
  return item
end

function work_off(session_id, queue)
  if queue.running then return end
  queue.running = true
  runtime.start("hub", function()
    local _ <close> = setmetatable({}, { __close = function()
      queue.running = false
      if queues[session_id] == queue and #queue.items == 0 then queues[session_id] = nil end
    end })
    while queue.items[1] do
      local item = queue.items[1]
      if not item.receipt then
        local ok, receipt = pcall(prompt_delivery.deliver, item)
        if not ok then
          runtime.report("lib.prompt", receipt)
          receipt = { outcome = "refused", reason = tostring(receipt), typed = item.stage == "typing" or nil }
        end
        if not item.receipt then finish(item, receipt) end
      end
      table.remove(queue.items, 1)
    end
  end)
end

function finish(item, receipt)
  item.receipt = receipt_of(item, receipt)
  item.on_pending(false)
  log.info(describe(item))
  if receipt.outcome == "submitted" and item.is_first then state_look.took_prompt(item.agent_id) end
  events.emit("prompt_moved")
  hooks.notify("prompt_receipt", item.receipt)
end

function receipt_of(item, receipt)
  receipt.id, receipt.agent_id, receipt.agent_key = item.id, item.agent_id, item.agent_key
  receipt.session_id, receipt.from = item.session_id, item.from
  receipt.waited_for = item.waited_for
  return receipt
end

--- Without the text, which may hold secrets.
function describe(item)
  local from = item.from.kind .. (item.from.name and " " .. item.from.name or "")
  local receipt = item.receipt
  local why = receipt.reason or receipt.evidence
  return ("prompt %s from %s to %s: %s%s"):format(item.id, from, item.session_id, receipt.outcome, why and ", " .. why or "")
end

function seconds_of(given, default)
  if type(given) ~= "number" then return default end
  return math.min(math.max(given, 0), MOST_SECONDS)
end

return prompt
