--- `botster.theme`: colours by what they are for. A theme is a table of named colours and styles; the shipped layout uses
--- no others, and `botster.theme.colors.accent` is the accent of the theme in use at the moment of drawing.

local ops = require("ui.ops")

local M = { handlers = {} }

--- accent: what has the focus, keys; border: frames without it; attention: marks; faint: what is less important, a
--- style; selected: the chosen item of a list of agents, a style; highlight: the chosen item of an overlay, a style.
--- match, current_match, selection: what is marked in a terminal, styles. With a colour they take the place of what the
--- program drew; without, "reversed" turns it round.
--- Names are colours of the terminal's own palette, where those of most palettes can be read (4.5:1) on the background the
--- theme is for: on a dark one red and blue cannot, but the bright ones (9, 12) can; on a light one green and gray cannot.
local themes = {
  dark = {
    accent = "cyan",
    border = "gray",
    attention = "yellow",
    error = 9,
    success = "green",
    working = 12,
    faint = "dim",
    selected = { fg = "cyan", bold = true },
    highlight = "reversed",
    match = { fg = "yellow", bg = "black", reversed = true },
    current_match = { fg = 14, bg = "black", reversed = true, bold = true, underlined = true },
    selection = "reversed",
  },
  light = {
    accent = "blue",
    border = "gray",
    attention = "magenta",
    error = "red",
    success = "#00691f",
    working = "blue",
    faint = { fg = "#666666" },
    selected = { fg = "blue", bold = true },
    highlight = "reversed",
    match = { fg = "yellow", bg = "#000000", reversed = true },
    current_match = { fg = "blue", bg = "#ffffff", reversed = true, bold = true, underlined = true },
    selection = "reversed",
  },
  -- Nothing dim, nothing told by colour alone.
  ["high-contrast"] = {
    accent = { fg = "default", bold = true },
    border = "default",
    attention = { fg = "default", bold = true, underlined = true },
    error = { fg = "default", bold = true, underlined = true },
    success = "default",
    working = "default",
    faint = "default",
    selected = { fg = "default", bold = true, reversed = true },
    highlight = { bold = true, reversed = true },
    match = { fg = "default", bg = "default", bold = true, underlined = true },
    current_match = { fg = "default", bg = "default", bold = true, underlined = true, reversed = true },
    selection = "reversed",
  },
}

local names = { "dark", "light", "high-contrast" }

--- What the user chose: the name of a theme, or "auto".
local chosen = config.get("theme")

--- → the name of the theme in use: the chosen one, or with "auto" the one that fits the terminal's background
function M.name()
  local name = chosen
  if _tui_state.mode == "choose_theme" and M.choices then
    name = M.choices[(_tui_state.list_selected or 0) + 1] -- as it would look
  end
  if name ~= nil and themes[name] then
    return name
  end
  return _tui_state.background == "light" and "light" or "dark"
end

--- Named colours of the theme in use, each fit to stand as a style or within one.
M.colors = setmetatable({}, {
  __index = function(_, name)
    local value = themes[M.name()][name]
    return value == nil and themes.dark[name] or value
  end,
})

--- A style that has a colour of the theme and attributes: `theme.style("accent", "bold")`.
function M.style(name, ...)
  local value = M.colors[name]
  local style = {}
  if type(value) == "table" then
    for key, part in pairs(value) do
      style[key] = part
    end
  elseif value == "dim" or value == "reversed" or value == "bold" then
    style[value] = true
  else
    style.fg = value
  end
  for _, attribute in ipairs({ ... }) do
    style[attribute] = true
  end
  return style
end

--- The names of all themes, in the order of their registration.
function M.list()
  return { table.unpack(names) }
end

--- Adds a theme, or changes one. What `colors` leaves out is as in the theme `colors.base` (default "dark").
function M.register(name, colors)
  if type(name) ~= "string" or name == "auto" then
    error("bad argument #1 to 'theme.register' (name expected)", 2)
  end
  if type(colors) ~= "table" then
    error(("bad argument #2 to 'theme.register' (table expected, got %s)"):format(type(colors)), 2)
  end
  local theme = {}
  for key, value in pairs(themes[colors.base] or themes[name] or themes.dark) do
    theme[key] = value
  end
  for key, value in pairs(colors) do
    if key ~= "base" then
      theme[key] = value
    end
  end
  if not themes[name] then
    names[#names + 1] = name
  end
  themes[name] = theme
end

--- Uses a theme from now on, and remembers it. → true, or nil and why not
function M.set(name)
  if name ~= "auto" and not themes[name] then
    return nil, ("there is no theme '%s' (there are auto, %s)"):format(tostring(name), table.concat(names, ", "))
  end
  chosen = name ~= "auto" and name or nil
  local saved, message = config.set("theme", chosen)
  if not saved then
    return nil, "the theme is not remembered: " .. tostring(message)
  end
  return true
end

-- choosing one -----------------------------------------------------------------------------------------------------

--- The one in use comes first, so that opening the list changes nothing.
function M.handlers.choose_theme()
  local current = chosen or "auto"
  M.choices = { current }
  for _, name in ipairs({ "auto", table.unpack(names) }) do
    if name ~= current then
      M.choices[#M.choices + 1] = name
    end
  end
  return { ops.set_mode("choose_theme") }
end

function M.handlers.use_theme(_, item)
  local ok, problem = M.set(item.theme)
  return { ops.close(), not ok and ops.notify(problem, "warning") or nil }
end

function M.overlay(state)
  local items = {}
  for _, name in ipairs(M.choices or { "auto", table.unpack(names) }) do
    items[#items + 1] = {
      text = name == "auto" and { name, { text = "  follows the terminal", style = M.colors.faint } } or name,
      action = { action = "use_theme", theme = name },
    }
  end
  return require("ui.boxes").list(state, "Theme", items, 40)
end

return M
