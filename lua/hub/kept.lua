--- Contents of tables as they were when a load began, for the case that it fails. Protected.

local exports = require("hub.exports")

local kept = {}

--- Tables and entries below one value that are kept; what is larger is left as it is. So many take about two milliseconds.
local MOST = 20000

local put_back, copy_all

--- Keeps the contents of a table, and of the tables in it at any depth, until the load of the transaction `tx` is over. One
--- that fails has not changed them, unless it waited: then others may have written there as well, and all of it stays.
function kept.keep(tx, value)
  if type(value) ~= "table" then return end
  if not tx.kept then
    tx.kept = {}
    tx.undo[#tx.undo + 1] = function(waited) put_back(tx.kept, waited) end
  end
  local found = copy_all(value, tx.kept)
  for item, copy in next, found or {} do tx.kept[item] = copy end
end

function put_back(copies, waited)
  if waited then return end
  for item, copy in next, copies do exports.restore(item, copy) end
end

--- Table → copy, for a table and those in it; nil when they are too many.
function copy_all(value, known)
  local waiting, found, count = { value }, {}, 0
  while #waiting > 0 do
    local item = table.remove(waiting)
    if not found[item] and not known[item] then
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
