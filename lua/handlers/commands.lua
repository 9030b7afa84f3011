--- The command line's road to the commands: one request, one answer.

local commands = require("lib.commands")
local connections = require("handlers.connections")

runtime.on_command(function(client_id, name, args)
  args.type = name
  return commands.dispatch(connections.client(client_id, "socket"), nil, args)
end)

return {}
