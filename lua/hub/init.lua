--- Boots the hub's Lua. Every step is timed and logged; one that fails is reported and the others go on, since a hub
--- without one handler is better than none.

local PROTECTED = {
  "hub.init", "hub.transaction", "hub.guards", "hub.exports", "hub.kept", "hub.parts", "hub.dependencies", "hub.hook_names", "hub.state",
  "hub.hooks", "hub.improvements", "hub.loader",
}

local LIBRARIES = { "lib.config_resolver", "lib.agent", "lib.commands", "lib.mcp" }

--- Those that scripts know by a name of their own.
local GLOBALS = { ["lib.commands"] = "commands", ["lib.mcp"] = "mcp" }

local HANDLERS = {
  "handlers.trust",
  "handlers.connections", "handlers.agents", "handlers.agent_states", "handlers.hub_commands", "handlers.terminal",
  "handlers.connection_code", "handlers.questions", "handlers.mcp", "handlers.agent_tools", "handlers.restore",
  "handlers.worktrees",
  "handlers.webrtc", "handlers.plugins", "handlers.commands",
  "handlers.state_commands", "handlers.prompts", "handlers.inbox", "handlers.event_stream", "handlers.filesystem",
  "handlers.templates",
  "handlers.tui", "handlers.socket", -- once every channel is there: whoever is early subscribes once
}

--- Last, so that nothing is reloaded while it is being loaded.
local WATCHERS = { "handlers.plugin_watcher", "handlers.module_watcher", "handlers.improvement_watcher" }

local started = runtime.clock()
local failures = 0

local step, require_step, set_global, load_user_init, load_plugins, load_improvements

local function boot()
  step("hub.state", function() state = require("hub.state") end)
  step("hub.hooks", function() hooks = require("hub.hooks") end)
  step("hub.loader", function()
    loader = require("hub.loader")
    for _, name in ipairs(PROTECTED) do loader.protect(name) end
    require = loader.require
    require("hub.guards").install()
  end)
  for _, name in ipairs(LIBRARIES) do
    require_step(name)
    set_global(name)
  end
  -- One that failed may be mended later.
  events.on("module_reloaded", function(change) set_global(change.name) end)
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

function set_global(name)
  if GLOBALS[name] then _G[GLOBALS[name]] = package.loaded[name] end
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
