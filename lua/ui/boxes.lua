--- The boxes that overlays are made of.

local theme = require("ui.theme")

local M = {}

--- A frame with a title.
function M.block(title, style)
  return { title = (" %s "):format(title), borders = "all", border_style = style or theme.style("accent") }
end

--- `percent` of `available` cells, but at least `needed` (with borders) so that nothing is cut on a small screen.
local function size(percent, available, needed)
  available = available or 0
  if available * percent / 100 >= needed then
    return percent
  end
  return tostring(math.min(needed, available))
end

--- `width` and `height` in percent; `lines` is how many the content has, `columns` how wide it should be at least.
function M.centered(state, width, height, lines, columns, child)
  return {
    type = "centered",
    width = size(width, state.screen_cols, columns + 4),
    height = size(height, state.screen_rows, lines + 2),
    child = child,
  }
end

--- A list in the middle, as high as its items; `columns` is how wide their text should be at least.
function M.list(state, title, items, width, height, columns)
  local lines = 0
  for _, item in ipairs(items) do
    lines = lines + (item.secondary and 2 or 1)
  end
  lines = math.min(lines, math.floor((state.screen_rows or 24) * 0.8))
  return M.centered(state, width or 50, height or 30, lines, columns or 26, {
    type = "list",
    id = title,
    block = M.block(title),
    props = { items = items, highlight_style = theme.colors.highlight, highlight_symbol = "> " },
  })
end

--- A text in lines that fit a box of `percent` of the screen's columns, as many as leave room for `others` in it.
function M.wrap(state, text, percent, others)
  local columns = math.max(10, math.floor((state.screen_cols or 80) * percent / 100) - 4)
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

--- An input with a text above it; what was wrong with the last try, or a hint, stands between, and what it belongs to.
function M.input(state, title, question, hint, width, height, context)
  local problem = state.pending_fields and state.pending_fields.problem
  local below = problem and { { text = problem, style = theme.style("error") } } or { { text = hint or "", style = theme.colors.faint } }
  local lines = M.wrap(state, question, width or 60, 5)
  lines[#lines + 1] = below
  lines[#lines + 1] = { { text = context or "", style = theme.colors.faint } }
  if (state.screen_rows or 24) < 8 then
    lines = problem and { below } or {} -- the field comes first
  end
  return M.centered(state, width or 60, height or 30, math.max(4, #lines + 1), 50, {
    type = "input",
    id = title,
    block = M.block(title),
    props = { lines = lines },
  })
end

return M
