--- Devices connected by WebRTC as clients. A plugin carries the signals: see docs/pairing.md.

local connections = require("handlers.connections")

local KIND = "webrtc"

connections.transport(KIND, webrtc.send)

webrtc.on_peer_connected(function(peer_id) connections.connected(peer_id, KIND) end)

webrtc.on_peer_disconnected(function(peer_id, reason) connections.disconnected(peer_id, reason) end)

webrtc.on_message(function(peer_id, message) connections.message(peer_id, KIND, message) end)

return {}
