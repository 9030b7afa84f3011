--- Reading a detector's definition (agents/NAME.lua): every field is checked, and patterns are prepared for lib/detector.lua.

local detector_rules = {}

local STATES = { starting = true, working = true, waiting = true, idle = true, failed = true }
local REGIONS = {
  screen = true, dialog = true, status = true, transcript = true, turn = true, footer = true, input = true, cursor = true,
  last = true, bottom = true, title = true, notification = true,
}
local LISTS = { "all", "any", "none", "adjacent", "question" }
local FIELDS = {
  id = "string", state = "string", region = "string", raw = "boolean", confidence = "number", reason = "string",
  all = "patterns", any = "patterns", none = "patterns", adjacent = "patterns", question = "patterns",
}

local read_rule, patterns_of, expand, escape

--- Checks a detector and prepares its patterns. Returns what `detector.read` takes, or nil and a message that names the
--- rule, the field, and what is accepted.
function detector_rules.compile(definition)
  if type(definition) ~= "table" then return nil, "a detector is a table: {name, programs, input, rules}" end
  local compiled = {
    name = definition.name,
    programs = definition.programs or {},
    rules = {},
    reports = definition.reports or {},
    input = {},
    takes_input = definition.takes_input,
    shared_hooks = definition.shared_hooks == true,
    foreground_only = definition.foreground_only == true,
  }
  if type(compiled.name) ~= "string" then return nil, "name: expected text" end
  local input = definition.input or {}
  local message
  compiled.input.prompt, message = patterns_of(input.prompt or {}, "input.prompt")
  if not compiled.input.prompt then return nil, message end
  compiled.input.placeholder, message = patterns_of(input.placeholder or {}, "input.placeholder")
  if not compiled.input.placeholder then return nil, message end
  compiled.input.framed = input.framed == true
  compiled.input.at_cursor = input.at_cursor == true
  for _, side in ipairs({ "behind", "ends" }) do
    if input[side] ~= nil and type(input[side]) ~= "string" then return nil, ("input.%s: expected text"):format(side) end
    compiled.input[side] = input[side] and "^%s*" .. escape(input[side])
  end
  if not compiled.input.behind ~= not compiled.input.ends then return nil, "input: 'behind' and 'ends' belong together" end
  for i, rule in ipairs(definition.rules or {}) do
    local read
    read, message = read_rule(rule, i)
    if not read then return nil, message end
    compiled.rules[i] = read
  end
  return compiled
end

function read_rule(rule, position)
  local where = ("rules[%d]"):format(position)
  if type(rule) ~= "table" then return nil, where .. ": expected a table" end
  if type(rule.id) == "string" then where = ("%s (%s)"):format(where, rule.id) end
  for field, value in pairs(rule) do
    local kind = FIELDS[field]
    if not kind then
      return nil, ("%s: unknown field '%s'; there are id, state, region, all, any, none, adjacent, raw, confidence, reason, question"):format(where, tostring(field))
    end
    if kind ~= "patterns" and type(value) ~= kind then
      return nil, ("%s.%s: expected a %s, got a %s"):format(where, field, kind, type(value))
    end
  end
  if type(rule.id) ~= "string" then return nil, where .. ".id: expected text" end
  if not STATES[rule.state] then
    return nil, ("%s.state: '%s' is none of starting, working, waiting, idle, failed"):format(where, tostring(rule.state))
  end
  local read = {
    id = rule.id,
    state = rule.state,
    region = rule.region or "screen",
    raw = rule.raw or false,
    confidence = rule.confidence or 0.8,
    reason = rule.reason or rule.id,
  }
  if not REGIONS[read.region] then
    local names = {}
    for name in pairs(REGIONS) do names[#names + 1] = name end
    table.sort(names)
    return nil, ("%s.region: '%s' is none of %s"):format(where, read.region, table.concat(names, ", "))
  end
  for _, list in ipairs(LISTS) do
    local message
    read[list], message = patterns_of(rule[list] or {}, where .. "." .. list)
    if not read[list] then return nil, message end
  end
  return read
end

--- A list of alternatives for each pattern. One pattern may be given as it is.
function patterns_of(given, where)
  if type(given) == "string" then given = { given } end
  if type(given) ~= "table" then return nil, ("%s: expected a pattern or a list of them"):format(where) end
  local patterns = {}
  for i, text in ipairs(given) do
    if type(text) ~= "string" then return nil, ("%s[%d]: expected a pattern"):format(where, i) end
    patterns[i] = expand(text)
    for _, pattern in ipairs(patterns[i]) do
      local ok, problem = pcall(string.find, "", pattern)
      if not ok then return nil, ("%s[%d]: %s in '%s'"):format(where, i, tostring(problem), text) end
    end
  end
  return patterns
end

--- `{a|b}` → two patterns, in which a and b are taken literally.
function expand(text)
  local before, choices, after = text:match("^(.-){([^{}]*|[^{}]*)}(.*)$")
  if not before then return { text } end
  local found = {}
  local rest = expand(after)
  for choice in (choices .. "|"):gmatch("([^|]*)|") do
    for _, tail in ipairs(rest) do found[#found + 1] = before .. escape(choice) .. tail end
  end
  return found
end

function escape(text)
  return (text:gsub("[%^%$%(%)%%%.%[%]%*%+%-%?]", "%%%0"))
end

return detector_rules
