--- Values that outlive reloads. Protected: this module is never reloaded itself.
---
--- ```lua
--- local state = require("hub.state")
--- local seen = state.get("my_plugin.seen")   -- the same table after every reload
--- ```

local transaction = require("hub.transaction")

local state = {}

local values = {}
--- Key of each class → name of the module that defines it.
local definers = {}

local check_key, take_out_functions

--- The value kept under `key`. A missing one becomes `default`, or a new table when there is no default, and is kept:
--- every caller gets the same table.
function state.get(key, default)
  check_key("state.get", key)
  local value = values[key]
  if value == nil then
    value = default
    if value == nil then value = {} end
    values[key] = value
  end
  return value
end

--- Keeps `value` under `key`; nil forgets it.
function state.set(key, value)
  check_key("state.set", key)
  values[key] = value
end

--- Forgets `key`. Returns whether there was anything.
function state.clear(key)
  check_key("state.clear", key)
  local existed = values[key] ~= nil
  values[key] = nil
  definers[key] = nil
  return existed
end

--- All keys, sorted.
function state.keys()
  local keys = {}
  for key in pairs(values) do keys[#keys + 1] = key end
  table.sort(keys)
  return keys
end

--- The table of a class's methods, with a stable identity and `__index` on itself, so that objects made before a reload
--- get the new methods. When the module that defines it is reloaded, its functions are taken out first: one that
--- vanished from the new version does not linger. A failed reload puts all of them back.
function state.class(key)
  check_key("state.class", key)
  local class = state.get(key)
  local module = transaction.base(owners.current())
  if definers[key] == nil then
    definers[key] = module
    if class.__index == nil then class.__index = class end
  elseif definers[key] == module then
    take_out_functions(class)
  end
  return class
end

function take_out_functions(class)
  local before = {}
  for name, value in pairs(class) do before[name] = value end
  local reloading = transaction.on_rollback(function()
    for name in pairs(class) do class[name] = nil end
    for name, value in pairs(before) do class[name] = value end
  end)
  if not reloading then return end -- the module only asks again for its own class
  for name, value in pairs(before) do
    if type(value) == "function" then class[name] = nil end
  end
end

function check_key(what, key)
  if type(key) == "string" and key ~= "" then return end
  error(("bad argument #1 to '%s' (key expected, a string that is not empty, got %s)"):format(what, type(key)), 3)
end

return state
