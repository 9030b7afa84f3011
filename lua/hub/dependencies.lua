--- Which module requires which. Protected.

local dependencies = {}

--- Module → modules that it has required: {name = true}.
local required = {}

local visit

function dependencies.note(by, name)
  required[by] = required[by] or {}
  required[by][name] = true
end

--- The same modules in the order in which to load them: what others require comes before them.
function dependencies.order(names)
  local wanted, ordered, visited = {}, {}, {}
  local sorted = table.pack(table.unpack(names))
  table.sort(sorted)
  for _, name in ipairs(sorted) do wanted[name] = true end
  for _, name in ipairs(sorted) do visit(name, wanted, ordered, visited) end
  return ordered
end

--- Adds a module after all it requires, by whatever way.
function visit(name, wanted, ordered, visited)
  if visited[name] then return end
  visited[name] = true
  local names = {}
  for other in pairs(required[name] or {}) do names[#names + 1] = other end
  table.sort(names)
  for _, other in ipairs(names) do visit(other, wanted, ordered, visited) end
  if wanted[name] then ordered[#ordered + 1] = name end
end

return dependencies
