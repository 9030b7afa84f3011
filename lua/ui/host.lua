--- The ground the TUI's Lua stands on: `_tui_state`, and the functions through which the host calls the other files.
--- Runs first at every load, before the shipped layout.lua, keybindings.lua, actions.lua, events.lua and botster.lua.
--- It is the one file of this folder that ~/.botster/lua/ui does not replace: it is what keeps keys working when the
--- others fail.

--- Survives reloads; see docs/lua for what each field holds.
_tui_state = _tui_state
  or {
    agents = {},
    selected_agent_index = nil,
    active_pty_index = 0,
    mode = "normal",
    input_buffer = "",
    list_selected = 0,
    pending_fields = {},
    available_worktrees = {},
    available_profiles = {},
    available_session_types = {},
    connection_code = nil,
  }

local host = {}

--- The agent that is looked at, or nil.
local function selected_agent()
  local index = _tui_state.selected_agent_index
  return index and _tui_state.agents[index + 1] or nil
end

--- The state that render functions see: a copy of `_tui_state` with what only the host knows (terminal_rows, …) on top.
local function render_state(extra)
  for key, value in pairs(_tui_state) do
    if extra[key] == nil then
      extra[key] = value
    end
  end
  extra.selected_agent = selected_agent()
  return extra
end

--- The selection may be moved by Lua itself; the host follows it after every call.
local function with_selection(result)
  return result, _tui_state.selected_agent_index, _tui_state.active_pty_index
end

local function action_context(context)
  context.selected_agent = selected_agent()
  return context
end

--- Writes fields of `_tui_state`; the names in `absent` become nil.
function host.set(fields, absent)
  for key, value in pairs(fields) do
    _tui_state[key] = value
  end
  for _, key in ipairs(absent or {}) do
    _tui_state[key] = nil
  end
end

--- How what is marked in terminals looks, in the theme in use.
local function mark_looks()
  local theme = type(botster) == "table" and botster.theme
  local colors = type(theme) == "table" and theme.colors
  if type(colors) ~= "table" then
    return nil
  end
  return { match = colors.match, current_match = colors.current_match, selection = colors.selection }
end

--- What a layout draws, with what a person must see also when it is not in it. (The UI of `botster attach AGENT` has not
--- loaded the modules and tells of it in its own way.)
local function draw(render, state)
  for _, name in ipairs({ "ui.ended", "ui.lock" }) do
    local module, inner = package.loaded[name], render
    if type(module) == "table" and type(module.complete) == "function" then
      render = function(shown)
        return module.complete(inner, shown)
      end
    end
  end
  return (render(state))
end

local function bind(functions)
  return {
    render = function(extra)
      return draw(functions.render, render_state(extra)), mark_looks()
    end,
    render_overlay = function(extra)
      return functions.render_overlay(render_state(extra))
    end,
    initial_mode = function()
      return functions.initial_mode()
    end,
    -- Single values cross faster than a table, and this is on the way of every key.
    handle_key = function(key, mode, list_count, terminal_rows, complete, has_input)
      local context =
        { list_count = list_count, terminal_rows = terminal_rows, complete = complete, has_input = has_input }
      return functions.handle_key(key, mode, context)
    end,
    on_action = function(action, context)
      return with_selection(functions.on_action(action, action_context(context)))
    end,
    on_hub_event = function(type, data, context)
      return with_selection(functions.on_hub_event(type, data, action_context(context)))
    end,
  }
end

local function current()
  return {
    render = render,
    render_overlay = render_overlay,
    initial_mode = initial_mode,
    handle_key = _keybindings and _keybindings.handle_key,
    on_action = _actions and _actions.on_action,
    on_hub_event = _events and _events.on_hub_event,
  }
end

local function check(functions)
  for _, name in ipairs({ "render", "render_overlay", "initial_mode", "handle_key", "on_action", "on_hub_event" }) do
    if type(functions[name]) ~= "function" then
      error(("%s must be a function, got %s"):format(name, type(functions[name])), 0)
    end
  end
  return functions
end

--- Remembers the functions as they are now, before anything of the user's ran: what is used when theirs fail.
function host.capture_shipped()
  host.shipped = bind(check(current()))
end

--- Runs a file. What keybindings.lua, actions.lua or events.lua returns becomes the global `name`; what a replacement
--- leaves out is filled in from what it replaces, so that a file with one function in it does not lose the others.
function host.run(chunk, name)
  local returned = chunk()
  if not name or type(returned) ~= "table" then
    return
  end
  local previous = _G[name]
  if type(previous) == "table" and previous ~= returned then
    for key, value in pairs(previous) do
      if returned[key] == nil then
        returned[key] = value
      end
    end
  end
  _G[name] = returned
end

--- The last step of a load: extensions' keys and actions are put before the built-in ones.
function host.wire()
  if type(botster) == "table" and type(botster._wire) == "function" then
    botster._wire()
  end
  host.active = bind(check(current()))
end

_host = host
