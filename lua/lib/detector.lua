--- What a screen says about the program that drew it. A detector (agents/NAME.lua) is a list of rules about regions of the
--- screen; the first rule that fits decides. This file knows regions and rules, and no program.
---
--- A rule: {id, state, region?, all?, any?, none?, adjacent?, raw?, confidence?, reason?, question?}. `all`, `any`, `none`:
--- Lua patterns, each tried on every line of the region; `adjacent`: patterns that lines must fit one right after the
--- other (blank ones apart). `{a|b}` in a pattern stands for either, literally. Lines come without the borders of boxes
--- around them, unless the rule is `raw`. `question` is a pattern (or several) of the line that asks; the last one counts.

local detector = {}

--- Lines of a dialog, and of what stands above the input line: as much as programs show there.
local DIALOG_LINES, STATUS_LINES, TRANSCRIPT_LINES = 40, 20, 8
--- Lines from the bottom in which the input line is looked for, and how far its frame may be from it.
local INPUT_WITHIN, FRAME_WITHIN = 16, 12
local MOST_QUESTION = 300

local STATES = { starting = true, working = true, waiting = true, idle = true, failed = true }
local REGIONS = {
  screen = true, dialog = true, status = true, transcript = true, footer = true, input = true, cursor = true,
  last = true, bottom = true, title = true, notification = true,
}
local LISTS = { "all", "any", "none", "adjacent", "question" }
local FIELDS = {
  id = "string", state = "string", region = "string", raw = "boolean", confidence = "number", reason = "string",
  all = "patterns", any = "patterns", none = "patterns", adjacent = "patterns", question = "patterns",
}

local read_rule, patterns_of, expand, escape, split, unboxed, find_input, is_menu, frame_above, frame_below
local region_of, slice, fits, any_line, adjacent_lines, question_of, up_to_cursor, trimmed

--- Checks a detector and prepares its patterns. Returns what `detector.read` takes, or nil and a message that names the
--- rule, the field, and what is accepted.
function detector.compile(definition)
  if type(definition) ~= "table" then return nil, "a detector is a table: {name, programs, input, rules}" end
  local compiled = {
    name = definition.name,
    programs = definition.programs or {},
    rules = {},
    reports = definition.reports or {},
    input = {},
    takes_input = definition.takes_input,
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
  for i, rule in ipairs(definition.rules or {}) do
    local read
    read, message = read_rule(rule, i)
    if not read then return nil, message end
    compiled.rules[i] = read
  end
  return compiled
end

--- Prepares a screen: {text, cols?, cursor?, title?, notification?}. Of use when several questions are asked of it.
function detector.screen(compiled, shown)
  local screen = { raw = split(shown.text or ""), lines = {}, cursor = shown.cursor, title = shown.title }
  screen.notification = shown.notification
  while screen.raw[#screen.raw] == "" do screen.raw[#screen.raw] = nil end
  for i, line in ipairs(screen.raw) do screen.lines[i] = unboxed(line) end
  screen.input = find_input(compiled.input, screen)
  return screen
end

--- What the first rule that fits says: {state, rule, region, confidence, reason, question?}, or nil when none does. With
--- `trace`, a table, every rule's outcome is added to it: {rule, state, fits, why}.
function detector.read(compiled, shown, trace)
  local screen = shown.lines and shown or detector.screen(compiled, shown)
  local decided
  for _, rule in ipairs(compiled.rules) do
    local lines = region_of(screen, rule)
    local why = fits(rule, lines)
    if trace then trace[#trace + 1] = { rule = rule.id, state = rule.state, region = rule.region, fits = not why, why = why } end
    if not why and not decided then
      decided = {
        state = rule.state,
        rule = rule.id,
        region = rule.region,
        confidence = rule.confidence,
        reason = rule.reason,
        question = question_of(rule, lines),
      }
      if not trace then return decided end
    end
  end
  return decided
end

--- The text in the input line of a prepared screen, nil when it shows none. `row_text(row)` is a row (from 1) without
--- what is no text: a placeholder, a drawn cursor.
function detector.input_text(compiled, screen, row_text)
  local input = screen.input
  if not input then return nil end
  local parts = {}
  for i = input.row, input.last do
    local line = unboxed((row_text(i):gsub("\u{a0}", " ")))
    if i == input.row then
      local prompt_end = any_line(compiled.input.prompt, { line })
      line = prompt_end and line:sub(prompt_end + 1) or line
    end
    parts[#parts + 1] = trimmed(line)
  end
  local text = trimmed(table.concat(parts, "\n"))
  return any_line(compiled.input.placeholder, { text }) and "" or text
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

function split(text)
  local lines = {}
  text = text:gsub("\u{a0}", " ")
  for line in (text .. "\n"):gmatch("(.-)\n") do lines[#lines + 1] = (line:gsub("%s+$", "")) end
  return lines
end

--- A line without the sides of a box around it.
function unboxed(line)
  local inner = line
  for _, side in ipairs({ "│", "┃", "║", "▌" }) do
    local _, at = inner:find("^%s*" .. side)
    if at then
      inner = inner:sub(at + 1)
      break
    end
  end
  for _, side in ipairs({ "│", "┃", "║", "▐" }) do
    local at = inner:find(side .. "$")
    if at then
      inner = inner:sub(1, at - 1)
      break
    end
  end
  return trimmed(inner)
end

--- Where the program takes a person's text: {row, last, top, bottom, prompt_end}, nil when it shows no such place. `top`
--- and `bottom` are those of its frame.
function find_input(input, screen)
  if #input.prompt == 0 then return nil end
  local first = math.max(1, #screen.lines - INPUT_WITHIN + 1)
  local from = #screen.lines
  if input.at_cursor then
    from = screen.cursor and screen.cursor.y + 1 or from
    first = from
  end
  for row = from, first, -1 do
    local line = screen.lines[row] or ""
    local prompt_end = any_line(input.prompt, { line })
    if prompt_end and not is_menu(screen.lines, row) then
      local top, bottom = row, row
      if input.framed then top, bottom = frame_above(screen.raw, row), frame_below(screen.raw, row) end
      if top and bottom then
        local last = input.framed and bottom - 1 or row
        return { row = row, last = math.max(row, last), top = top, bottom = bottom, prompt_end = prompt_end }
      end
    end
  end
end

--- Whether a line that looks like a prompt is the chosen entry of a menu: `❯ 1. Yes` with `2. No` below or above.
function is_menu(lines, row)
  local line = lines[row]
  local number = line:match("^%D+(%d+)[%.%)] ")
  if not number then return false end
  for i = math.max(1, row - 8), math.min(#lines, row + 8) do
    local other = i ~= row and lines[i]:match("^%s*(%d+)[%.%)] ")
    if other and math.abs(tonumber(other) - tonumber(number)) <= 8 and other ~= number then return true end
  end
  return false
end

local function is_border(line)
  return line:find("───", 1, true) ~= nil or line:find("▀▀▀", 1, true) ~= nil or line:find("▄▄▄", 1, true) ~= nil
    or line:find("━━━", 1, true) ~= nil
end

function frame_above(raw, row)
  for i = row - 1, math.max(1, row - FRAME_WITHIN), -1 do
    if is_border(raw[i]) then return i end
  end
end

function frame_below(raw, row)
  for i = row + 1, math.min(#raw, row + FRAME_WITHIN) do
    if is_border(raw[i]) then return i end
  end
end

--- The lines of a rule's region. Where something takes text there is no dialog.
function region_of(screen, rule)
  local lines = rule.raw and screen.raw or screen.lines
  local input, count = screen.input, #lines
  local region = rule.region
  if region == "screen" then return lines end
  if region == "dialog" then return input and {} or slice(lines, count - DIALOG_LINES + 1, count) end
  if region == "status" then
    local last = input and input.top - 1 or count
    return slice(lines, last - STATUS_LINES + 1, last)
  end
  if region == "transcript" then
    local last = input and input.top - 1 or count
    while last > 0 and lines[last] == "" do last = last - 1 end
    return slice(lines, last - TRANSCRIPT_LINES + 1, last)
  end
  if region == "footer" then return input and slice(lines, input.bottom + 1, count) or {} end
  if region == "input" then return input and slice(lines, input.row, input.last) or {} end
  if region == "cursor" then return { up_to_cursor(screen) } end
  if region == "last" then return { lines[count] } end
  if region == "bottom" then return slice(lines, count - TRANSCRIPT_LINES + 1, count) end
  if region == "title" then return { screen.title } end
  return { screen.notification }
end

function slice(lines, first, last)
  return table.move(lines, math.max(1, first), last, 1, {})
end

--- The cursor's line, when nothing but blanks follows the cursor.
function up_to_cursor(screen)
  local cursor = screen.cursor
  if not cursor then return nil end
  local line = screen.raw[cursor.y + 1]
  if not line then return nil end
  local width = utf8.len(line) or #line
  if width > cursor.x then return nil end
  return line .. (" "):rep(math.min(cursor.x - width, 1))
end

--- nil when the rule fits, else why it does not.
function fits(rule, lines)
  if #lines == 0 then return "its region is empty" end
  for _, alternatives in ipairs(rule.all) do
    if not any_line({ alternatives }, lines) then return "no line fits " .. alternatives[1] end
  end
  if #rule.any > 0 and not any_line(rule.any, lines) then return "none of its patterns fits a line" end
  for _, alternatives in ipairs(rule.none) do
    if any_line({ alternatives }, lines) then return "a line fits " .. alternatives[1] .. ", which must not be there" end
  end
  if #rule.adjacent > 0 and not adjacent_lines(rule.adjacent, lines) then return "no lines follow each other as it wants" end
end

--- Where the first match in any line ends.
function any_line(patterns, lines)
  for _, line in ipairs(lines) do
    for _, alternatives in ipairs(patterns) do
      for _, pattern in ipairs(alternatives) do
        local _, last = line:find(pattern)
        if last then return last end
      end
    end
  end
end

function adjacent_lines(patterns, lines)
  local filled = {}
  for _, line in ipairs(lines) do
    if line ~= "" then filled[#filled + 1] = line end
  end
  for start = 1, #filled - #patterns + 1 do
    local all = true
    for i, alternatives in ipairs(patterns) do
      if not any_line({ alternatives }, { filled[start + i - 1] }) then
        all = false
        break
      end
    end
    if all then return true end
  end
  return false
end

--- The last line that fits one of the rule's questions, the first pattern first: its capture, or all of it.
function question_of(rule, lines)
  for _, alternatives in ipairs(rule.question) do
    for i = #lines, 1, -1 do
      for _, pattern in ipairs(alternatives) do
        local found = lines[i]:match(pattern)
        if found then return trimmed(found):sub(1, MOST_QUESTION) end
      end
    end
  end
end

function trimmed(text)
  return (text:gsub("^%s+", ""):gsub("%s+$", ""))
end

return detector
