--- The code by which new devices are let in, for clients that show it.

local state = require("hub.state")
local commands = require("lib.commands")
local connections = require("handlers.connections")

--- Client id → the subscription by which it asked for the code: who learns that it was used. Kept across reloads.
local shown = state.get("handlers.connection_code.shown")

local code

commands.register("get_connection_code", function(client, sub_id)
  return code(client, sub_id, connection.generate())
end, { description = "The code by which a device connects" })

commands.register("regenerate_connection_code", function(client, sub_id)
  return code(client, sub_id, connection.regenerate())
end, { description = "A new code by which a device connects" })

commands.register("copy_connection_url", function(client)
  if not connection.get_url() then
    local ready, message, err = connection.generate()
    if not ready then return nil, message, err end
  end
  return connection.copy_to_clipboard(client.id)
end, { description = "Put the connection URL into the clipboard of your terminal" })

commands.register("list_devices", function()
  local known, message, err = webrtc.known_peers()
  if not known then return nil, message, err end
  local connected = {}
  for _, peer in ipairs(webrtc.peers()) do connected[peer.id] = true end
  for _, device in ipairs(known) do device.connected = connected[device.id] == true end
  return { devices = known }
end, { description = "The devices that may connect" })

commands.register("forget_device", function(_, _, command)
  if type(command.device) ~= "string" then
    return nil, "forget_device needs the id of a device", { kind = "bad_request" }
  end
  local known, message, err = webrtc.forget(command.device)
  if known == nil then return nil, message, err end
  if not known then return nil, ("no device %s is known"):format(command.device), { kind = "no_device" } end
  return true
end, { description = "Let a device in no more" })

events.on("connection_code_used", function(used)
  for client_id, sub_id in pairs(shown) do
    shown[client_id] = nil
    local client = connections.find(client_id)
    if client then
      client:send({ subscriptionId = sub_id, type = "connection_code", url = "", qr_ascii = {}, used = true, name = used.name })
    end
  end
end)

function code(client, sub_id, ready, message, err)
  if not ready then return nil, message, err end
  shown[client.id] = sub_id
  return { url = ready.url, qr_ascii = ready.qr_ascii, expires_at = ready.expires_at, used = false }
end

return {}
