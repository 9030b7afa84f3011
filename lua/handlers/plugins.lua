--- Commands about plugins.

local commands = require("lib.commands")
local list = require("lib.list")
local plugin_doctor = require("lib.plugin_doctor")
local plugins = require("lib.plugins")

--- A command about one plugin, by its `name`.
local function named(run)
  return function(_, _, command)
    local name = command.name or command.plugin
    if type(name) ~= "string" then
      return nil, ("%s: name: text expected, got a %s"):format(command.type, type(name)), { kind = "bad_request" }
    end
    return run(name)
  end
end

commands.register("plugin:list", function()
  return { plugins = plugins.list() }
end, { description = "Plugins, what became of them and what they own" })

commands.register("plugin:load", named(function(name)
  return plugins.load(name)
end), { description = "Load a plugin that is there" })

commands.register("plugin:reload", named(function(name)
  return plugins.load(name)
end), { description = "Load a plugin anew" })

commands.register("plugin:enable", named(function(name)
  return plugins.enable(name, true)
end), { description = "Switch a plugin on again" })

commands.register("plugin:disable", named(function(name)
  return plugins.enable(name, false)
end), { description = "Switch a plugin off, for good" })

commands.register("plugin:doctor", function(_, _, command)
  local findings, message, err = plugin_doctor.examine(command.name)
  if not findings then return nil, message, err end
  return { findings = list(findings) }
end, { description = "What is wrong with plugins" })

return {}
