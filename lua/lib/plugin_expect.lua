--- `expect(value)` of plugin tests: says what a value should be, and fails the test with both when it is not.
---
--- ```lua
--- expect(answer.greeting).to_be("hello Ann")
--- expect(names).never.to_contain("Bob")
--- expect(function() greet(nil) end).to_error("a name expected")
--- ```

local equal, show, contains, compare

--- Each: whether the value passes, and what was expected of it.
local checks = {
  to_be = function(value, other) return rawequal(value, other) or value == other, "to be " .. show(other) end,
  to_equal = function(value, other) return equal(value, other), "to equal " .. show(other) end,
  to_be_nil = function(value) return value == nil, "to be nil" end,
  to_be_truthy = function(value) return value ~= nil and value ~= false, "to be true or anything like it" end,
  to_be_falsy = function(value) return value == nil or value == false, "to be false or nil" end,
  to_be_a = function(value, kind) return type(value) == kind or math.type(value) == kind, "to be a " .. tostring(kind) end,
  to_contain = function(value, part) return contains(value, part), "to contain " .. show(part) end,
  to_match = function(value, pattern)
    return type(value) == "string" and value:find(pattern) ~= nil, "to match " .. show(pattern)
  end,
  to_have_length = function(value, length)
    return (type(value) == "table" or type(value) == "string") and #value == length, "to have length " .. show(length)
  end,
  to_be_above = function(value, other) return compare(value, other, 1), "to be above " .. show(other) end,
  to_be_below = function(value, other) return compare(value, other, -1), "to be below " .. show(other) end,
  to_error = function(value, part)
    local ok, err = pcall(value)
    local message = type(err) == "table" and err.message or tostring(err)
    if ok then return false, "to raise an error" end
    return part == nil or message:find(part, 1, true) ~= nil, "to raise an error with " .. show(part) .. ", not " .. show(message)
  end,
}

local function expectation(value, negated)
  return setmetatable({}, {
    __index = function(_, name)
      if name == "never" then return expectation(value, not negated) end
      local check = checks[name]
      if not check then
        local names = {}
        for known in pairs(checks) do names[#names + 1] = known end
        table.sort(names)
        error(("there is no expect(…).%s: there are %s"):format(tostring(name), table.concat(names, ", ")), 2)
      end
      return function(...)
        local passes, wanted = check(value, ...)
        if passes == negated then
          error(("expected %s %s%s"):format(show(value), negated and "never " or "", wanted), 2)
        end
      end
    end,
  })
end

function equal(a, b)
  if rawequal(a, b) or a == b then return true end
  if type(a) ~= "table" or type(b) ~= "table" then return false end
  for key, value in pairs(a) do
    if not equal(value, b[key]) then return false end
  end
  for key in pairs(b) do
    if a[key] == nil then return false end
  end
  return true
end

function contains(value, part)
  if type(value) == "string" then return value:find(tostring(part), 1, true) ~= nil end
  if type(value) ~= "table" then return false end
  for _, item in pairs(value) do
    if equal(item, part) then return true end
  end
  return false
end

function compare(value, other, sign)
  local ok, result = pcall(function() return sign > 0 and value > other or sign < 0 and value < other end)
  return ok and result
end

--- A value as one would write it in Lua.
function show(value, depth)
  depth = depth or 0
  if type(value) == "string" then return ("%q"):format(value):gsub("\\\n", "\\n") .. "" end
  if type(value) ~= "table" then return tostring(value) end
  if depth > 3 then return "{…}" end
  local parts, length = {}, #value
  for _, item in ipairs(value) do parts[#parts + 1] = show(item, depth + 1) end
  local keys = {}
  for key in pairs(value) do
    if math.type(key) ~= "integer" or key < 1 or key > length then keys[#keys + 1] = key end
  end
  table.sort(keys, function(a, b) return tostring(a) < tostring(b) end)
  for _, key in ipairs(keys) do parts[#parts + 1] = ("%s = %s"):format(tostring(key), show(value[key], depth + 1)) end
  return #parts > 0 and "{ " .. table.concat(parts, ", ") .. " }" or "{}"
end

return function(value) return expectation(value, false) end
