--- Typing one prompt: when the program takes input, as one piece, and not without seeing that it was taken.

local input_line = require("lib.input_line")
local unsent_prompt = require("lib.unsent_prompt")

local prompt_delivery = {}

--- Seconds between two looks when nothing says that there is something new.
local LOOK_SECONDS = 1
--- Milliseconds a program of an unknown kind may go on printing before it is typed to anyway: some never stop.
local PATIENCE_MS = 30000
--- Longest that the ptyhost holds something at once, in seconds.
local HOLD_AT_ONCE = 60
--- Milliseconds of looking after which Enter is pressed once more, and after which nobody believes any longer that it was taken; what
--- is seen to lie in the input line has until its sender's time is over, since a machine may be slow.
local RETRY_MS, GIVE_UP_MS = 1500, 5000
--- Longest that the time between two looks counts as looking: one of these processes, or all, may have stood still.
local MOST_BETWEEN_LOOKS_MS = 300
--- Looks in a row that show the same in the input line before Enter is pressed once more.
local CALM_LOOKS = 5
--- Looks at the screen before that: on a machine that has much to do, five seconds may be the time of two.
local GIVE_UP_LOOKS = 15
--- Characters by which a text is recognised on the screen.
local RECOGNISED = 24

local ready, take_turn, occupied, type_in, verify, in_input_line, began, reads_input, press_enter_again, changed, refused, stage, shown_in_transcript

--- Types an item of the queue (lib/prompt.lua) and returns its receipt; nil when its sender has given up.
function prompt_delivery.deliver(item)
  local handle = pty.get(item.session_id)
  item.began = runtime.clock()
  while true do
    if item.cancelled then return nil end
    if not handle or not handle:is_alive() then return refused("the program ended") end
    local look = input_line.look(item.session_id, item.agent_id, item.is_first)
    -- The look took its time: its sender may have been told meanwhile that nothing was typed.
    if item.cancelled then return nil end
    if not look then return refused("the terminal is gone") end
    if look.state == "waiting" and not item.through_dialogs then return refused("a dialog is open", look.question) end
    if not ready(item, look) then
      stage(item, "waiting", look.waits_for or ("the agent is %s"):format(look.state))
      events.wait("agent_looked", LOOK_SECONDS)
    else
      local receipt = take_turn(item, handle, look)
      if receipt then return receipt end
    end
  end
end

--- Whether the program takes input now.
function ready(item, look)
  if look.state == "idle" or look.state == "failed" then return true end
  if look.state == "working" and item.while_working and look.input then return true end
  -- A program nobody knows anything of, which prints all the time.
  return not look.detected and runtime.clock() - item.began > PATIENCE_MS
end

--- Types it unless a person is typing. Returns the receipt; nil to look again.
function take_turn(item, handle, look)
  if look.input and look.input ~= "" then return occupied(item, handle, look) end
  local is_empty = look.input == ""
  local how, message, err = type_in(item, handle, is_empty)
  if how then return verify(item, handle, look) end
  if not message:find("person", 1, true) then return refused(message, nil, err) end
  stage(item, "held", "a person is typing")
  item.waited_for = "person"
  local left = item.hold - (runtime.clock() - item.began) / 1000
  if left <= 0 then return refused(("a person was still typing after %d s"):format(item.hold)) end
  -- Holds nothing but its place: what the screen shows when the person has stopped is looked at anew.
  if item.only_in_time then left = math.min(left, math.max(0, (item.deadline - runtime.clock()) / 1000)) end
  handle:inject("", { submit = false, paste = false, hold = math.min(left, HOLD_AT_ONCE), line_is_empty = is_empty })
  return nil
end

--- Something is in the input line already. A prompt that was typed and not taken is submitted by sending it again; anything
--- else is a person's draft, however it came there.
function occupied(item, handle, look)
  local unsent = unsent_prompt.lying(item.session_id, look)
  if unsent and unsent.text == item.text then
    stage(item, "typing")
    item.typed_at = runtime.clock()
    if press_enter_again(handle, item) then return verify(item, handle, look) end
  end
  if unsent then
    local which = unsent_prompt.describe(unsent)
    stage(item, "waiting", ("%s lies in the input line and was not taken: send that one again, or press Enter there"):format(which))
    item.waited_for = "prompt"
  else
    stage(item, "held", "a person's text is in the input line")
    item.waited_for = "person"
  end
  if runtime.clock() - item.began > item.hold * 1000 then
    return refused(unsent and "an earlier prompt stayed in the input line" or "a person's text stayed in the input line")
  end
  events.wait("agent_looked", LOOK_SECONDS)
  return nil
end

function type_in(item, handle, is_empty)
  local before = item.stage
  stage(item, "typing")
  item.on_pending(false)
  local how, message, err = handle:inject(item.text, { hold = 0, line_is_empty = is_empty, from = item.from })
  item.typed_at = runtime.clock()
  if not how then
    stage(item, before, item.waits_for)
    item.on_pending(true)
  end
  return how, message, err
end

--- Waits until one sees that it was taken.
function verify(item, handle, before)
  local retried, doubted, shown = false, nil, nil
  local looks, looked, last, calm = 0, 0, item.typed_at, 0
  while true do
    looks = looks + 1
    local now = runtime.clock()
    local waited = now - item.typed_at
    looked = looked + math.min(now - last, MOST_BETWEEN_LOOKS_MS)
    last = now
    local look = input_line.look(item.session_id, item.agent_id, item.is_first)
    if not look or not handle:is_alive() then return { outcome = "submitted", evidence = "the program ended after it" } end
    local evidence = began(item, before, look)
    -- A screen that says nothing may be half drawn: it has to say so twice.
    local is_sure = not look.waits_for or evidence == doubted
    doubted = evidence
    if evidence and is_sure then return { outcome = "submitted", evidence = evidence } end
    if look.input or not look.waits_for then
      calm = look.input == shown and calm + 1 or 1
      shown = look.input
    end
    local lies_there = shown ~= nil and shown ~= ""
    if waited > GIVE_UP_MS and looks > GIVE_UP_LOOKS and not (lies_there and now < item.deadline) then
      if lies_there then return in_input_line(item, shown, "it was typed, but it stayed in the input line") end
      return { outcome = "timed_out", reason = "it was typed, but nothing shows that it was taken", typed = true }
    end
    local is_calm = looked > RETRY_MS and calm >= CALM_LOOKS
    if is_calm and not retried and look.input and look.input ~= "" and reads_input(handle) then
      retried = true
      if not press_enter_again(handle, item) then
        return in_input_line(item, look.input, "it is in the input line, and a person types there")
      end
    end
    events.wait("agent_looked", 0.2)
  end
end

function in_input_line(item, shown, reason)
  unsent_prompt.keep(item, shown)
  return { outcome = "timed_out", reason = reason, typed = true, in_input_line = true }
end

--- What shows that the prompt was taken, or nil.
function began(item, before, look)
  if look.told and look.told.at > item.typed_at and look.told.state == "working" then return "the agent says so" end
  if look.input == nil then
    if look.state == "working" and not look.waits_for and before.state ~= "working" then return "it began to work" end
    if before.input ~= nil then -- its input line has gone: it works, or asks something
      return shown_in_transcript(item, look) and "the input line was taken away" or nil
    end
    return look.detected ~= true and changed(before, look) and "the screen changed" or nil
  end
  if look.input ~= "" then return nil end
  if look.state == "working" and before.state ~= "working" then return "it began to work" end
  return changed(before, look) and shown_in_transcript(item, look) and "the input line emptied" or nil
end

--- Whether the program may have read all that was typed. One that stands still has not: a second Enter would lie behind the
--- first, and answer whatever that opens.
function reads_input(handle)
  local process = handle:foreground()
  return not process or process.is_waiting ~= false
end

function press_enter_again(handle, item)
  return handle:inject("", { submit = true, paste = false, hold = 0, line_is_empty = true, from = item.from }) ~= nil
end

function changed(before, look)
  return before.text ~= look.text
end

--- The beginning of the prompt is on the screen, outside of the input line. A terminal may be narrow: blanks do not count.
function shown_in_transcript(item, look)
  local first = item.text:match("[^\r\n]*%S[^\r\n]*"):gsub("%s+", ""):sub(1, RECOGNISED)
  first = first:gsub("[\x80-\xff]+$", "")
  local screen = look.text:gsub("%s+", "")
  return screen:find(first, 1, true) ~= nil
end

function refused(reason, question, err)
  return { outcome = "refused", reason = reason, question = question, kind = err and err.kind }
end

function stage(item, name, waits_for)
  if item.stage == name and item.waits_for == waits_for then return end
  item.stage, item.waits_for = name, waits_for
  events.emit("prompt_moved")
end

return prompt_delivery
