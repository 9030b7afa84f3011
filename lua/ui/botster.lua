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

--- The texts that fit a query, the best first: array of {index, positions}, the characters that were found from 1.
function botster.fuzzy(query, texts)
  expect(type(query) == "string", "fuzzy", 1, "string", query)
  expect(type(texts) == "table", "fuzzy", 2, "array of strings", texts)
  return _screen.fuzzy(query, texts)
end

--- Keys: set, del, list, clear_namespace, effective, conflicts, timeout_ms.
botster.keymap = require("ui.keymap")

--- Colours: colors, style, name, list, register, set.
botster.theme = require("ui.theme")

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

--- Puts the registered keys and actions before the built-in ones. Called once at the end of every load.
function botster._wire()
  _keybindings.handle_key = botster.keymap.before(_keybindings.handle_key)
  botster.keymap.report_conflicts()

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
