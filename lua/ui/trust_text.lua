--- One file of the repository's `.botster`, or how it differs from what was trusted, as a text to leaf through. Everything
--- of it is shown: long lines are continued below, since what stands outside of the screen would be trusted unread.

local boxes = require("ui.boxes")
local theme = require("ui.theme")

local M = { handlers = {} }

--- Shares of the screen, and what borders, mark and foot take.
local WIDTH, HEIGHT = 90, 90
local BORDERS, MARK, FOOT = 2, 2, 1

local MARKS = { same = "  ", added = "+ ", removed = "- " }
local COLORS = { added = "success", removed = "error" }

--- Nothing is known of the file yet.
function M.open(path)
  _tui_state.trust_text = { path = path, offset = 0 }
end

--- The hub's answer. One for another file comes too late.
function M.show(review)
  local shown = _tui_state.trust_text
  if not shown or shown.path ~= review.path then
    return
  end
  shown.lines, shown.more, shown.rows = review.lines or {}, review.more or 0, nil
  for _, file in ipairs(review.files) do
    if file.path == review.path then
      shown.is_binary = file.is_binary
    end
  end
end

--- Columns and rows of the box: all there are where a share of them would be too few.
local function size(state)
  local columns, rows = state.screen_cols or 80, state.screen_rows or 24
  return columns < 40 and columns or columns * WIDTH // 100, rows < 10 and rows or rows * HEIGHT // 100
end

local function width(state)
  return math.max(10, (size(state)) - BORDERS - MARK)
end

local function height(state)
  return math.max(1, select(2, size(state)) - BORDERS - FOOT)
end

--- Cells that a character may take at most: two from the first wide ones on.
local function cells(code)
  return code < 0x1100 and 1 or 2
end

--- A line in pieces of at most `columns` cells.
local function pieces(line, columns)
  local cut, from, used = {}, 1, 0
  if not line:find("[\128-\255]") then
    repeat
      cut[#cut + 1] = line:sub(from, from + columns - 1)
      from = from + columns
    until from > #line
    return cut
  end
  for position, code in utf8.codes(line) do
    if used + cells(code) > columns then
      cut[#cut + 1] = line:sub(from, position - 1)
      from, used = position, 0
    end
    used = used + cells(code)
  end
  cut[#cut + 1] = line:sub(from)
  return cut
end

--- The text in rows of the screen, computed once for each width.
local function rows_of(shown, columns)
  if shown.rows and shown.columns == columns then
    return shown.rows
  end
  local rows = {}
  for _, line in ipairs(shown.lines) do
    for i, piece in ipairs(pieces(line.text:gsub("\t", "    "), columns)) do
      local mark = i == 1 and MARKS[line.kind] or "  "
      local color = COLORS[line.kind]
      rows[#rows + 1] = { { text = mark .. piece, style = color and theme.style(color) or nil } }
    end
  end
  shown.rows, shown.columns = rows, columns
  return rows
end

local function notice(words)
  return { { { text = words, style = theme.colors.faint } } }
end

function M.overlay(state)
  local shown = _tui_state.trust_text or { path = "", lines = {}, offset = 0 }
  local lines, foot = notice("Reading…"), ""
  local room = height(state)
  if shown.is_binary then
    lines = notice("This is not text.")
  elseif shown.lines then
    local rows = rows_of(shown, width(state))
    shown.last = math.max(0, #rows - room)
    shown.page = room
    shown.offset = math.min(shown.offset, shown.last)
    lines = table.move(rows, shown.offset + 1, math.min(#rows, shown.offset + room), 1, {})
    foot = ("%d–%d of %d"):format(math.min(#rows, shown.offset + 1), shown.offset + #lines, #rows)
    if shown.more > 0 then
      foot = ("%s, %d lines more: botster trust --show"):format(foot, shown.more)
    end
    if #rows == 0 then
      lines = notice("It is empty.")
    end
  end
  while #lines < room do
    lines[#lines + 1] = ""
  end
  lines[#lines + 1] = { { text = foot .. "  ↑ ↓ pgup pgdn scroll · esc back", style = theme.colors.faint } }
  local child = { type = "paragraph", block = boxes.block(shown.path), props = { lines = lines } }
  local box_columns, box_rows = size(state)
  return { type = "centered", width = tostring(box_columns), height = tostring(box_rows), child = child }
end

local function move(step)
  return function()
    local shown = _tui_state.trust_text
    if shown and shown.lines then
      shown.offset = math.max(0, math.min(shown.last or 0, step(shown)))
    end
    return {}
  end
end

M.handlers.trust_text_up = move(function(shown) return shown.offset - 1 end)
M.handlers.trust_text_down = move(function(shown) return shown.offset + 1 end)
M.handlers.trust_text_page_up = move(function(shown) return shown.offset - (shown.page or 1) end)
M.handlers.trust_text_page_down = move(function(shown) return shown.offset + (shown.page or 1) end)
M.handlers.trust_text_first = move(function() return 0 end)
M.handlers.trust_text_last = move(function(shown) return shown.last or 0 end)

M.keys = {
  ["escape"] = "trust_back",
  ["q"] = "trust_back",
  ["enter"] = "trust_back",
  ["left"] = "trust_back",
  ["ctrl+q"] = "detach",
  ["?"] = "show_help",
  ["f1"] = "show_help",
  ["up"] = "trust_text_up",
  ["k"] = "trust_text_up",
  ["down"] = "trust_text_down",
  ["j"] = "trust_text_down",
  ["pageup"] = "trust_text_page_up",
  ["pagedown"] = "trust_text_page_down",
  ["space"] = "trust_text_page_down",
  ["home"] = "trust_text_first",
  ["end"] = "trust_text_last",
}

return M
