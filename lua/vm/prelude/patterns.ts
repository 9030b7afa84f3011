/**
 * Lua: find, match, gmatch and gsub. From the pattern follows the longest subject for which Lua's own matcher is certain
 * to be quick; longer ones go to ours, which can be stopped (pattern.ts). `host.scan` finds the next match,
 * `host.substitute` does a whole gsub with a string.
 */
export const PATTERNS = `
local host = ...
local scan, substitute = host.scan, host.substitute
local find, match, gmatch, gsub = string.find, string.match, string.gmatch, string.gsub
local sub, concat = string.sub, table.concat
local type, select, tostring, tointeger, error, huge = type, select, tostring, math.tointeger, error, math.huge

local MOST_STEPS = 2000000   -- at worst, of Lua's own matcher: about 10 ms
local MOST_KNOWN = 1000

-- Pattern → length of subject up to which it is quick: steps at worst are length ^ (repetitions + 1) * 2 ^ optionals.
local longest, known = {}, 0

local function limit(p)
  if type(p) ~= 'string' then return huge end
  local _, repeated = gsub(p, '[*+-]', '')
  local _, others = gsub(p, '%%[b1-9]', '')
  local _, optional = gsub(p, '?', '')
  local length = (MOST_STEPS / 2 ^ optional / (#p + 1)) ^ (1 / (repeated + others + 1))
  if known >= MOST_KNOWN then longest, known = {}, 0 end
  longest[p], known = length, known + 1
  return length
end

local function start_of(s, init)
  init = tointeger(init) or 1
  if init < 0 then init = #s + init + 1 end
  return init < 1 and 1 or init
end

function string.find(s, p, init, plain)
  if type(s) ~= 'string' or #s <= (longest[p] or limit(p)) then return find(s, p, init, plain) end
  local from = start_of(s, init)
  if from > #s + 1 then return nil end
  return scan(s, p, from, -1, plain and 'plain' or 'find')
end

local function captures(_, _, ...) return ... end

function string.match(s, p, init)
  if type(s) ~= 'string' or #s <= (longest[p] or limit(p)) then return match(s, p, init) end
  local from = start_of(s, init)
  if from > #s + 1 then return nil end
  return captures(scan(s, p, from, -1, 'match'))
end

function string.gmatch(s, p, init)
  if type(s) ~= 'string' or #s <= (longest[p] or limit(p)) then return gmatch(s, p, init) end
  local from, last = start_of(s, init), -1
  local function advance(first, final, ...)
    if first == nil then
      from = #s + 2
      return nil
    end
    from, last = final + 1, final
    return ...
  end
  return function()
    if from > #s + 1 then return nil end
    return advance(scan(s, p, from, last, 'gmatch'))
  end
end

local function replacement(whole, repl, first, ...)
  local value
  if type(repl) == 'table' then value = repl[first] else value = repl(first, ...) end
  if value == nil or value == false then return whole end
  if type(value) ~= 'string' and type(value) ~= 'number' then
    error("invalid replacement value (a " .. type(value) .. ")", 3)
  end
  return tostring(value)
end

function string.gsub(s, p, repl, n)
  if type(s) ~= 'string' or #s <= (longest[p] or limit(p)) then return gsub(s, p, repl, n) end
  local kind = type(repl)
  local most = n == nil and math.maxinteger or tointeger(n)
  if most == nil then return gsub(s, p, repl, n) end
  if kind == 'string' or kind == 'number' then return substitute(s, p, tostring(repl), most) end
  if kind ~= 'table' and kind ~= 'function' then return gsub(s, p, repl, n) end
  local parts, used, count, from, last = {}, 0, 0, 1, -1
  local anchored = sub(p, 1, 1) == '^'
  local function apply(first, final, ...)
    if first == nil then return false end
    parts[used + 1] = sub(s, from, first - 1)
    parts[used + 2] = replacement(sub(s, first, final), repl, ...)
    used, count, from, last = used + 2, count + 1, final + 1, final
    return true
  end
  while count < most and from <= #s + 1 do
    if not apply(scan(s, p, from, last, 'gsub')) or anchored then break end
  end
  parts[used + 1] = sub(s, from)
  return concat(parts), count
end
`
