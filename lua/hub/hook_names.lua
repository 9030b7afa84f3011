--- The names the hub itself calls hooks and events by, so that a name that is nearly one of them is noticed. Protected.

local transaction = require("hub.transaction")

local hook_names = {}

--- What a kind of hook is registered with.
local FUNCTIONS = { observer = "hooks.on", interceptor = "hooks.intercept", event = "events.on" }
--- Letters of a name for each that may be wrong in it: "agent_create" is two from "agent_created".
local LETTERS_PER_MISTAKE = 5

--- Name → kind → true.
local known = {}
--- Owner → what was doubted of the events it listens to.
local doubted = {}

local nearest, distance

for _, hook in ipairs(runtime.described_hooks()) do
  local kinds = hook.kind == "both" and { "observer", "interceptor" } or { hook.kind }
  known[hook.name] = known[hook.name] or {}
  for _, kind in ipairs(kinds) do known[hook.name][kind] = true end
end

--- Why nobody may ever call a hook of this kind ("observer", "interceptor", "event") and name, or nil: plugins may have
--- names of their own, so that only what is nearly the hub's, or is the hub's of another kind, is doubted.
function hook_names.doubt(kind, name)
  local kinds = known[name]
  if kinds and kinds[kind] then return nil end
  if not kinds then
    local meant = nearest(kind, name)
    return meant and ("the hub has no '%s': did you mean '%s'?"):format(name, meant)
  end
  local other = next(kinds)
  return ("the hub has '%s' for %s, not for %s"):format(name, FUNCTIONS[other], FUNCTIONS[kind])
end

--- Notes a doubt about an event that the current owner listens to: nobody else knows who does.
function hook_names.note(message)
  local owner = owners.current()
  transaction.apply(function()
    doubted[owner] = doubted[owner] or {}
    table.insert(doubted[owner], message)
  end)
end

--- What was noted of an owner.
function hook_names.noted(owner)
  return doubted[owner] or {}
end

--- The known name of a kind that is least different, or nil when all are very different.
function nearest(kind, name)
  local best, least = nil, #name // LETTERS_PER_MISTAKE + 1
  for candidate, kinds in pairs(known) do
    if kinds[kind] and math.abs(#candidate - #name) < least then
      local found = distance(candidate, name)
      if found < least or found == least and best and candidate < best then best, least = candidate, found end
    end
  end
  return best
end

--- Letters to add, remove or change between two words (Levenshtein).
function distance(one, two)
  local row = {}
  for j = 0, #two do row[j] = j end
  for i = 1, #one do
    local diagonal = row[0]
    row[0] = i
    for j = 1, #two do
      local cost = one:byte(i) == two:byte(j) and 0 or 1
      diagonal, row[j] = row[j], math.min(row[j] + 1, row[j - 1] + 1, diagonal + cost)
    end
  end
  return row[#two]
end

transaction.registry(function(owner) doubted[owner] = nil end)

return hook_names
