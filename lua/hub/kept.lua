--- Contents of tables, and the globals, as they were when a load began, for the case that it fails. Protected.

local exports = require("hub.exports")
local transaction = require("hub.transaction")

local kept = {}

--- Their own: the load that fails may have given the globals other values.
local next, rawequal, rawget, rawset, type = next, rawequal, rawget, rawset, type

--- Tables and entries below one value that are kept; what is larger is left as it is. So many take about two milliseconds.
local MOST = 20000

--- What the hub's Lua is built on: the standard libraries and the primitives, as far as they are tables.
local libraries = {}
for _, value in next, _G do
  if type(value) == "table" and value ~= _G then libraries[#libraries + 1] = value end
end

local put_back, copy_all, copy_fields, put_fields_back

--- Keeps the contents of a table, and of the tables in it at any depth, until the load of the transaction `tx` is over. One
--- that fails puts them back, unless it has waited since: then others may have written there as well, and all of it stays.
function kept.keep(tx, value)
  if type(value) ~= "table" then return end
  local waits = transaction.waits(tx)
  if not tx.kept then
    tx.kept = {}
    tx.undo[#tx.undo + 1] = function(in_all) put_back(tx.kept, in_all) end
  end
  local found = copy_all(value, function(item) return tx.kept[item] and tx.kept[item].waits == waits end)
  for item, copy in next, found or {} do tx.kept[item] = { copy = copy, waits = waits } end
end

--- Keeps the globals in the same way, and the functions of the libraries, not what is in other globals.
function kept.keep_globals(tx)
  local globals, functions = copy_fields(_G), {}
  for i, library in next, libraries do functions[i] = copy_fields(library) end
  tx.put_globals_back = function(in_all)
    if in_all > 0 then return end
    put_fields_back(_G, globals)
    for i, library in next, libraries do put_fields_back(library, functions[i]) end
  end
end

function put_back(copies, in_all)
  for item, entry in next, copies do
    if entry.waits == in_all then exports.restore(item, entry.copy) end
  end
end

function copy_fields(item)
  local fields = {}
  for name, value in next, item do fields[name] = value end
  return fields
end

function put_fields_back(item, fields)
  for name, value in next, item do
    if not rawequal(value, fields[name]) then rawset(item, name, fields[name]) end
  end
  for name, value in next, fields do
    if rawequal(rawget(item, name), nil) then rawset(item, name, value) end
  end
end

--- Table → copy, for a table and those in it that are not known; nil when they are too many.
function copy_all(value, is_known)
  local waiting, found, count = { value }, {}, 0
  while #waiting > 0 do
    local item = table.remove(waiting)
    if not found[item] and not is_known(item) then
      local copy = exports.copy(item)
      found[item] = copy
      for _, inner in next, copy.fields do
        count = count + 1
        if type(inner) == "table" then waiting[#waiting + 1] = inner end
      end
      if count > MOST then return nil end
    end
  end
  return found
end

return kept
