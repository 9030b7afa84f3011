--- What is offered to agents, by kind ("tool", "prompt") and name, each with its owner. Kept across reloads; says
--- `mcp_tools_changed` and `mcp_prompts_changed`, once for changes that happen together.

local list_of = require("lib.list")
local state = require("hub.state")
local transaction = require("hub.transaction")

local mcp_registry = {}

local entries = state.get("lib.mcp.registry", { tool = {}, prompt = {} })
--- Kinds that changed since they were last told of.
local changed = state.get("lib.mcp.changed")

local TELL = {
  tool = function() events.emit("mcp_tools_changed", {}) end,
  prompt = function() events.emit("mcp_prompts_changed", {}) end,
}

local take, tell, is_of

--- Adds an entry, or replaces that of the same name; the owner is whoever runs.
function mcp_registry.set(kind, name, entry)
  entry.owner = owners.current()
  transaction.apply(function()
    entries[kind][name] = entry
    tell(kind)
  end)
end

--- Removes an entry. Returns whether there was one.
function mcp_registry.remove(kind, name)
  local known = entries[kind][name] ~= nil
  transaction.apply(function() take(kind, name) end)
  return known
end

--- Removes all of a source. Returns how many there were.
function mcp_registry.reset(source)
  local count = 0
  for kind, by_name in pairs(entries) do
    for name, entry in pairs(by_name) do
      if is_of(entry, source) then
        count = count + 1
        transaction.apply(function()
          if entries[kind][name] == entry then take(kind, name) end
        end)
      end
    end
  end
  return count
end

function mcp_registry.find(kind, name)
  return entries[kind][name]
end

--- Names of a kind, sorted.
function mcp_registry.names(kind)
  local names = {}
  for name in pairs(entries[kind]) do names[#names + 1] = name end
  table.sort(names)
  return names
end

--- {name, owner, and these fields} of each entry, sorted by name.
function mcp_registry.list(kind, fields)
  local list = {}
  for i, name in ipairs(mcp_registry.names(kind)) do
    local entry = entries[kind][name]
    list[i] = { name = name, owner = transaction.base(entry.owner) }
    for _, field in ipairs(fields) do list[i][field] = entry[field] end
  end
  return list_of(list)
end

function take(kind, name)
  if entries[kind][name] == nil then return end
  entries[kind][name] = nil
  tell(kind)
end

--- Emits the event when what runs now is done: a reload takes everything away and adds it again.
function tell(kind)
  if changed[kind] then return end
  changed[kind] = true
  runtime.start("hub", function()
    runtime.sleep(0)
    changed[kind] = nil
    TELL[kind]()
  end)
end

function is_of(entry, source)
  local owner = transaction.base(entry.owner)
  return owner == source or owner == "plugin." .. source
end

--- Registered once: a reload of this module finds the same entries.
if not state.get("lib.mcp.listening", false) then
  state.set("lib.mcp.listening", true)
  transaction.registry(function(owner)
    for kind, by_name in pairs(entries) do
      for name, entry in pairs(by_name) do
        if entry.owner == owner then take(kind, name) end
      end
    end
  end)
end

return mcp_registry
