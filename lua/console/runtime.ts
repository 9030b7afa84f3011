/**
 * Lua: what a console needs inside of the VM, where values are themselves and not copies: showing results, and finding
 * out what a name may be completed to. Called with the console's globals and the methods of each handle type; returns
 * `run(how, chunk, ...)`, which returns the results as text, and `complete(text)`.
 */
export const CONSOLE = `
local globals, methods = ...
local type, tostring, pcall, next, select, rawget = type, tostring, pcall, next, select, rawget
local getmetatable, getinfo, status = getmetatable, debug.getinfo, coroutine.status
local math_type, sort, concat = math.type, table.sort, table.concat
local format, byte, sub, match = string.format, string.byte, string.sub, string.match
local gsub, gmatch, rep, find = string.gsub, string.gmatch, string.rep, string.find
local length = utf8.len

local WIDTH = 76           -- of a table that still stands in one line
local SHORT = 12           -- items of which several share a line
local MOST_DEPTH = 8       -- of tables in tables
local MOST_ITEMS = 200     -- of one table
local MOST_STRING = 2000   -- bytes of a string inside a table
local MOST_TOTAL = 20000   -- values of one result

local keywords = {}
for word in gmatch('and break do else elseif end false for function goto if in local nil not or repeat return then true until while', '%a+') do
  keywords[word] = true
end

local escapes = { ['\\n'] = '\\\\n', ['\\r'] = '\\\\r', ['\\t'] = '\\\\t', ['\\\\'] = '\\\\\\\\', ['"'] = '\\\\"' }

local function escaped(c) return escapes[c] or format('\\\\x%02x', byte(c)) end

-- Control characters are written out, so that showing a value never does anything to the terminal.
local function quoted(s)
  if length(s) == nil then return '"' .. gsub(s, '[%c"\\\\\\x80-\\xff]', escaped) .. '"' end
  s = gsub(s, '[%c"\\\\]', escaped)
  return '"' .. gsub(s, '\\xc2([\\x80-\\x9f])', function(c) return format('\\\\u{%x}', byte(c)) end) .. '"'
end

local function has_text(value)
  local meta = getmetatable(value)
  return type(meta) == 'table' and rawget(meta, '__tostring') ~= nil
end

local function simple(value)
  local kind = type(value)
  if kind == 'string' then
    if #value > MOST_STRING then return quoted(sub(value, 1, MOST_STRING)) .. '… (' .. #value .. ' bytes)' end
    return quoted(value)
  elseif kind == 'function' then
    local info = getinfo(value, 'S')
    if info.what == 'C' or find(info.short_src, 'botster/vm/', 1, true) == 1 then return '<function>' end
    return '<function ' .. info.short_src .. ':' .. info.linedefined .. '>'
  elseif kind == 'thread' then
    return '<coroutine, ' .. status(value) .. '>'
  elseif kind == 'userdata' then
    -- The null marker is a light userdata, which has no name; handles have one.
    if getmetatable(value) == nil then return 'null' end
    return '<' .. tostring(value) .. '>'
  end
  return tostring(value)
end

local ranks = { number = 1, string = 2, boolean = 3 }

local function before(a, b)
  local x, y = ranks[type(a)] or 4, ranks[type(b)] or 4
  if x ~= y then return x < y end
  if x <= 2 then return a < b end
  return tostring(a) < tostring(b)
end

local function key_text(key)
  if type(key) == 'string' then
    if match(key, '^[%a_][%w_]*$') and not keywords[key] then return key end
    return '[' .. quoted(key) .. ']'
  end
  return '[' .. simple(key) .. ']'
end

-- Many short items share lines, as long as they fit.
local function filled(parts, indent)
  local lines, line = {}, ''
  for i = 1, #parts do
    local part = parts[i] .. (i < #parts and ',' or '')
    if line ~= '' and #indent + #line + #part + 1 > WIDTH then
      lines[#lines + 1] = line
      line = part
    else
      line = line == '' and part or line .. ' ' .. part
    end
  end
  lines[#lines + 1] = line
  return concat(lines, '\\n' .. indent)
end

local shown -- (value, indent, depth, seen) → text

local function table_text(value, indent, depth, seen)
  if depth >= MOST_DEPTH then return '{…}' end
  seen[value] = true
  local parts, width, widest, left, many = {}, 0, 0, 0, false
  local inner = indent .. '  '
  local function add(text)
    parts[#parts + 1] = text
    local own = length(text) or #text
    width = width + own + 2
    if own > widest then widest = own end
    many = many or find(text, '\\n', 1, true) ~= nil
  end
  local count = 0
  while rawget(value, count + 1) ~= nil do
    count = count + 1
    if count <= MOST_ITEMS then add(shown(rawget(value, count), inner, depth + 1, seen)) else left = left + 1 end
  end
  local keys = {}
  for key in next, value do
    if not (math_type(key) == 'integer' and key >= 1 and key <= count) then
      if #keys < MOST_ITEMS then keys[#keys + 1] = key else left = left + 1 end
    end
  end
  sort(keys, before)
  for _, key in next, keys do
    add(key_text(key) .. ' = ' .. shown(rawget(value, key), inner, depth + 1, seen))
  end
  if left > 0 then add('… ' .. left .. ' more') end
  seen[value] = nil
  if #parts == 0 then return '{}' end
  if not many and width + #indent <= WIDTH then return '{ ' .. concat(parts, ', ') .. ' }' end
  if not many and widest <= SHORT then return '{\\n' .. inner .. filled(parts, inner) .. '\\n' .. indent .. '}' end
  return '{\\n' .. inner .. concat(parts, ',\\n' .. inner) .. '\\n' .. indent .. '}'
end

function shown(value, indent, depth, seen)
  seen.count = seen.count + 1
  if seen.count > MOST_TOTAL then return '…' end
  if type(value) ~= 'table' then return simple(value) end
  if seen[value] then return '<a table that contains this one>' end
  if has_text(value) then
    local ok, text = pcall(tostring, value)
    if ok then return '<' .. text .. '>' end
  end
  return table_text(value, indent, depth, seen)
end

local function show(how, ...)
  local n = select('#', ...)
  if n == 0 then return nil end
  local texts, separator = {}, '\\t'
  for i = 1, n do
    local value = select(i, ...)
    local text = value
    if how ~= 'plain' or type(value) ~= 'string' then text = shown(value, '', 0, { count = 0 }) end
    if find(text, '\\n', 1, true) then separator = '\\n' end
    texts[i] = text
  end
  if how == 'quoted' then globals._ = ... end
  return concat(texts, separator)
end

local function run(how, main_chunk, ...)
  if how ~= 'nothing' then return show(how, main_chunk(...)) end
  main_chunk(...)
end

-- What a value has under a name, without running anything of a script's.
local function member(value, name)
  for _ = 1, 10 do
    if type(value) == 'string' then value = string end
    if type(value) ~= 'table' then return nil end
    local found = rawget(value, name)
    if found ~= nil then return found end
    local meta = getmetatable(value)
    value = type(meta) == 'table' and rawget(meta, '__index') or nil
  end
end

local function collect(value, names)
  for _ = 1, 10 do
    if type(value) == 'string' then value = string end
    if type(value) == 'userdata' then
      local known = methods[match(tostring(getmetatable(value)), '^handle of (.*)$') or '']
      for _, name in next, known or {} do names[name] = true end
      return
    end
    if type(value) ~= 'table' then return end
    for name, inner in next, value do
      if type(name) == 'string' then names[name] = names[name] or type(inner) == 'function' end
    end
    local meta = getmetatable(value)
    value = type(meta) == 'table' and rawget(meta, '__index') or nil
  end
end

local function complete(text)
  local word = match(text, '[%w_%.:]*$')
  local path, separator, start = match(word, '^(.-)([%.:]?)([%w_]*)$')
  if match(word, '^[%d%.:]') then return word, {} end
  local value = globals
  for name in gmatch(path, '[^%.:]+') do value = member(value, name) end
  local names = {}
  collect(value, names)
  if word == start then
    for name in next, keywords do names[name] = true end
  end
  local found = {}
  for name, callable in next, names do
    local fits = sub(name, 1, #start) == start and match(name, '^[%a_][%w_]*$')
    if fits and (start ~= '' or sub(name, 1, 1) ~= '_') and (separator ~= ':' or callable) then
      found[#found + 1] = path .. separator .. name
    end
  end
  sort(found)
  return word, found
end

return run, complete
`
