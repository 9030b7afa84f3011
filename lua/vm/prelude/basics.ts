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
