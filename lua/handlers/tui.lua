--- Terminal UIs as clients.

local connections = require("handlers.connections")

local KIND = "tui"

connections.transport(KIND, function(client_id, message) return tui.send(message, client_id) end)

tui.on_connected(function(client_id) connections.connected(client_id, KIND) end)

tui.on_disconnected(function(client_id, reason) connections.disconnected(client_id, reason) end)

tui.on_message(function(message, client_id) connections.message(client_id, KIND, message) end)

return {}
