--- Versions and what is required of them: "1.2.3", and ">= 1.2, < 2".

local version = {}

local COMPARE = {
  [">="] = function(order) return order >= 0 end,
  ["<="] = function(order) return order <= 0 end,
  [">"] = function(order) return order > 0 end,
  ["<"] = function(order) return order < 0 end,
  ["="] = function(order) return order == 0 end,
}

local parse, order_of

--- Whether a version satisfies a constraint: conditions with a comma between them, each one of >=, <=, >, <, = and a
--- version; a version alone means >=. Returns true or false; or nil and a message when one of them cannot be read.
function version.satisfies(given, constraint)
  local actual = parse(given)
  if not actual then return nil, ("'%s' is no version: digits and dots are, as in 1.2.3"):format(tostring(given)) end
  if type(constraint) ~= "string" then
    return nil, ("a constraint is text like '>= 1.2', not a %s"):format(type(constraint))
  end
  for condition in (constraint .. ","):gmatch("([^,]*),") do
    local operator, wanted = condition:match("^%s*([<>=]*)%s*v?([%d.]+)%s*$")
    local compare = operator and COMPARE[operator == "" and ">=" or operator]
    local bound = wanted and parse(wanted)
    if not compare or not bound then
      return nil, ("'%s' is no constraint: >=, <=, >, < or = and a version are, as in '>= 1.2, < 2'"):format(constraint)
    end
    if not compare(order_of(actual, bound)) then return false end
  end
  return true
end

--- The numbers of a version; what follows them ("-beta.1") does not count.
function parse(text)
  local digits = type(text) == "string" and text:match("^v?(%d[%d.]*)")
  if not digits then return nil end
  local numbers = {}
  for number in digits:gmatch("%d+") do numbers[#numbers + 1] = tonumber(number) end
  return numbers
end

function order_of(a, b)
  for i = 1, math.max(#a, #b) do
    local difference = (a[i] or 0) - (b[i] or 0)
    if difference ~= 0 then return difference end
  end
  return 0
end

return version
