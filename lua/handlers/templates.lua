--- Commands about templates: what comes with botster to begin with.

local commands = require("lib.commands")
local list = require("lib.list")

local function named(run)
  return function(_, _, command)
    local name = command.name or command.template
    if type(name) ~= "string" then
      return nil, ("%s: name: text expected, got a %s"):format(command.type, type(name)), { kind = "bad_request" }
    end
    return run(name, command)
  end
end

commands.register("template:list", function()
  return { command = "template:list", templates = list(templates.list()) }
end, { description = "What comes with botster to begin with" })

commands.register("template:install", named(function(name)
  local installed, message, err = templates.install(name)
  if not installed then return nil, message, err end
  return { command = "template:install", template = name, files = list(installed.files), hint = installed.hint }
end), { description = "Copy a template to ~/.botster" })

commands.register("template:uninstall", named(function(name, command)
  local deleted, message, err = templates.uninstall(name, command.force == true)
  if not deleted then return nil, message, err end
  return { command = "template:uninstall", template = name, files = list(deleted) }
end), { description = "Delete what a template installed" })

return {}
