/**
 * Lua: library functions that loop in C, where the watchdog's hook never comes by. Their sizes are capped, and what is
 * large looks at the clock first. Large blocks of memory look at it by themselves (see memory.ts).
 */
export const GUARDS = `
local host = ...
local check = host.check
local error, type, select, tointeger = error, type, select, math.tointeger
local getmetatable, maxinteger = getmetatable, math.maxinteger
local rep, concat, insert, remove = string.rep, table.concat, table.insert, table.remove
local move, sort = table.move, table.sort

local MOST_BYTES = 64 << 20   -- of a repeated string
local MOST_ITEMS = 10000000   -- touched by one call
local MANY = 1000             -- items from which on a call costs as much as the clock

local function weigh(n, name)
  if n > MANY then
    if n > MOST_ITEMS then error('too many items for ' .. name .. ' (' .. n .. ', at most ' .. MOST_ITEMS .. ')', 3) end
    check()
  end
end

function string.rep(s, n, sep)
  local count = tointeger(n)
  if count == nil or count < MANY or type(s) ~= 'string' then return rep(s, n, sep) end
  sep = sep or ''
  local unit = s .. sep
  if #unit == 0 then return '' end
  if count > MOST_BYTES // #unit then error('resulting string too large', 2) end
  check()
  -- In blocks: one long copy is a thousand times faster than many short ones.
  local block = rep(unit, MANY)
  local more = count - 1
  return rep(block, more // MANY) .. rep(unit, more % MANY) .. s
end

-- What a metatable says of a length may change from one time to the next, and the originals ask it themselves: where one
-- may have a say, they are given the length that was weighed.
function table.concat(list, sep, i, j)
  if type(list) ~= 'table' then return concat(list, sep, i, j) end
  local first, last = i == nil and 1 or i, j == nil and #list or j
  weigh((tointeger(last) or 0) - (tointeger(first) or 1), 'concat')
  return concat(list, sep, first, last)
end

function table.insert(list, ...)
  if select('#', ...) < 2 or type(list) ~= 'table' then return insert(list, ...) end
  local n = #list
  weigh(n, 'insert')
  if getmetatable(list) == nil or select('#', ...) > 2 then return insert(list, ...) end
  local at, value = ...
  at = tointeger(at)
  if at == nil or at < 1 or at > n + 1 then error("bad argument #2 to 'insert' (position out of bounds)", 2) end
  move(list, at, n, at + 1)
  list[at] = value
end

function table.remove(list, ...)
  if select('#', ...) == 0 or type(list) ~= 'table' then return remove(list, ...) end
  local n = #list
  weigh(n, 'remove')
  if getmetatable(list) == nil then return remove(list, ...) end
  local at = tointeger((...))
  if at == nil or at ~= n and (at < 1 or at > n + 1) then
    error("bad argument #2 to 'remove' (position out of bounds)", 2)
  end
  local value = list[at]
  move(list, at + 1, n, at)
  list[at < n and n or at] = nil
  return value
end

function table.move(from, first, last, to, ...)
  local a, b = tointeger(first), tointeger(last)
  if a and b and b >= a then
    local n = b - a
    weigh(n < 0 and maxinteger or n, 'move')
  end
  return move(from, first, last, to, ...)
end

local function less(a, b) return a < b end

function table.sort(list, order)
  if type(list) ~= 'table' then return sort(list, order) end
  local n = #list
  weigh(n, 'sort')
  -- Comparing in Lua lets the watchdog in.
  if order == nil and n > MANY then order = less end
  if getmetatable(list) == nil then return sort(list, order) end
  local copy = move(list, 1, n, 1, {})
  sort(copy, order)
  move(copy, 1, n, 1, list)
end
`
