--- Plugins: which there are, what became of them, and what each owns.

local loader = require("hub.loader")
local hooks = require("hub.hooks")
local commands = require("lib.commands")
local list = require("lib.list")
local mcp = require("lib.mcp")
local places = require("lib.plugin_places")
local requirements = require("lib.plugin_requirements")

local plugins = {}

local PREFIX = "plugin."

local inspect, locate, state_of, describe, owned, names_of, unknown, metadata_of

--- Loads all plugins by name, as far as nothing that came before has loaded them. Returns how many failed.
function plugins.load_all()
  local failed, disabled = 0, places.disabled()
  for _, place in ipairs(places.effective()) do
    if place.init_path and not disabled[place.name] and package.loaded[PREFIX .. place.name] == nil then
      local began = runtime.clock()
      local ok, message = loader.load_plugin(place.init_path, place.name)
      local took = runtime.clock() - began
      if ok then
        log.info(("boot: plugin %s took %.1f ms"):format(place.name, took))
      else
        failed = failed + 1
        log.error(("boot: plugin %s failed after %.1f ms: %s"):format(place.name, took, message))
      end
    end
  end
  return failed
end

--- Brings a plugin in line with its files and with whether it is switched on: loads, reloads or unloads it. Returns
--- "loaded", "unloaded" or "nothing"; or nil, message when it failed, which the loader has reported.
function plugins.refresh(name)
  local place = places.find(name)
  local off = places.disabled()[name]
  if off or not (place and place.init_path) then
    if not loader.unload(PREFIX .. name) then return "nothing" end
    log.info(("unloaded plugin %s: %s"):format(name, off and "it is switched off" or "its init.lua is gone"))
    return "unloaded"
  end
  local ok, message = loader.load_plugin(place.init_path, name)
  if not ok then return nil, message, { kind = "failed" } end
  log.info(("loaded plugin %s from %s"):format(name, place.init_path))
  for _, other in ipairs(loader.retry(PREFIX .. name)) do log.info(("loaded %s, which lacked plugin %s"):format(other, name)) end
  return "loaded"
end

--- All plugins, sorted by name: {name, state, path, scope, init_path?, version?, description?, requires?, error?, running,
--- owns}. `scope` is "user", or "repository" for one of a repository that is trusted.
--- `state` is loaded, failed (error = {message, traceback?, at}; `running` says whether the version before is at work),
--- disabled, ui_only (no part for the hub) or not_loaded.
function plugins.list()
  local disabled, found = places.disabled(), {}
  for _, place in ipairs(places.effective()) do found[#found + 1] = describe(place, disabled) end
  return list(found)
end

--- One of them; or nil, message, err.
function plugins.info(name)
  local place = places.find(name)
  if not place then return unknown(name) end
  return describe(place, places.disabled())
end

--- Loads or reloads a plugin that is there. Returns what `info` does; or nil, message, err.
function plugins.load(name)
  local place = places.find(name)
  if not place then return unknown(name) end
  if places.disabled()[name] then
    return nil, ("plugin '%s' is switched off: `botster plugin enable %s`"):format(name, name), { kind = "disabled" }
  end
  if not place.init_path then
    return nil, ("plugin '%s' has no init.lua: the UI reloads its part by itself"):format(name), { kind = "ui_only" }
  end
  local done, message = plugins.refresh(name)
  if not done then return nil, message, loader.failure(PREFIX .. name) end
  return plugins.info(name)
end

--- Switches a plugin on or off, for all hubs and for good. Returns {name, changed, state, needed_by}; or nil, message, err.
function plugins.enable(name, on)
  if not places.find(name) and not places.disabled()[name] then return unknown(name) end
  local changed, message, err = places.set_disabled(name, not on)
  if changed == nil then return nil, message, err end
  local done
  if changed or on then done, message = plugins.refresh(name) end
  local info = plugins.info(name)
  return {
    name = name,
    changed = changed,
    state = info and info.state or "not_loaded",
    problem = done == nil and message or nil,
    needed_by = list(not on and requirements.needed_by(name) or {}),
  }
end

function describe(place, disabled)
  local key = PREFIX .. place.name
  local metadata = metadata_of(key)
  local failure = loader.failure(key)
  local running = package.loaded[key] ~= nil
  return {
    name = place.name,
    state = state_of(place, disabled, failure, running),
    path = place.directory,
    scope = place.scope,
    init_path = place.init_path,
    version = metadata.version,
    description = metadata.description,
    requires = list(requirements.shown(metadata.requires)),
    error = not disabled[place.name] and failure or nil,
    running = running,
    owns = running and owned(key) or nil,
  }
end

function state_of(place, disabled, failure, running)
  if disabled[place.name] then return "disabled" end
  if not place.init_path then return "ui_only" end
  if failure then return "failed" end
  return running and "loaded" or "not_loaded"
end

--- What a plugin has registered.
function owned(key)
  local function mine(entries, field)
    return names_of(entries, field, key)
  end
  local counts = owners.count(loader.owner(key))
  return {
    commands = mine(commands.list(), "type"),
    hooks = mine(hooks.list(), "event"),
    tools = mine(mcp.list_tools(), "name"),
    prompts = mine(mcp.list_prompts(), "name"),
    registrations = counts.registrations,
    coroutines = counts.coroutines,
  }
end

function names_of(entries, field, owner)
  local names = {}
  for _, entry in ipairs(entries) do
    if entry.owner == owner then names[#names + 1] = entry[field] end
  end
  return list(names)
end

function metadata_of(key)
  local module = package.loaded[key]
  local metadata = type(module) == "table" and rawget(module, "_plugin")
  return type(metadata) == "table" and metadata or {}
end

function unknown(name)
  local names = {}
  for _, place in ipairs(places.effective()) do names[#names + 1] = place.name end
  local known = #names > 0 and "there are " .. table.concat(names, ", ") or "there is none"
  return nil, ("no plugin '%s': %s"):format(tostring(name), known), { kind = "no_plugin" }
end

--- Looks at what a plugin's chunk returned, before anything of it takes effect: raising refuses it.
function inspect(name, exports, path)
  if type(exports) ~= "table" then return end
  local metadata = exports._plugin
  if metadata == nil then metadata = {} end
  local ok, problem = pcall(requirements.check, name, metadata)
  -- Of the whole file: no line of it is to blame, and none of ours.
  if not ok then
    if type(problem) ~= "table" then problem = { message = tostring(problem) } end
    local message = ("%s:1: %s"):format(path, problem.message)
    error({ message = message, kind = problem.kind, module = problem.module, traceback = "" }, 0)
  end
  metadata.name = metadata.name or name
  metadata.path = path
  exports._plugin = metadata
end

--- For `require("plugin.NAME")`, so that the order of loading does not matter.
function locate(name)
  local place = places.find(name)
  if place and place.init_path and not places.disabled()[name] then return place.init_path end
end

loader.on_plugin(inspect, locate)

return plugins
