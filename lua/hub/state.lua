--- Values that outlive reloads. Protected: this module is never reloaded itself.
---
--- ```lua
--- local state = require("hub.state")
--- local seen = state.get("my_plugin.seen")   -- the same table after every reload
--- ```
---
--- What a load that fails has done here is undone: keys it set, made or cleared, and what it wrote into the tables it asked
--- for, at any depth. Where others may have run meanwhile, since the load waited, what they wrote counts: then keys are put
--- back that nobody else has taken up, and contents stay.

local exports = require("hub.exports")
local kept = require("hub.kept")
local transaction = require("hub.transaction")

local state = {}

local values = {}
--- Key of each class → name of the module that defines it.
local definers = {}
--- Key → the load that has made it, as long as nobody else has asked for it.
local made = {}
--- Owner → keys it has asked for: {key = true}. It may hold those tables, and write to them.
local asked = {}

local check_key, take_out_functions, make, put_back, note_asked

--- The value kept under `key`. A missing one becomes `default`, or a new table when there is no default, and is kept:
--- every caller gets the same table.
function state.get(key, default)
  check_key("state.get", key)
  note_asked(key)
  local value = values[key]
  if value == nil then
    value = default
    if value == nil then value = {} end
    make(key, value)
  end
  return value
end

--- Keeps `value` under `key`; nil forgets it.
function state.set(key, value)
  check_key("state.set", key)
  put_back(key, value)
  values[key] = value
end

--- Forgets `key`. Returns whether there was anything.
function state.clear(key)
  check_key("state.clear", key)
  local existed, definer = values[key] ~= nil, definers[key]
  put_back(key, nil)
  transaction.on_rollback(function() definers[key] = definers[key] or definer end)
  values[key] = nil
  definers[key] = nil
  for _, keys in pairs(asked) do keys[key] = nil end
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
    transaction.on_rollback(function() definers[key] = nil end)
    if class.__index == nil then class.__index = class end
  elseif definers[key] == module then
    take_out_functions(class)
  end
  return class
end

function take_out_functions(class)
  local before = exports.copy(class)
  local reloading = transaction.on_rollback(function() exports.restore(class, before) end)
  if not reloading then return end -- the module only asks again for its own class
  for name, value in pairs(before.fields) do
    if type(value) == "function" then class[name] = nil end
  end
end

--- Keeps a first value, which a load that fails has not made unless somebody else has it by then.
function make(key, value)
  values[key] = value
  local tx = transaction.loading()
  if not tx then return end
  made[key] = tx
  transaction.on_rollback(function()
    if made[key] ~= tx then return end
    made[key] = nil
    if rawequal(values[key], value) then values[key] = nil end
  end)
  transaction.apply(function()
    if made[key] == tx then made[key] = nil end
  end)
end

--- Notes what a key holds before it gets another value: a load that fails puts it back unless it has a third by then.
function put_back(key, value)
  local before = values[key]
  transaction.on_rollback(function()
    if rawequal(values[key], value) then values[key] = before end
  end)
end

function note_asked(key)
  local owner, tx = owners.current(), transaction.loading()
  if made[key] ~= tx then made[key] = nil end
  asked[owner] = asked[owner] or {}
  asked[owner][key] = true
  if tx then kept.keep(tx, values[key]) end
end

transaction.on_run(function(tx)
  for key in pairs(tx.previous and asked[tx.previous] or {}) do kept.keep(tx, values[key]) end
end)
transaction.registry(function(owner) asked[owner] = nil end)

function check_key(what, key)
  if type(key) == "string" and key ~= "" then return end
  error(("bad argument #1 to '%s' (key expected, a string that is not empty, got %s)"):format(what, type(key)), 3)
end

return state
