--- Other programs on the hub's socket as clients: the command line and whoever speaks the protocol.

local connections = require("handlers.connections")

local KIND = "socket"

connections.transport(KIND, socket.send)

socket.on_client_connected(function(client_id) connections.connected(client_id, KIND) end)

socket.on_client_disconnected(function(client_id, reason) connections.disconnected(client_id, reason) end)

socket.on_message(function(client_id, message) connections.message(client_id, KIND, message) end)

return {}
