--- Where a program takes text, and what is in it: looked at for a prompt that is about to be typed, or was.

local agent_state = require("lib.agent_state")
local detector = require("lib.detector")
local detectors = require("lib.detectors")

local input_line = {}

local state_of, undimmed, restyle, plain

--- A look at a session: {state, question?, input? (what stands in the input line; nil when none is seen), text, detected,
--- told?, waits_for?}, or nil when its terminal is gone. `state` is that of this moment where the screen says it, else the
--- agent's. `waits_for`: the program is known, but nothing of what its screen shows.
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
    look.question = entry.evidence.screen and entry.evidence.screen.question
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
    restyle(hidden, codes)
    at = to + 1
  end
  return table.concat(parts)
end

--- Follows what a style sequence (SGR) says of dim and reversed. The numbers of a colour (38;2;R;G;B, 48;5;N) say nothing of
--- them.
function restyle(hidden, codes)
  local colour = 0 -- parameters of a colour still to come; -1 while its kind is
  for code in (codes == "" and "0" or codes):gmatch("[^;]+") do
    if colour == -1 then
      colour = code == "2" and 3 or code == "5" and 1 or 0
    elseif colour > 0 then
      colour = colour - 1
    elseif code == "38" or code == "48" or code == "58" then
      colour = -1
    elseif code == "0" then
      hidden.dim, hidden.reversed = nil, nil
    elseif code == "2" then
      hidden.dim = true
    elseif code == "7" then
      hidden.reversed = true
    elseif code == "22" then
      hidden.dim = nil
    elseif code == "27" then
      hidden.reversed = nil
    end
  end
end

function plain(text)
  return (text:gsub("\27%[[%d;:]*m", ""))
end

return input_line
