--- What a module returns, across reloads: the first table it returned stays the one everybody holds; later versions are
--- copied into it. Protected.

local exports = {}

--- Their own: what loads may give the globals other values.
local getmetatable, next, pairs, rawset, setmetatable, type = getmetatable, next, pairs, rawset, setmetatable, type

local forward

--- A shallow copy of a module's table with its metatable, for `restore`.
function exports.copy(module)
  if type(module) ~= "table" then return nil end
  local fields = {}
  for name, value in next, module do fields[name] = value end
  return { fields = fields, metatable = getmetatable(module) }
end

--- Makes a module's table what it was when it was copied.
function exports.restore(module, copy)
  if not copy then return end
  for name in next, module do module[name] = nil end
  for name, value in next, copy.fields do rawset(module, name, value) end
  setmetatable(module, copy.metatable)
end

--- Makes `old` hold what `new` exports, and nothing else, and returns it. Where one of them is no table, returns `new`.
--- Functions of the new version know its own table as their upvalue: that one becomes a window on the old one.
function exports.replace(old, new)
  if old == new or type(old) ~= "table" or type(new) ~= "table" then return new end
  local copy = exports.copy(new)
  exports.restore(old, copy)
  for name in next, copy.fields do rawset(new, name, nil) end
  setmetatable(new, forward(old))
  return old
end

function forward(target)
  return {
    __index = target,
    __newindex = target,
    __pairs = function() return pairs(target) end,
    __len = function() return #target end,
    __call = function(_, ...) return target(...) end,
  }
end

return exports
