--- The channel `terminal`: an agent's terminal as bytes, for clients that draw no screens of their own (a browser, a
--- phone). Params: agent_id or agent_index, session or pty_index (0), rows and cols of the client's widget. Bytes come as
--- {subscriptionId, type = "output", data}; what the user types goes the other way as {subscriptionId, data}, sizes as
--- {subscriptionId, type = "resize", rows, cols}.

local hooks = require("hub.hooks")
local state = require("hub.state")
local agent = require("lib.agent")
local check = require("lib.check")
local connections = require("handlers.connections")

--- Client id → subscription id → its forwarder. Kept across reloads.
local forwarders = state.get("handlers.terminal.forwarders")

--- The module of each kind of client.
local transports = { tui = tui, socket = socket, webrtc = webrtc }

local wanted_session, forwarder_of, type_text, resize

connections.channel("terminal", {
  subscribed = function(client, subscription)
    local params = subscription.params
    local fine, message, err = check(params, { rows = "rows", cols = "cols" })
    if not fine then return nil, message, err end
    local session, context
    session, context, err = wanted_session(params)
    if not session then return nil, context, err end
    local forwarder
    forwarder, message, err = transports[client.kind].create_pty_forwarder({
      client_id = client.id,
      subscription_id = subscription.id,
      session_id = session,
      agent_index = context.agent_index,
      pty_index = context.pty_index,
    })
    if not forwarder then return nil, message, err end
    if client.subscriptions[subscription.id] ~= subscription then -- the client has left it meanwhile
      forwarder:stop()
      return true
    end
    forwarders[client.id] = forwarders[client.id] or {}
    forwarders[client.id][subscription.id] = forwarder
    if params.rows and params.cols then forwarder:resize(params.rows, params.cols) end
    return true
  end,
  unsubscribed = function(client, subscription)
    local forwarder = forwarder_of(client, subscription)
    if forwarder then forwarder:stop() end
    local mine = forwarders[client.id]
    if mine then mine[subscription.id] = nil end
    if mine and next(mine) == nil then forwarders[client.id] = nil end
  end,
  message = function(client, subscription, message)
    local forwarder = forwarder_of(client, subscription)
    if not forwarder then
      client:send({ subscriptionId = subscription.id, type = "error", message = "this terminal is gone", kind = "ended" })
      return
    end
    local ok, problem, err
    if message.type == "resize" then
      ok, problem, err = resize(forwarder, message)
    else
      ok, problem, err = type_text(forwarder, message.data, client, subscription)
    end
    if ok then return end
    client:send({
      subscriptionId = subscription.id,
      type = "error",
      command = message.type,
      message = problem,
      kind = err and err.kind,
    })
  end,
})

--- What forwarders send passes the interceptors of `pty_output`, and is shown to its observers.
runtime.on_pty_output(function(context, data)
  local _, passed = hooks.call("pty_output", context, data)
  if passed ~= nil then hooks.notify("pty_output", context, passed) end
  return passed
end, function()
  return hooks.has_interceptors("pty_output") or hooks.has_observers("pty_output")
end)

--- The session that the params of a subscription mean, and where it is counted; or nil, message, err.
function wanted_session(params)
  local agents = agent.list()
  for i, candidate in ipairs(agents) do
    if candidate.id == params.agent_id or candidate.key == params.agent_id or i - 1 == params.agent_index then
      for j, session in ipairs(candidate.sessions) do
        if session.name == params.session or (not params.session and j - 1 == (params.pty_index or 0)) then
          return session.session_id, { agent_index = i - 1, pty_index = j - 1 }
        end
      end
      local which = tostring(params.session or params.pty_index or 0)
      return nil, ("%s has no session %s"):format(candidate.key, which), { kind = "no_session" }
    end
  end
  local which = tostring(params.agent_id or params.agent_index)
  return nil, ("no agent %s: agent_id or agent_index says which"):format(which), { kind = "no_agent" }
end

function forwarder_of(client, subscription)
  local forwarder = forwarders[client.id] and forwarders[client.id][subscription.id]
  if forwarder and forwarder:is_active() then return forwarder end
end

function type_text(forwarder, data, client, subscription)
  if type(data) ~= "string" then
    return nil, ("data: expected what was typed, got a %s"):format(type(data)), { kind = "bad_request" }
  end
  hooks.notify("pty_input", { client_id = client.id, subscription_id = subscription.id, forwarder_id = forwarder:id() }, data)
  if forwarder:write(data) then return true end
  return nil, "it was not typed: the terminals cannot be reached just now", { kind = "unreachable" }
end

function resize(forwarder, size)
  local fine, message, err = check(size, { rows = "rows", cols = "cols" })
  if not fine then return nil, message, err end
  if not size.rows or not size.cols then return nil, "resize needs rows and cols", { kind = "bad_request" } end
  return forwarder:resize(size.rows, size.cols)
end

return {}
