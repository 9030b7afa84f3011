import { DEEP, SHOWN } from '../traceback.ts'

/** Lua: print, require, load and the parts of the base library that must not be as they come. */
export const BASICS = `
local host = ...
local print_line, load_module, load_text, check = host.print, host.load_module, load, host.check
local concat, select, tostring, type, error, rawget = table.concat, select, tostring, type, error, rawget
local set, collect = setmetatable, collectgarbage
local MUCH = 10000   -- bytes of source that take longer to compile than a look at the clock

function print(...)
  local n = select('#', ...)
  if n == 1 then return print_line(tostring((...))) end
  local parts = { ... }
  for i = 1, n do parts[i] = tostring(parts[i]) end
  return print_line(concat(parts, '\\t'))
end

-- Bytecode can crash the engine, so only text is ever loaded.
function load(chunk, name, mode, ...)
  if type(chunk) == 'string' and #chunk > MUCH then check() end
  if mode == 'b' then return nil, "attempt to load a binary chunk (only text is loaded)" end
  return load_text(chunk, name, 't', ...)
end
dofile, loadfile, string.dump = nil, nil, nil

-- A finalizer runs at moments nobody chooses, where nothing can stop it.
function setmetatable(t, mt)
  if type(mt) == 'table' and rawget(mt, '__gc') ~= nil then
    error("'__gc' is not supported: use a to-be-closed variable", 2)
  end
  return set(t, mt)
end

-- The library's own walks to the far end of the stack for every line, which takes seconds when it is a million deep.
local trace, info, is_thread = debug.traceback, debug.getinfo, function(value) return type(value) == 'thread' end
local number = tonumber
local DEEP, SHOWN = ${DEEP}, ${SHOWN}

local function described(at)
  local place = at.currentline > 0 and at.short_src .. ':' .. at.currentline .. ':' or at.short_src .. ':'
  if at.namewhat ~= '' then return place .. ' in ' .. at.namewhat .. " '" .. at.name .. "'" end
  if at.what == 'main' then return place .. ' in main chunk' end
  return place .. (at.what == 'C' and ' in ?' or ' in function <' .. at.short_src .. ':' .. at.linedefined .. '>')
end

local function deep_trace(at, message, level)
  local lines = { message and message .. '\\nstack traceback:' or 'stack traceback:' }
  for i = level, level + SHOWN - 1 do
    local found = at(i)
    if not found then break end
    lines[#lines + 1] = '\\t' .. described(found)
  end
  lines[#lines + 1] = '\\t...\\t(more than ' .. DEEP .. ' levels)'
  return concat(lines, '\\n')
end

function debug.traceback(...)
  local co, message, level = nil, ...
  if is_thread(co or message) then co, message, level = ... end
  if message ~= nil and type(message) ~= 'string' and type(message) ~= 'number' then return trace(...) end
  if co then
    if not info(co, DEEP, 'l') then return trace(...) end
    return deep_trace(function(i) return info(co, i, 'Sln') end, message, number(level) or 0)
  end
  if not info(DEEP, 'l') then return trace(...) end
  return deep_trace(function(i) return info(i + 1, 'Sln') end, message, number(level) or 1)
end

-- The collector's settings are the host's.
function collectgarbage(what)
  if what == nil or what == 'collect' or what == 'step' then
    check()
    return collect(what or 'collect')
  elseif what == 'count' then
    return collect('count')
  elseif what == 'isrunning' then
    return true
  end
  error("collectgarbage: only 'collect', 'step', 'count' and 'isrunning' are supported", 2)
end

local loaded, preload = package.loaded, package.preload
local loading = {}

local function begin(name)
  if loading[name] then error("module '" .. name .. "' requires itself, by way of what it requires", 3) end
  loading[name] = true
  return set({}, { __close = function() loading[name] = nil end })
end

function require(name)
  if type(name) ~= 'string' then
    error("bad argument #1 to 'require' (string expected, got " .. type(name) .. ")", 2)
  end
  local value = loaded[name]
  if value then return value end
  local loader, path = preload[name], ':preload:'
  local guard <close> = begin(name)
  if loader == nil then loader, path = load_module(name) end
  value = loader(name, path)
  if value ~= nil then loaded[name] = value
  elseif loaded[name] == nil then loaded[name] = true end
  return loaded[name], path
end

-- Error tables of primitives read as text wherever text is wanted.
function host.error_tostring(e) return tostring(rawget(e, 'message')) end
function host.error_concat(a, b) return tostring(a) .. tostring(b) end
`
