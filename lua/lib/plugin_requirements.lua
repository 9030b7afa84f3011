--- What a plugin says about itself in `_plugin`, and what it needs:
---
--- ```lua
--- return { _plugin = {
---   version = "1.2.0",
---   description = "Says hello",
---   requires = { "greetings", colours = ">= 2.1", botster = ">= 0.1", lua = ">= 5.4" },
--- } }
--- ```

local places = require("lib.plugin_places")
local version = require("lib.version")

local plugin_requirements = {}

local TEXTS = { "name", "version", "description" }

local each, check_plugin, check_version, lack

--- Raises when metadata is not as it should be, or when something it requires is not there. Plugins it requires are loaded
--- first.
function plugin_requirements.check(name, metadata)
  if type(metadata) ~= "table" then error(("_plugin: a table expected, got a %s"):format(type(metadata)), 0) end
  for _, field in ipairs(TEXTS) do
    local value = metadata[field]
    if value ~= nil and type(value) ~= "string" then
      error(("_plugin.%s: text expected, got a %s"):format(field, type(value)), 0)
    end
  end
  for what, constraint in each(metadata.requires) do
    if what == "botster" then
      check_version(name, what, hub.version(), constraint)
    elseif what == "lua" then
      check_version(name, what, _VERSION:match("[%d.]+"), constraint)
    else
      check_plugin(name, what, constraint)
    end
  end
end

--- Names of loaded plugins that require one, sorted.
function plugin_requirements.needed_by(wanted)
  local names = {}
  for key, module in pairs(package.loaded) do
    local name = key:match("^plugin%.(.+)$")
    local metadata = name and type(module) == "table" and rawget(module, "_plugin")
    if type(metadata) == "table" then
      for what in each(metadata.requires) do
        if what == wanted then names[#names + 1] = name end
      end
    end
  end
  table.sort(names)
  return names
end

--- What is required, as text: "colours >= 2.1" each, sorted.
function plugin_requirements.shown(requires)
  local shown = {}
  for what, constraint in each(requires) do
    shown[#shown + 1] = type(constraint) == "string" and what .. " " .. constraint or what
  end
  table.sort(shown)
  return shown
end

--- Iterates over name and constraint (nil for any version).
function each(requires)
  if requires == nil then return function() end end
  if type(requires) ~= "table" then error(("_plugin.requires: a table expected, got a %s"):format(type(requires)), 0) end
  return coroutine.wrap(function()
    for key, value in pairs(requires) do
      if math.type(key) == "integer" then
        if type(value) ~= "string" then
          error(("_plugin.requires[%d]: the name of a plugin expected, got a %s"):format(key, type(value)), 0)
        end
        coroutine.yield(value, nil)
      else
        coroutine.yield(key, value)
      end
    end
  end)
end

function check_plugin(name, what, constraint)
  local key = "plugin." .. what
  if package.loaded[key] == nil then
    local place = places.find(what)
    if not (place and place.init_path) then
      lack(key, ("plugin '%s' requires plugin '%s', which is not installed"):format(name, what))
    end
    if places.disabled()[what] then
      lack(key, ("plugin '%s' requires plugin '%s', which is switched off: `botster plugin enable %s`"):format(name, what, what))
    end
  end
  local ok, err = pcall(require, key) -- also when it is loaded: so it is known what is reloaded first
  if not ok then
    local why = type(err) == "table" and err.message or tostring(err)
    lack(key, ("plugin '%s' requires plugin '%s', which failed: %s"):format(name, what, why))
  end
  if constraint == nil then return end
  local module = package.loaded[key]
  local metadata = type(module) == "table" and rawget(module, "_plugin") or {}
  if metadata.version == nil then
    lack(key, ("plugin '%s' requires plugin '%s' %s, which does not say its version"):format(name, what, constraint))
  end
  check_version(name, what, metadata.version, constraint, ("plugin '%s'"):format(what))
end

function check_version(name, what, actual, constraint, shown_as)
  if constraint == nil or constraint == true then return end
  local fits, problem = version.satisfies(actual, constraint)
  if fits == nil then error(("_plugin.requires: %s: %s"):format(shown_as or what, problem), 0) end
  if not fits then lack("plugin." .. what, ("plugin '%s' requires %s %s; there is %s"):format(name, shown_as or what, constraint, actual)) end
end

--- Raises what is mended by a plugin, `key`, that is there some day: see `loader.retry`.
function lack(key, message)
  error({ message = message, kind = "requirement", module = key }, 0)
end

return plugin_requirements
