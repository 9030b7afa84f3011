--- Boots the hub's Lua. Every step is timed and logged; one that fails is reported and the others go on, since a hub
--- without one handler is better than none.

local PROTECTED = {
  "hub.init", "hub.transaction", "hub.exports", "hub.kept", "hub.parts", "hub.hook_names", "hub.state", "hub.hooks", "hub.improvements", "hub.loader",
}

local LIBRARIES = { "lib.config_resolver", "lib.agent", "lib.commands", "lib.mcp" }

local HANDLERS = {
  "handlers.trust",
  "handlers.connections", "handlers.agents", "handlers.agent_states", "handlers.hub_commands", "handlers.terminal",
  "handlers.connection_code", "handlers.questions", "handlers.mcp", "handlers.agent_tools", "handlers.restore",
  "handlers.worktrees",
  "handlers.webrtc", "handlers.tui", "handlers.socket", "handlers.plugins", "handlers.commands",
  "handlers.state_commands", "handlers.prompts", "handlers.inbox", "handlers.event_stream", "handlers.filesystem",
  "handlers.templates",
}

--- Last, so that nothing is reloaded while it is being loaded.
local WATCHERS = { "handlers.plugin_watcher", "handlers.module_watcher", "handlers.improvement_watcher" }

local started = runtime.clock()
local failures = 0

local step, require_step, doubt_events, guard_primitives, load_user_init, load_plugins
local load_improvements

local function boot()
  step("hub.state", function() state = require("hub.state") end)
  step("hub.hooks", function() hooks = require("hub.hooks") end)
  step("hub.loader", function()
    loader = require("hub.loader")
    for _, name in ipairs(PROTECTED) do loader.protect(name) end
    require = loader.require
    doubt_events()
    guard_primitives(require("hub.transaction"))
  end)
  for _, name in ipairs(LIBRARIES) do require_step(name) end
  commands = package.loaded["lib.commands"]
  mcp = package.loaded["lib.mcp"]
  for _, name in ipairs(HANDLERS) do require_step(name) end
  step("shutdown handler", function()
    events.on("shutdown", function() hooks.notify("shutdown") end)
  end)
  step("user.init", load_user_init)
  step("plugins", load_plugins)
  for _, name in ipairs(WATCHERS) do require_step(name) end
  log.info(("Lua booted in %.0f ms, %d failed"):format(runtime.clock() - started, failures))
  -- Their thread takes its time to start, and nobody is to wait for what nobody vouches for.
  runtime.start("hub", function() step("improvements", load_improvements) end)
end

function step(name, body)
  local began = runtime.clock()
  local ok, err = pcall(body)
  local took = runtime.clock() - began
  if ok then
    log.info(("boot: %s took %.1f ms"):format(name, took))
    return
  end
  failures = failures + 1
  log.error(("boot: %s failed after %.1f ms: %s"):format(name, took, tostring(err)))
  -- The loader has reported what failed inside a module, with its traceback.
  if type(err) ~= "table" or not err.reported then runtime.report("hub.init", tostring(err)) end
end

function require_step(name)
  step(name, function() require(name) end)
end

--- Says so when somebody listens for what is nearly an event of the hub's, or a hook: nobody would ever tell.
function doubt_events()
  local hook_names, on = require("hub.hook_names"), events.on
  events.on = function(name, ...)
    local doubt = type(name) == "string" and hook_names.doubt("event", name)
    if doubt then log.warn("events.on: " .. doubt) end
    return on(name, ...)
  end
end

--- From here on, what a loading module does to these waits for its success.
function guard_primitives(transaction)
  transaction.guard_callbacks(events, { "on" }, 2)
  transaction.guard_ids(events, { "on" }, { "off" })
  transaction.guard_callbacks(timer, { "every" }, 2)
  transaction.guard_ids(timer, { "after", "every" }, { "cancel" })
  for position = 2, 3 do transaction.guard_callbacks(watch, { "directory" }, position) end
  transaction.guard_ids(watch, { "directory" }, { "stop", "unwatch" })
  transaction.guard_ids(http, { "request" }, { "cancel" })
  transaction.guard_ids(websocket, { "connect" }, { "close" })
  transaction.guard_ids(action_cable, { "connect" }, { "close" })
  transaction.guard_ids(action_cable, { "subscribe" }, { "unsubscribe" })
  for primitive, names in pairs({
    [tui] = { "on_connected", "on_disconnected", "on_message" },
    [socket] = { "on_client_connected", "on_client_disconnected", "on_message" },
    [webrtc] = { "on_peer_connected", "on_peer_disconnected", "on_message" },
    [runtime] = { "on_command", "on_signal", "on_ptyhost_changed", "on_pty_output", "on_send_message" },
  }) do
    transaction.guard_registrations(primitive, names)
  end
end

--- The user's own entry point: ~/.botster/lua/user/init.lua. Not having one is normal.
function load_user_init()
  if runtime.find_module("user.init") then require("user.init") end
end

function load_plugins()
  failures = failures + require("lib.plugins").load_all()
end

function load_improvements()
  local loaded, broken = loader.load_improvements()
  if loaded + broken > 0 then log.info(("%d improvements loaded, %d failed"):format(loaded, broken)) end
end

boot()
