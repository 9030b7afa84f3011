--- What a screen says about the program that drew it. A detector (agents/NAME.lua) is a list of rules about regions of the
--- screen; the first rule that fits decides. This file knows regions and rules, and no program.
---
--- A rule: {id, state, region?, all?, any?, none?, adjacent?, raw?, confidence?, reason?, question?}. `all`, `any`, `none`:
--- Lua patterns, each tried on every line of the region; `adjacent`: patterns that lines must fit one right after the
--- other (blank ones apart). `{a|b}` in a pattern stands for either, literally. Lines come without the borders of boxes
--- around them, unless the rule is `raw`. `question` is a pattern (or several) of the line that asks; the last one counts.

local rules = require("lib.detector_rules")

local detector = {}

--- Checks a detector and prepares its patterns: see lib/detector_rules.lua.
detector.compile = rules.compile

--- Lines of a dialog, and of what stands above the input line: as much as programs show there.
local DIALOG_LINES, STATUS_LINES, TRANSCRIPT_LINES = 40, 20, 8
--- Lines from the bottom in which the input line is looked for, and how far its frame may be from it.
local INPUT_WITHIN, FRAME_WITHIN = 16, 12
local MOST_QUESTION = 300

local split, unboxed, find_input, input_behind, is_menu, menu_below, frame_above, frame_below
local region_of, slice, last_turn, fits, any_line, adjacent_lines, question_of, up_to_cursor, trimmed

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
    local lines = region_of(screen, rule, compiled.input.prompt)
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
  if input.behind then return input_behind(input, screen.raw) end
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
      if top and bottom and not menu_below(screen.lines, bottom) then
        local last = input.framed and bottom - 1 or row
        return { row = row, last = math.max(row, last), top = top, bottom = bottom, prompt_end = prompt_end }
      end
    end
  end
end

--- The lines behind a thick line that ends below them, but for the last one, which says what will answer.
function input_behind(input, raw)
  for bottom = #raw, 3, -1 do
    if raw[bottom]:find(input.ends) then
      local top = bottom
      while top > 1 and raw[top - 1]:find(input.behind) do top = top - 1 end
      return bottom - top >= 2 and { row = top, last = bottom - 2, top = top, bottom = bottom } or nil
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

--- Whether a menu stands below a row: what looks like the input line above it is a prompt of before.
function menu_below(lines, row)
  for i = row + 1, #lines do
    if is_menu(lines, i) then return true end
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

--- The lines of a rule's region. Where something takes text there is no dialog. `prompts`: by what prompts are recognised.
function region_of(screen, rule, prompts)
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
  if region == "turn" then return slice(lines, last_turn(screen, prompts), input and input.top - 1 or count) end
  if region == "footer" then return input and slice(lines, input.bottom + 1, count) or {} end
  if region == "input" then return input and slice(lines, input.row, input.last) or {} end
  if region == "cursor" then return { up_to_cursor(screen) } end
  if region == "last" then return { lines[count] } end
  if region == "bottom" then return slice(lines, count - TRANSCRIPT_LINES + 1, count) end
  if region == "title" then return { screen.title } end
  return { screen.notification }
end

--- The row of the last prompt above the input line; the first one when there is none.
function last_turn(screen, prompts)
  for row = (screen.input and screen.input.top or #screen.lines + 1) - 1, 1, -1 do
    if any_line(prompts, { screen.lines[row] }) then return row end
  end
  return 1
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
