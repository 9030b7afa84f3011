--- Where a program takes text, and what is in it: looked at for a prompt that is about to be typed, or was.

local agent_state = require("lib.agent_state")
local detector = require("lib.detector")
local detectors = require("lib.detectors")

local input_line = {}

local state_of, undimmed, plain

--- A look at a session: {state, question?, input? (what stands in the input line; nil when none is seen), text, detected,
--- told?}, or nil when its terminal is gone. `state` is that of this moment where the screen says it, else the agent's.
function input_line.look(session_id, agent_id, is_first)
  local handle = pty.get(session_id)
  local shown = handle and handle:get_snapshot{ ansi = true }
  if not shown then return nil end
  local styled = {}
  for line in (shown.text .. "\n"):gmatch("(.-)\n") do styled[#styled + 1] = line end
  local entry = is_first and agent_state.entry(agent_id) or { evidence = {}, state = "idle" }
  local compiled = entry.detector and detectors.get(entry.detector)
  local look = { text = plain(shown.text), told = entry.evidence.told, detected = compiled ~= nil and entry.detector ~= "shell" }
  if not compiled then
    look.state = state_of(entry, agent_id)
    return look
  end
  local screen = detector.screen(compiled, { text = look.text, cursor = shown.cursor })
  local read = detector.read(compiled, screen)
  look.input = detector.input_text(compiled, screen, function(row) return undimmed(styled[row] or "") end)
  look.question = read and read.question
  if look.detected then
    look.state = read and read.state or (entry.state == "starting" and "starting" or "working")
    if not read then look.waits_for = "its screen shows no input line" end
  else
    look.state = read and read.state == "waiting" and "waiting" or state_of(entry, agent_id)
  end
  return look
end

function state_of(entry, agent_id)
  local record = records.agent(agent_id)
  local now = record and agent_state.of(record).state or entry.state
  return now == "done" and "idle" or now
end

--- A line without its styles, and without what is dim (a placeholder) or reversed (a cursor that the program draws).
function undimmed(line)
  local parts, hidden, at = {}, {}, 1
  while at <= #line do
    local from, to, codes = line:find("\27%[([%d;:]*)m", at)
    local text = line:sub(at, (from or #line + 1) - 1)
    parts[#parts + 1] = (hidden.dim or hidden.reversed) and (" "):rep(utf8.len(text) or #text) or text
    if not from then break end
    if codes == "" then hidden = {} end
    for code in codes:gmatch("[^;]+") do
      if code == "0" then hidden = {} end
      if code == "2" then hidden.dim = true end
      if code == "7" then hidden.reversed = true end
      if code == "22" then hidden.dim = nil end
      if code == "27" then hidden.reversed = nil end
    end
    at = to + 1
  end
  return table.concat(parts)
end

function plain(text)
  return (text:gsub("\27%[[%d;:]*m", ""))
end

return input_line
