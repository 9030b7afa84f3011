--- The boxes that overlays are made of.

local theme = require("ui.theme")

local M = {}

--- A frame with a title.
function M.block(title, style)
  return { title = (" %s "):format(title), borders = "all", border_style = style or theme.style("accent") }
end

--- Columns of a box at most where its content needs no more: on a wide screen the end of a line would be far from its
--- beginning.
local MOST_COLUMNS = 84

--- `percent` of `available` cells, at least `needed` (with borders) so that nothing is cut on a small screen, and at most
--- `most` where that is enough on a large one.
local function cells(percent, available, needed, most)
  local wanted = math.floor(available * percent / 100 + 0.5)
  return math.min(available, math.max(needed, math.min(wanted, most)))
end

--- Columns that a box of `width` percent has for its content, without its borders and a gutter of two; `columns` is how
--- many it should have at least.
function M.columns(state, width, columns)
  return cells(width, state.screen_cols or 80, columns + 4, MOST_COLUMNS) - 4
end

--- A box in the middle, `width` percent of the screen wide, and `height` percent high or, without, as its content needs;
--- `lines` is how many the content has, `columns` how wide it should be at least.
function M.centered(state, width, height, lines, columns, child)
  local available = state.screen_rows or 24
  return {
    type = "centered",
    width = tostring(M.columns(state, width, columns) + 4),
    height = tostring(cells(height or 0, available, lines + 2, available)),
    child = child,
  }
end

--- Columns of a text, a span or a line of them.
local function columns_of(line)
  if type(line) ~= "table" then
    local text = tostring(line or "")
    return utf8.len(text) or #text
  end
  local columns = columns_of(line.text)
  for _, part in ipairs(line) do
    columns = columns + columns_of(part)
  end
  return columns
end

--- What an item needs to be seen whole; between its text and what stands on the right there are two blanks.
function M.columns_of_item(item)
  local right = item.right and columns_of(item.right) + 2 or 0
  return math.max(columns_of(item.text) + right, columns_of(item.secondary))
end

--- A list in the middle, as high and at least as wide as its items.
function M.list(state, title, items, width)
  local lines, columns, shown = 0, 26, {}
  for position, item in ipairs(items) do
    lines = lines + (item.secondary and 2 or 1)
    columns = math.max(columns, M.columns_of_item(item))
    shown[position] = item
    if type(item.secondary) == "string" then
      shown[position] = {}
      for key, value in pairs(item) do
        shown[position][key] = value
      end
      shown[position].secondary = M.faint(item.secondary)
    end
  end
  lines = math.min(lines, math.floor((state.screen_rows or 24) * 0.8))
  return M.centered(state, width or 50, nil, lines, columns, {
    type = "list",
    id = title,
    block = M.block(title),
    props = { items = shown, highlight_style = theme.colors.highlight, highlight_symbol = "> " },
  })
end

--- A line of less importance, as the theme has it: by itself such a line would be dim in every theme.
function M.faint(text)
  return { { text = text, style = theme.colors.faint } }
end

--- A text in lines that fit a box of `percent` of the screen's columns, as many as leave room for `others` in it;
--- `least` is how wide that box is at least.
function M.wrap(state, text, percent, others, least)
  local columns = math.max(10, M.columns(state, percent, least or 26))
  local most = math.max(1, math.floor((state.screen_rows or 24) * 0.8) - others)
  local lines = {}
  for paragraph in (text .. "\n"):gmatch("(.-)\r?\n") do
    local line
    for word in paragraph:gmatch("%S+") do
      local longer = line and line .. " " .. word or word
      if line and (utf8.len(longer) or #longer) > columns then
        lines[#lines + 1], line = line, word
      else
        line = longer
      end
    end
    lines[#lines + 1] = line
  end
  if #lines > most then -- the last one is cut where it is drawn
    lines[most] = table.concat(lines, " ", most)
  end
  return table.move(lines, 1, math.min(#lines, most), 1, {})
end

local INPUT_COLUMNS = 50

--- An input with a text above it; what was wrong with the last try, or a hint, stands between, and what it belongs to.
--- `height`: percent of the screen, where more than a line or two is typed.
function M.input(state, title, question, hint, width, height, context)
  local problem = state.pending_fields and state.pending_fields.problem
  local below = problem and { { text = problem, style = theme.style("error") } } or hint and M.faint(hint) or nil
  local lines = M.wrap(state, question, width or 60, 6, INPUT_COLUMNS)
  lines[#lines + 1] = below
  lines[#lines + 1] = context and context ~= "" and M.faint(context) or nil
  lines[#lines + 1] = ""
  if (state.screen_rows or 24) < 8 then
    lines = problem and { below } or {} -- the field comes first
  end
  return M.centered(state, width or 60, height, math.max(4, #lines + 1), INPUT_COLUMNS, {
    type = "input",
    id = title,
    block = M.block(title),
    props = { lines = lines },
  })
end

return M
