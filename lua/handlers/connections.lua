--- Clients and their subscriptions, whatever they are connected by. A transport (handlers/tui.lua, handlers/socket.lua)
--- says who comes, goes and speaks; a channel (handlers/hub_commands.lua) says what is spoken about.

local hooks = require("hub.hooks")
local state = require("hub.state")
local transaction = require("hub.transaction")

local connections = {}

--- A client: {id, kind, subscriptions = {[subscription id] = {id, channel, params}}}.
local Client = state.class("handlers.connections.Client")
--- Clients by id, and channels by name. Kept across reloads.
local clients = state.get("handlers.connections.clients")
local channels = state.get("handlers.connections.channels")
--- Functions that send to a client, by kind of client.
local senders = state.get("handlers.connections.senders")

local subscribe, unsubscribe, deliver, body_of

--- Sends a message to the client. Returns whether it reached it.
function Client:send(message)
  local send = senders[self.kind]
  return send ~= nil and send(self.id, message)
end

--- Says how clients of a kind are sent to: `send(client_id, message)`.
function connections.transport(kind, send)
  transaction.apply(function() senders[kind] = send end)
end

--- Adds a channel that clients may subscribe to: {subscribed(client, subscription)?, unsubscribed(client, subscription)?,
--- message(client, subscription, message)}. `subscribed` may refuse with nil, message, err.
function connections.channel(name, handlers)
  transaction.apply(function() channels[name] = handlers end)
end

--- A client has connected.
function connections.connected(id, kind)
  if clients[id] then return clients[id] end
  local client = setmetatable({ id = id, kind = kind, subscriptions = {} }, Client)
  clients[id] = client
  hooks.notify("client_connected", { client_id = id, kind = kind })
  return client
end

--- A client is gone.
function connections.disconnected(id, reason)
  local client = clients[id]
  if not client then return end
  hooks.notify("before_client_disconnect", { client_id = id, kind = client.kind, reason = reason })
  for subscription_id in pairs(client.subscriptions) do unsubscribe(client, subscription_id) end
  clients[id] = nil
  hooks.notify("client_disconnected", { client_id = id, kind = client.kind, reason = reason })
end

--- A client has sent a message: subscribe, unsubscribe, or something for one of its subscriptions.
function connections.message(id, kind, message)
  local client = connections.connected(id, kind)
  if message.type == "subscribe" then return subscribe(client, message) end
  if message.type == "unsubscribe" then return unsubscribe(client, message.subscriptionId) end
  return deliver(client, message)
end

--- The client with an id, or nil.
function connections.find(id)
  return clients[id]
end

--- The client with an id; one that never sent a message gets its entry now.
function connections.client(id, kind)
  return connections.connected(id, kind)
end

--- Sends a message to every subscription of a channel. Returns how many it reached.
function connections.broadcast(channel, message)
  local reached = 0
  for _, client in pairs(clients) do
    for subscription_id, subscription in pairs(client.subscriptions) do
      if subscription.channel == channel then
        message.subscriptionId = subscription_id
        if client:send(message) then reached = reached + 1 end
      end
    end
  end
  return reached
end

--- Whether anybody subscribes to a channel.
function connections.has_subscribers(channel)
  for _, client in pairs(clients) do
    for _, subscription in pairs(client.subscriptions) do
      if subscription.channel == channel then return true end
    end
  end
  return false
end

function subscribe(client, message)
  local id = message.subscriptionId
  local function refuse(problem, err)
    client:send({ subscriptionId = id, type = "error", message = problem, command = "subscribe", kind = err and err.kind })
  end
  if type(id) ~= "string" or id == "" then return refuse("subscribe needs a subscriptionId") end
  local request = hooks.call("before_client_subscribe", {
    client_id = client.id,
    channel = message.channel,
    subscription_id = id,
    params = message.params or {},
  })
  if request == nil then return refuse("a hook refused the subscription") end
  local channel = channels[request.channel]
  if not channel then return refuse(("there is no channel '%s'"):format(tostring(request.channel))) end
  local subscription = { id = id, channel = request.channel, params = request.params }
  unsubscribe(client, id)
  client.subscriptions[id] = subscription
  client:send({ subscriptionId = id, type = "subscribed", channel = request.channel })
  hooks.notify("client_subscribed", { client_id = client.id, channel = request.channel, subscription_id = id })
  if channel.subscribed then
    local accepted, problem, err = channel.subscribed(client, subscription)
    if accepted == nil and problem ~= nil then
      if client.subscriptions[id] == subscription then unsubscribe(client, id) end
      return refuse(problem, err)
    end
  end
  hooks.notify("after_client_subscribe", { client_id = client.id, channel = request.channel, subscription_id = id })
end

function unsubscribe(client, id)
  local subscription = id ~= nil and client.subscriptions[id]
  if not subscription then return end
  client.subscriptions[id] = nil
  local channel = channels[subscription.channel]
  if channel and channel.unsubscribed then channel.unsubscribed(client, subscription) end
  hooks.notify("client_unsubscribed", {
    client_id = client.id,
    channel = subscription.channel,
    subscription_id = id,
  })
end

function deliver(client, message)
  local id = message.subscriptionId
  local subscription = id ~= nil and client.subscriptions[id]
  if not subscription then
    local problem = ("%s is no subscription of this client: subscribe first"):format(tostring(id))
    client:send({ subscriptionId = id, type = "error", message = problem, command = message.type })
    return
  end
  channels[subscription.channel].message(client, subscription, body_of(message))
end

--- Fields may be at the top of a message or under `data`.
function body_of(message)
  local body = {}
  for name, value in pairs(message) do body[name] = value end
  if type(message.data) == "table" then
    body.data = nil
    for name, value in pairs(message.data) do body[name] = value end
  end
  body.subscriptionId = nil
  return body
end

return connections
