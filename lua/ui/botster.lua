--- The API for extensions: files in ~/.botster/lua/user/ui, further files in ~/.botster/lua/ui, plugins' ui folders.
--- Everything registered here is forgotten and registered anew whenever one of the files changes; only `botster.g` stays.

botster = {}

--- Free for extensions to keep things in across reloads.
_botster_g = _botster_g or {}
botster.g = _botster_g

local function expect(ok, name, position, expected, value)
  if not ok then
    error(("bad argument #%d to '%s' (%s expected, got %s)"):format(position, name, expected, type(value)), 3)
  end
end

--- Shows a message to the user. `level` is "info" (default), "warning" or "error".
function botster.notify(message, level)
  _screen.notify(tostring(message), level or "info")
end

--- Draws again, after something that `render` shows was changed outside of a key, an action or an event.
function botster.redraw()
  _screen.redraw()
end

-- keys -----------------------------------------------------------------------------------------------------------

botster.keymap = {}

local MODIFIERS = { "ctrl", "shift", "alt" }
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

--- mode → key → {action, desc, namespace}
local keymaps = {}

--- "Alt+Ctrl+X" → "ctrl+alt+x": modifiers in the order of key descriptors, usual other names understood.
local function normalize_key(key)
  local held, rest = {}, key
  while true do
    local modifier, remaining = rest:match("^(%a+)[+-](.+)$")
    modifier = modifier and modifier:lower()
    if modifier == "control" or modifier == "c" then
      modifier = "ctrl"
    elseif modifier == "meta" or modifier == "option" or modifier == "a" or modifier == "m" then
      modifier = "alt"
    elseif modifier == "s" then
      modifier = "shift"
    end
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

local function mode_list(modes, name)
  if type(modes) == "string" then
    return { modes }
  end
  expect(type(modes) == "table", name, 1, "mode or array of modes", modes)
  return modes
end

--- Binds a key in one mode or several. `action` is the name of an action, or a function that gets the key context
--- ({key, mode, list_count, terminal_rows}) and may return an action: a name or a table {action, char?, index?}.
--- @param opts {desc?: string, namespace?: string}?
function botster.keymap.set(modes, key, action, opts)
  expect(type(key) == "string" and key ~= "", "keymap.set", 2, "key", key)
  expect(type(action) == "string" or type(action) == "function", "keymap.set", 3, "action or function", action)
  expect(opts == nil or type(opts) == "table", "keymap.set", 4, "table", opts)
  opts = opts or {}
  for _, mode in ipairs(mode_list(modes, "keymap.set")) do
    keymaps[mode] = keymaps[mode] or {}
    keymaps[mode][normalize_key(key)] = { action = action, desc = opts.desc, namespace = opts.namespace }
  end
end

--- Removes what `keymap.set` bound; the built-in meaning of the key comes back. → whether there was something
function botster.keymap.del(modes, key)
  expect(type(key) == "string", "keymap.del", 2, "key", key)
  local found = false
  local name = normalize_key(key)
  for _, mode in ipairs(mode_list(modes, "keymap.del")) do
    if keymaps[mode] and keymaps[mode][name] then
      keymaps[mode][name] = nil
      found = true
    end
  end
  return found
end

--- What `keymap.set` bound, sorted: array of {mode, key, action, desc, namespace}; of one mode, or of all.
function botster.keymap.list(mode)
  local list = {}
  for name, keys in pairs(keymaps) do
    if mode == nil or name == mode then
      for key, entry in pairs(keys) do
        list[#list + 1] =
          { mode = name, key = key, action = entry.action, desc = entry.desc, namespace = entry.namespace }
      end
    end
  end
  table.sort(list, function(a, b)
    if a.mode ~= b.mode then
      return a.mode < b.mode
    end
    return a.key < b.key
  end)
  return list
end

--- Removes every binding of a namespace. → how many there were
function botster.keymap.clear_namespace(namespace)
  local count = 0
  for _, keys in pairs(keymaps) do
    for key, entry in pairs(keys) do
      if entry.namespace == namespace then
        keys[key] = nil
        count = count + 1
      end
    end
  end
  return count
end

-- actions --------------------------------------------------------------------------------------------------------

botster.action = {}

--- name → {fn, desc, namespace}
local actions = {}

--- Registers an action, before the built-in one of that name if there is one. `fn` gets the action context and returns
--- an array of operations, or nil to let the built-in one run.
--- @param opts {desc?: string, namespace?: string}?
function botster.action.register(name, fn, opts)
  expect(type(name) == "string", "action.register", 1, "string", name)
  expect(type(fn) == "function", "action.register", 2, "function", fn)
  opts = opts or {}
  actions[name] = { fn = fn, desc = opts.desc, namespace = opts.namespace }
end

--- → whether there was one
function botster.action.unregister(name)
  local found = actions[name] ~= nil
  actions[name] = nil
  return found
end

--- Registered actions, sorted: array of {name, desc, namespace}.
function botster.action.list()
  local list = {}
  for name, entry in pairs(actions) do
    list[#list + 1] = { name = name, desc = entry.desc, namespace = entry.namespace }
  end
  table.sort(list, function(a, b)
    return a.name < b.name
  end)
  return list
end

-- components -----------------------------------------------------------------------------------------------------

botster.ui = {}

local components = {}

--- Registers a function that makes a node out of a table of properties.
function botster.ui.register_component(name, render)
  expect(type(name) == "string", "ui.register_component", 1, "string", name)
  expect(type(render) == "function", "ui.register_component", 2, "function", render)
  components[name] = render
end

--- → the function, or nil
function botster.ui.get_component(name)
  return components[name]
end

--- → the node that the component makes of `props`; an error when there is no such component
function botster.ui.render_component(name, props)
  local render = components[name]
  if not render then
    error(("there is no component '%s' (registered: %s)"):format(
      tostring(name),
      table.concat(botster.ui.list_components(), ", ")
    ), 2)
  end
  return render(props or {})
end

--- → the names of all components, sorted
function botster.ui.list_components()
  local names = {}
  for name in pairs(components) do
    names[#names + 1] = name
  end
  table.sort(names)
  return names
end

-- tables ---------------------------------------------------------------------------------------------------------

local function is_map(value)
  return type(value) == "table" and (next(value) == nil or #value == 0)
end

local function copy(value)
  if type(value) ~= "table" then
    return value
  end
  local result = {}
  for key, inner in pairs(value) do
    result[key] = copy(inner)
  end
  return result
end

local function merge(target, source, force)
  for key, value in pairs(source) do
    if is_map(target[key]) and is_map(value) then
      merge(target[key], value, force)
    elseif force or target[key] == nil then
      target[key] = copy(value)
    end
  end
  return target
end

--- A new table with what all tables hold, merged level by level; arrays are taken whole. Where two have the same key,
--- "force" takes the later one, "keep" the earlier one, "error" raises.
function botster.tbl_deep_extend(behavior, ...)
  if behavior ~= "force" and behavior ~= "keep" and behavior ~= "error" then
    error(("bad argument #1 to 'tbl_deep_extend' (expected \"force\", \"keep\" or \"error\", got %s)"):format(
      tostring(behavior)
    ), 2)
  end
  local result = {}
  for position = 1, select("#", ...) do
    local source = select(position, ...)
    expect(type(source) == "table", "tbl_deep_extend", position + 1, "table", source)
    if behavior == "error" then
      for key in pairs(source) do
        if result[key] ~= nil and not (is_map(result[key]) and is_map(source[key])) then
          error(("key '%s' is in more than one table"):format(tostring(key)), 2)
        end
      end
    end
    merge(result, source, behavior == "force")
  end
  return result
end

-- wiring ---------------------------------------------------------------------------------------------------------

local function failed(what, problem)
  _screen.notify(("%s: %s"):format(what, tostring(problem)), "error")
end

--- A function bound to a key has handled it, whatever it returns.
local function run_bound_function(entry, key, mode, context)
  local key_context = { key = key, mode = mode, list_count = context.list_count, terminal_rows = context.terminal_rows }
  local ok, result = pcall(entry.action, key_context)
  if not ok then
    failed(("key %s in mode %s"):format(key, mode), result)
    return nil
  end
  if type(result) == "string" then
    return { action = result }
  end
  return type(result) == "table" and result or { action = "none" }
end

--- Puts the registered keys and actions before the built-in ones. Called once at the end of every load.
function botster._wire()
  local handle_key = _keybindings.handle_key
  _keybindings.handle_key = function(key, mode, context)
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
    return handle_key(key, mode, context)
  end

  local on_action = _actions.on_action
  _actions.on_action = function(action, context)
    local entry = actions[action]
    if entry then
      local ok, operations = pcall(entry.fn, context)
      if not ok then
        failed(("action %s"):format(action), operations)
      elseif operations ~= nil then
        return operations
      end
    end
    return on_action(action, context)
  end
end
