--- The question whether the repository's own `.botster` may configure botster: what is in it, file by file, before it is
--- answered. Nothing of it runs meanwhile.

local boxes = require("ui.boxes")
local catalog = require("ui.catalog")
local ops = require("ui.ops")
local text = require("ui.trust_text")
local theme = require("ui.theme")

local M = { handlers = {}, events = {}, overlays = { trust_file = text.overlay } }

local handlers = M.handlers

--- States in which the user has something to decide.
local OPEN = { untrusted = true, changed = true }

local function repository()
  return _tui_state.repository or { state = "none", files = 0 }
end

local function review()
  return ops.send({ type = "review_repository" })
end

--- Seconds in which a key that was on its way counts for nothing, once other content has come up than was shown before.
M.fresh_seconds = 1

-- what the hub says ------------------------------------------------------------------------------------------------

--- Forgets what is shown when there is something else by now. → whether
local function forget_changed(data)
  local shown = _tui_state.trust_shown
  if not shown or shown.hash == data.repository.hash then
    return false
  end
  _tui_state.trust_files = nil
  return true
end

--- Asks when the UI has just been opened, or when nobody is typing into a program: what is typed blindly must not answer.
function M.events.repository(data)
  local is_first = _tui_state.repository == nil
  _tui_state.repository = data.repository
  local has_changed = forget_changed(data)
  local mode = _tui_state.mode
  if mode == "trust_file" and has_changed then
    return { review(), ops.set_mode("trust") }
  elseif mode == "trust" then
    return { review() }
  end
  if data.ask and (mode == "normal" or (is_first and mode == "insert")) then
    return handlers.repository_config()
  end
end

--- Other content than was shown: it is said, and keys that were meant for that do not count.
local function changed_under_eyes()
  local token = {}
  _tui_state.trust_fresh = token
  timer.after(M.fresh_seconds, function()
    if _tui_state.trust_fresh == token then
      _tui_state.trust_fresh = nil
    end
  end)
  local operations = { ops.notify("It has changed meanwhile: look at it again.", "warning") }
  if _tui_state.mode == "trust_file" then
    operations[2] = ops.set_mode("trust")
  end
  return operations
end

--- The list of files, and of one of them the text. What is trusted is what this was a review of.
function M.events.repository_review(data)
  local before = _tui_state.trust_shown
  _tui_state.repository = data.repository
  _tui_state.trust_files = data.files
  _tui_state.trust_shown = { hash = data.repository.hash }
  local is_looked_at = _tui_state.mode == "trust" or _tui_state.mode == "trust_file"
  if is_looked_at and before and before.hash ~= data.repository.hash then
    return changed_under_eyes()
  end
  if data.path then
    text.show(data)
  end
end

-- what the user does -----------------------------------------------------------------------------------------------

function handlers.repository_config()
  _tui_state.trust_files, _tui_state.trust_shown, _tui_state.trust_fresh = nil, nil, nil
  return { review(), ops.set_mode("trust") }
end

--- `said`: what the user reads once the hub has done it.
local function command(name, fields, said)
  fields.type = name
  _tui_state.awaiting = { command = name, said = said }
  return { ops.command(fields), ops.close() }
end

--- Only what was shown is trusted: the hub refuses when it is something else by now.
local function grant(always)
  local shown = _tui_state.trust_shown
  if not _tui_state.trust_files or not shown then
    return {} -- not shown yet
  elseif _tui_state.trust_fresh then
    return { ops.notify("It has changed just now: look at it again.", "warning") }
  end
  local problem = repository().problem
  if not always and (problem or not shown.hash) then
    return { ops.notify(problem or "There is nothing here that could be trusted.", "warning") }
  end
  local said = always and "Trusted always: its changes take effect as they are saved."
    or "Trusted: the repository's configuration is in use."
  return command("trust_repository", { hash = shown.hash, always = always }, said)
end

function handlers.trust_content()
  return grant(false)
end

function handlers.trust_always()
  return grant(true)
end

function handlers.untrust()
  return command("untrust_repository", {}, "Trusted no longer: the repository's configuration is not used.")
end

--- Leaves; a question that was open is not asked again until the hub ends.
function handlers.trust_later()
  if not OPEN[repository().state] then
    return { ops.close() }
  end
  return { ops.close(), ops.send({ type = "ask_repository_later" }) }
end

function handlers.trust_file(_, item)
  text.open(item.path)
  return { ops.send({ type = "review_repository", path = item.path }), ops.set_mode("trust_file") }
end

function handlers.trust_back()
  return { ops.set_mode("trust") }
end

for name, handler in pairs(text.handlers) do
  handlers[name] = handler
end

-- the overlay ------------------------------------------------------------------------------------------------------

local EXPLAINED = {
  none = { "There is no .botster directory in this repository." },
  untrusted = { "This repository has a .botster directory. Its plugins and", "scripts run as you do, once you trust it." },
  changed = { "It has changed since you trusted it. What you trusted is", "still used; nothing new runs before you trust it." },
  trusted = { "You trust it: its plugins and scripts are used." },
  ignored = { "It is ignored until the hub ends." },
}

local MARKS = {
  added = { "+", "success" },
  removed = { "-", "error" },
  changed = { "~", "attention" },
  mode = { "~", "attention" },
}

local function header(line, style)
  return { text = { { text = line, style = style } }, header = true }
end

local function choice(key, label, action)
  return { text = { { text = key, style = theme.style("accent", "bold") }, "  " .. label }, action = action }
end

local function file_item(file)
  local mark = MARKS[file.change]
  local modes = file.trusted_mode and ("mode %s → %s"):format(file.trusted_mode, file.mode)
  local details = modes or tonumber(file.mode, 8) & 73 ~= 0 and "program" or ("%d bytes"):format(file.size)
  return {
    text = { { text = mark and mark[1] or " ", style = mark and theme.style(mark[2]) or nil }, " " .. file.path },
    right = { { text = details, style = theme.colors.faint } },
    action = { action = "trust_file", path = file.path },
  }
end

--- The harmless choice comes first: it is what enter does.
local function choices(status)
  local items = { choice("n", OPEN[status.state] and "Not now" or "Leave", "trust_later") }
  local is_always = status.state == "trusted" and status.grade == "always"
  local is_content = status.state == "trusted" and status.grade == "content"
  if not is_content and not status.problem then
    items[#items + 1] = choice("T", "Trust this content; a change asks again", "trust_content")
  end
  if not is_always then
    items[#items + 1] = choice("A", "Trust this directory always, whatever it will hold", "trust_always")
  end
  if status.grade then
    items[#items + 1] = choice("U", "Trust it no longer", "untrust")
  end
  return items
end

local function list_items()
  local status = repository()
  local items = {}
  for _, line in ipairs(EXPLAINED[status.state] or {}) do
    items[#items + 1] = header(line)
  end
  if status.problem then
    items[#items + 1] = header(status.problem, theme.style("attention"))
  end
  items[#items + 1] = header("")
  for _, item in ipairs(status.state == "none" and { choice("n", "Leave", "trust_later") } or choices(status)) do
    items[#items + 1] = item
  end
  local files = _tui_state.trust_files
  items[#items + 1] = header("")
  items[#items + 1] = header(files and ("Files (%d), enter shows one"):format(#files) or "Reading…", theme.colors.faint)
  for _, file in ipairs(files or {}) do
    items[#items + 1] = file_item(file)
  end
  return items
end

function M.overlays.trust(state)
  return boxes.list(state, "Repository configuration", list_items(), 70)
end

--- What stays in sight while something is undecided, or nil.
function M.hint(state)
  local known = state.repository
  local words = known and ({ untrusted = "not trusted", changed = "changed" })[known.state]
  if not words then
    return nil
  end
  return {
    type = "paragraph",
    block = { title = " .botster ", borders = "all", border_style = theme.style("attention") },
    props = { lines = { { { text = words, style = theme.style("attention") } } } },
  }
end

catalog.add("repository_config", "Repository configuration: look at it, trust it or not", {
  when = function()
    return repository().state ~= "none"
  end,
})

for _, entry in ipairs({
  { "trust_content", "Trust this content" },
  { "trust_always", "Trust this directory always" },
  { "untrust", "Trust it no longer" },
  { "trust_later", "Not now" },
  { "trust_file", "Show the file" },
  { "trust_back", "Back to the list" },
  { "trust_text_up", "Up" },
  { "trust_text_down", "Down" },
  { "trust_text_page_up", "Page up" },
  { "trust_text_page_down", "Page down" },
  { "trust_text_first", "First" },
  { "trust_text_last", "Last" },
}) do
  catalog.add(entry[1], entry[2], { palette = false })
end

--- Keys of its modes, to be laid over those of lists.
M.keys = {
  trust = {
    ["escape"] = "trust_later",
    ["q"] = "trust_later",
    ["n"] = "trust_later",
    ["ctrl+p"] = "trust_later",
    ["T"] = "trust_content",
    ["A"] = "trust_always",
    ["U"] = "untrust",
  },
  trust_file = text.keys,
}

return M
