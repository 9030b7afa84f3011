--- `botster.keymap`: keys that extensions bind, on top of those of keybindings.lua. A key may be a sequence, its keys
--- apart by blanks: "ctrl+x g". Made anew at every load.

local catalog = require("ui.catalog")

local M = {}

--- Milliseconds the next key of a sequence may take.
M.timeout_ms = 3000

local MODIFIERS = { "ctrl", "shift", "alt" }
local MODIFIER_NAMES = { control = "ctrl", c = "ctrl", meta = "alt", option = "alt", a = "alt", m = "alt", s = "shift" }
local KEY_NAMES = {
  esc = "escape",
  ["return"] = "enter",
  cr = "enter",
  bs = "backspace",
  del = "delete",
  ins = "insert",
  pgup = "pageup",
  pgdn = "pagedown",
  page_up = "pageup",
  page_down = "pagedown",
}

--- mode → keys → {action, desc, namespace, owner}
local keymaps = {}
--- mode → keys that a longer sequence begins with; made when first asked for
local prefixes = {}
--- {mode, key, first, second}, each of the last two {owner, action}
local conflicts = {}

local function expect(ok, name, position, expected, value)
  if not ok then
    error(("bad argument #%d to '%s' (%s expected, got %s)"):format(position, name, expected, type(value)), 3)
  end
end

--- "Alt+Ctrl+X" → "ctrl+alt+x": modifiers in the order of key descriptors, usual other names understood.
local function normalize_one(key)
  local held, rest = {}, key
  while true do
    local word, remaining = rest:match("^(%a+)[+-](.+)$")
    word = word and word:lower()
    local modifier = MODIFIER_NAMES[word] or word
    if modifier ~= "ctrl" and modifier ~= "shift" and modifier ~= "alt" then
      break
    end
    held[modifier] = true
    rest = remaining
  end
  local named = #rest > 1 and rest:lower() or rest
  named = KEY_NAMES[named] or named
  if held.ctrl and #named == 1 then
    named = named:lower()
  end
  local parts = {}
  for _, modifier in ipairs(MODIFIERS) do
    if held[modifier] then
      parts[#parts + 1] = modifier
    end
  end
  parts[#parts + 1] = named
  return table.concat(parts, "+")
end

--- A key or a sequence of keys as handle_key gets it.
function M.normalize(key)
  local parts = {}
  for part in key:gmatch("%S+") do
    parts[#parts + 1] = normalize_one(part)
  end
  return #parts == 0 and "space" or table.concat(parts, " ")
end

local function mode_list(modes, name)
  if type(modes) == "string" then
    return { modes }
  end
  expect(type(modes) == "table", name, 1, "mode or array of modes", modes)
  return modes
end

local function action_name(action)
  return type(action) == "string" and action or "a function"
end

local function note_conflict(mode, key, first, second)
  conflicts[#conflicts + 1] = {
    mode = mode,
    key = key,
    first = { owner = first.owner, action = action_name(first.action) },
    second = { owner = second.owner, action = action_name(second.action) },
  }
end

--- Binds a key in one mode or several. `action` is the name of an action, or a function that gets the key context
--- ({key, mode, list_count, terminal_rows}) and may return an action: a name or a table {action, char?, index?}.
--- `override`: another extension's binding of that key is meant to be replaced, which is then no conflict.
--- @param opts {desc?: string, namespace?: string, override?: boolean}?
function M.set(modes, key, action, opts)
  expect(type(key) == "string" and key ~= "", "keymap.set", 2, "key", key)
  expect(type(action) == "string" or type(action) == "function", "keymap.set", 3, "action or function", action)
  expect(opts == nil or type(opts) == "table", "keymap.set", 4, "table", opts)
  opts = opts or {}
  local name = M.normalize(key)
  for _, mode in ipairs(mode_list(modes, "keymap.set")) do
    keymaps[mode] = keymaps[mode] or {}
    local before = keymaps[mode][name]
    local entry = { action = action, desc = opts.desc, namespace = opts.namespace, owner = _screen.owner() }
    if before and before.owner ~= entry.owner and not opts.override then
      note_conflict(mode, name, before, entry)
    end
    keymaps[mode][name] = entry
    prefixes[mode] = nil
  end
end

--- Removes what `keymap.set` bound; the built-in meaning of the key comes back. → whether there was something
function M.del(modes, key)
  expect(type(key) == "string", "keymap.del", 2, "key", key)
  local found = false
  local name = M.normalize(key)
  for _, mode in ipairs(mode_list(modes, "keymap.del")) do
    if keymaps[mode] and keymaps[mode][name] then
      keymaps[mode][name] = nil
      prefixes[mode] = nil
      found = true
    end
  end
  return found
end

local function sorted(list)
  table.sort(list, function(a, b)
    if a.mode ~= b.mode then
      return a.mode < b.mode
    end
    return a.key < b.key
  end)
  return list
end

--- What `keymap.set` bound, sorted: array of {mode, key, action, desc, namespace}; of one mode, or of all.
function M.list(mode)
  local list = {}
  for name, keys in pairs(keymaps) do
    if mode == nil or name == mode then
      for key, entry in pairs(keys) do
        list[#list + 1] =
          { mode = name, key = key, action = entry.action, desc = entry.desc, namespace = entry.namespace }
      end
    end
  end
  return sorted(list)
end

--- Removes every binding of a namespace. → how many there were
function M.clear_namespace(namespace)
  local count = 0
  for mode, keys in pairs(keymaps) do
    for key, entry in pairs(keys) do
      if entry.namespace == namespace then
        keys[key] = nil
        prefixes[mode] = nil
        count = count + 1
      end
    end
  end
  return count
end

--- Keys that two extensions bound, the later one having won: array of {mode, key, first, second}, both {owner, action}.
function M.conflicts()
  return conflicts
end

local function builtin_keys(mode)
  for _, modes in ipairs({ _keybindings and _keybindings.modes or {}, _keybindings and _keybindings.own_modes or {} }) do
    if type(modes) == "table" and modes[mode] then
      return modes[mode]
    end
  end
  return {}
end

local function describe(entry)
  if entry.desc then
    return entry.desc
  end
  if type(entry.action) ~= "string" then
    return "A function of " .. entry.owner
  end
  for _, action in ipairs(botster.action.list()) do
    if action.name == entry.action and action.desc then
      return action.desc
    end
  end
  return catalog.describe(entry.action)
end

--- Everything that keys do in a mode, built-in or not, sorted by key: array of {mode, key, action, desc, owner}.
function M.effective(mode)
  local list = {}
  local own = keymaps[mode] or {}
  for key, action in pairs(builtin_keys(mode)) do
    if not own[key] then
      local entry = { mode = mode, key = key, action = action, owner = "botster" }
      entry.desc = describe(entry)
      list[#list + 1] = entry
    end
  end
  for key, entry in pairs(own) do
    list[#list + 1] = { mode = mode, key = key, action = entry.action, desc = describe(entry), owner = entry.owner }
  end
  return sorted(list)
end

--- What a key does in a mode: the name of an action, or a function; nil when it does nothing.
local function action_of(mode, key)
  local own = keymaps[mode] and keymaps[mode][key]
  if own then
    return own.action
  end
  return builtin_keys(mode)[key]
end

--- The keys that do an action in a mode, the shortest first.
function M.keys(mode, action)
  local found = {}
  for _, entry in ipairs(M.effective(mode)) do
    if entry.action == action then
      found[#found + 1] = entry.key
    end
  end
  return require("ui.keys").shortest_first(found)
end

local function prefixes_of(mode)
  local found = prefixes[mode]
  if found then
    return found
  end
  found = {}
  for _, keys in ipairs({ builtin_keys(mode), keymaps[mode] or {} }) do
    for key in pairs(keys) do
      local from = key:find(" ", 1, true)
      while from do
        found[key:sub(1, from - 1)] = true
        from = key:find(" ", from + 1, true)
      end
    end
  end
  prefixes[mode] = found
  return found
end

--- A function bound to a key has handled it, whatever it returns.
local function run_bound_function(entry, key, mode, context)
  local key_context = { key = key, mode = mode, list_count = context.list_count, terminal_rows = context.terminal_rows }
  local ok, result = pcall(entry.action, key_context)
  if not ok then
    _screen.notify(("key %s in mode %s: %s"):format(key, mode, tostring(result)), "error")
    return nil
  end
  if type(result) == "string" then
    return { action = result }
  end
  return type(result) == "table" and result or { action = "none" }
end

--- Puts these keys before those that `builtin` knows. A key that begins a sequence waits for the next, unless
--- `context.complete` says that none will come. Where the program that is typed into has ended, the keys of the mode
--- `ended` come first; while keys are locked, there are no keys but those that unlock them.
function M.before(builtin)
  local function look_up(key, mode, context)
    if not context.complete and prefixes_of(mode)[key] then
      return { action = "pending_keys", timeout_ms = M.timeout_ms }
    end
    local entry = keymaps[mode] and keymaps[mode][key]
    if entry then
      if type(entry.action) == "string" then
        return { action = entry.action }
      end
      local result = run_bound_function(entry, key, mode, context)
      if result then
        return result
      end
    end
    return builtin(key, mode, context)
  end
  return function(key, mode, context)
    local lock = require("ui.lock")
    if mode == "insert" and lock.is_on() then
      return lock.handle_key(key, action_of(mode, key))
    end
    local ended = require("ui.ended")
    local first = ended.key_mode(mode)
    if first ~= mode and not ended.is_blind() then
      local result = look_up(key, first, context)
      if result then
        return result
      end
    end
    return look_up(key, mode, context)
  end
end

--- Tells the user of every conflict once: at the first load that has it.
function M.report_conflicts()
  _tui_state.reported_conflicts = _tui_state.reported_conflicts or {}
  local reported = _tui_state.reported_conflicts
  for _, conflict in ipairs(conflicts) do
    local message = ("%s in mode %s is bound by %s (%s) and by %s (%s): the latter wins"):format(
      conflict.key,
      conflict.mode,
      conflict.first.owner,
      conflict.first.action,
      conflict.second.owner,
      conflict.second.action
    )
    if not reported[message] then
      reported[message] = true
      _screen.notify(message, "warning")
    end
  end
end

return M
