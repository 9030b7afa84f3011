--- Contents of tables, and the globals, as they were when a load began, for the case that it fails. Protected.

local exports = require("hub.exports")
local transaction = require("hub.transaction")

local kept = {}

--- Tables and entries below one value that are kept; what is larger is left as it is. So many take about two milliseconds.
local MOST = 20000

local put_back, copy_all, put_globals_back

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

--- Keeps the globals in the same way, not what is in them.
function kept.keep_globals(tx)
  local copy = exports.copy(_G).fields
  tx.undo[#tx.undo + 1] = function(in_all)
    if in_all == 0 then put_globals_back(copy) end
  end
end

function put_back(copies, in_all)
  for item, entry in next, copies do
    if entry.waits == in_all then exports.restore(item, entry.copy) end
  end
end

--- One by one: what does this is a global itself.
function put_globals_back(copy)
  for name, value in next, _G do
    if not rawequal(value, copy[name]) then _G[name] = copy[name] end
  end
  for name, value in next, copy do
    if rawequal(_G[name], nil) then _G[name] = value end
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
