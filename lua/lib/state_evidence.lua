--- Which evidence about an agent decides. Each piece is {state, source, confidence, reason, question?, at (runtime.clock)}.

local state_evidence = {}

--- Milliseconds a screen must have said something else before it outweighs what the agent itself or its terminal said: a
--- screen is drawn a little later than a hook is called.
local CONTRADICTION_MS = 1500
--- What a screen must at least be sure of to outweigh them.
local CONTRADICTION_CONFIDENCE = 0.8

--- Best first: {kind of evidence, its layer}.
local ORDER = {
  { "asked", 1 }, { "told", 1 }, { "marks", 2 }, { "progress", 2 }, { "notification", 2 }, { "screen", 3 }, { "process", 4 },
  { "output", 4 },
}

local set_aside

--- The piece that decides, with `layer` and `kind`; nil when there is none. With `trace`, a table, all pieces are added to
--- it in order, with `layer`, `kind`, `used` and why one was set aside.
function state_evidence.decide(entry, trace)
  local decided
  for _, place in ipairs(ORDER) do
    local kind, layer = place[1], place[2]
    local piece = entry.evidence[kind]
    if piece and piece.state then
      local why = set_aside(entry, kind, layer, piece)
      local used = not why and not decided
      if used then
        decided = { state = piece.state, reason = piece.reason, question = piece.question, kind = kind, layer = layer, rule = piece.rule }
      end
      if trace then
        trace[#trace + 1] = {
          kind = kind, layer = layer, source = piece.source, state = piece.state, reason = piece.reason,
          question = piece.question, confidence = piece.confidence, rule = piece.rule, used = used,
          age = (runtime.clock() - (piece.at or 0)) / 1000,
          set_aside = why or (not used and "a better layer decides" or nil),
        }
      end
    end
  end
  return decided
end

--- Whether the screen contradicts something that was said too lately to be outweighed: another look will decide.
function state_evidence.is_contested(entry)
  local screen = entry.evidence.screen
  if not screen then return false end
  for _, kind in ipairs({ "told", "marks", "progress", "notification" }) do
    local piece = entry.evidence[kind]
    if piece and piece.state ~= screen.state and screen.at < piece.at + CONTRADICTION_MS then return true end
  end
  return false
end

--- Why a piece does not count, or nil.
function set_aside(entry, kind, layer, piece)
  if kind == "asked" then return nil end -- open until it is answered, whatever the screen shows meanwhile
  if kind == "marks" and entry.detector ~= "shell" then return "another program than a shell runs in the terminal" end
  local screen = entry.evidence.screen
  if layer < 3 and screen and screen.state and screen.state ~= piece.state
    and screen.confidence >= CONTRADICTION_CONFIDENCE and screen.at >= (piece.at or 0) + CONTRADICTION_MS then
    return ("its screen has shown since that it is %s"):format(screen.state)
  end
  if kind == "output" and entry.detector == "shell" and entry.evidence.process then return "the process says more" end
end

return state_evidence
