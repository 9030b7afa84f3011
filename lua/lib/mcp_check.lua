--- Checks what plugins offer to agents, and what agents call it with.

local mcp_check = {}

--- As agents put a server's name in front, and models accept 128 characters in all.
local NAME = "^[%w_-]+$"
local LONGEST_NAME = 64

local fits, describe

--- Raises, in the name of the caller of `what`, when the arguments are not (name, options, function).
function mcp_check.registration(what, name, options, fn)
  local function bad(position, expected, got)
    error(("bad argument #%d to '%s' (%s expected, got %s)"):format(position, what, expected, describe(got)), 4)
  end
  if type(name) ~= "string" or not name:find(NAME) or #name > LONGEST_NAME then
    bad(1, ("name of letters, digits, '_' and '-', at most %d"):format(LONGEST_NAME), name)
  end
  if type(options) ~= "table" then bad(2, "table", options) end
  if type(fn) ~= "function" then bad(3, "function", fn) end
end

--- Raises when a field is unknown or not of its type.
function mcp_check.options(what, options, types)
  local known = {}
  for field in pairs(types) do known[#known + 1] = field end
  table.sort(known)
  for field, value in pairs(options) do
    if not types[field] then
      local accepted = table.concat(known, ", ")
      error(("bad argument #2 to '%s' (unknown field '%s': accepted are %s)"):format(what, tostring(field), accepted), 3)
    end
    if type(value) ~= types[field] then
      error(("bad argument #2 to '%s' (%s: %s expected, got %s)"):format(what, field, types[field], type(value)), 3)
    end
  end
end

--- The arguments of a prompt, checked: {name, description, required} each.
function mcp_check.prompt_arguments(arguments)
  local list = {}
  for i, argument in ipairs(arguments) do
    if type(argument) ~= "table" or type(argument.name) ~= "string" then
      error(("bad argument #2 to 'mcp.prompt' (arguments[%d]: a table with a name expected)"):format(i), 3)
    end
    list[i] = { name = argument.name, description = argument.description, required = argument.required == true }
  end
  return list
end

--- Whether parameters fit a schema, as far as a tool needs it to rely on its parameters: `type`, `required`, `enum`,
--- `properties`, `items`. Returns true, or false and what does not fit, by its path.
function mcp_check.params(schema, value, path)
  path = path or "params"
  local expected = schema.type
  if type(expected) == "string" and fits[expected] and not fits[expected](value) then
    return false, ("%s: %s expected, got %s"):format(path, expected, describe(value))
  end
  if type(value) == "number" and type(schema.minimum) == "number" and value < schema.minimum then
    return false, ("%s: at least %s expected, got %s"):format(path, schema.minimum, value)
  end
  if type(value) == "number" and type(schema.maximum) == "number" and value > schema.maximum then
    return false, ("%s: at most %s expected, got %s"):format(path, schema.maximum, value)
  end
  if type(schema.enum) == "table" then
    local accepted = {}
    for i, choice in ipairs(schema.enum) do
      if choice == value then return true end
      accepted[i] = tostring(choice)
    end
    return false, ("%s: one of %s expected, got %s"):format(path, table.concat(accepted, ", "), describe(value))
  end
  if type(value) ~= "table" then return true end
  for _, name in ipairs(schema.required or {}) do
    if value[name] == nil then return false, ("%s.%s is missing"):format(path, name) end
  end
  for name, property in pairs(schema.properties or {}) do
    if value[name] ~= nil and type(property) == "table" then
      local fine, problem = mcp_check.params(property, value[name], path .. "." .. name)
      if not fine then return false, problem end
    end
  end
  if schema.additionalProperties == false then
    for name in pairs(value) do
      if not (schema.properties or {})[name] then return false, ("%s.%s is unknown"):format(path, tostring(name)) end
    end
  end
  if expected == "array" and type(schema.items) == "table" then
    for i, item in ipairs(value) do
      local fine, problem = mcp_check.params(schema.items, item, ("%s[%d]"):format(path, i))
      if not fine then return false, problem end
    end
  end
  return true
end

fits = {
  object = function(value) return type(value) == "table" and #value == 0 end,
  array = function(value) return type(value) == "table" and (#value > 0 or next(value) == nil) end,
  string = function(value) return type(value) == "string" end,
  boolean = function(value) return type(value) == "boolean" end,
  number = function(value) return type(value) == "number" end,
  integer = function(value) return type(value) == "number" and math.tointeger(value) ~= nil end,
}

function describe(value)
  if type(value) == "string" then return ("'%s'"):format(#value > 40 and value:sub(1, 40) .. "…" or value) end
  if type(value) == "table" then return "a table" end
  return tostring(value)
end

return mcp_check
