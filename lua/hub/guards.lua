--- Stands between scripts and the primitives by which they register something: a load that fails must change nothing
--- (hub/transaction.lua). Errors pass through: they name the script's place, never one in this file (hub/lua.ts says so
--- to the VM). Protected, as what it replaces would be replaced again.

local transaction = require("hub.transaction")

local guards = {}

local doubt_events, guard_ids, guard_callbacks, guard_registrations

--- From here on, what a loading module does to these waits for its success.
function guards.install()
  doubt_events()
  guard_callbacks(events, { "on" }, 2)
  guard_ids(events, { "on" }, { "off" })
  guard_callbacks(timer, { "every" }, 2)
  guard_ids(timer, { "after", "every" }, { "cancel" })
  for position = 2, 3 do guard_callbacks(watch, { "directory" }, position) end
  guard_ids(watch, { "directory" }, { "stop", "unwatch" })
  guard_ids(http, { "request" }, { "cancel" })
  guard_ids(websocket, { "connect" }, { "close" })
  guard_ids(action_cable, { "connect" }, { "close" })
  guard_ids(action_cable, { "subscribe" }, { "unsubscribe" })
  for primitive, names in pairs({
    [tui] = { "on_connected", "on_disconnected", "on_message" },
    [socket] = { "on_client_connected", "on_client_disconnected", "on_message" },
    [webrtc] = { "on_peer_connected", "on_peer_disconnected", "on_message" },
    [runtime] = { "on_command", "on_signal", "on_ptyhost_changed", "on_pty_output", "on_send_message" },
  }) do
    guard_registrations(primitive, names)
  end
end

--- Says so when somebody listens for what is nearly an event of the hub's, or a hook: nobody would ever tell.
function doubt_events()
  local hook_names, on = require("hub.hook_names"), events.on
  events.on = function(name, ...)
    local doubt = type(name) == "string" and hook_names.doubt("event", name)
    if doubt then
      log.warn("events.on: " .. doubt)
      hook_names.note(doubt)
    end
    return on(name, ...)
  end
end

--- Puts primitives with ids under this rule: those named in `add` return an id, those in `remove` take one. Removing what
--- an earlier load made waits for the success of this one.
function guard_ids(primitive, add, remove)
  local ids = {} -- one for each kind of id: connections and channels have numbers of their own
  for _, name in ipairs(add) do
    local original = primitive[name]
    primitive[name] = function(...)
      local tx = transaction.loading()
      local id, message, err = original(...)
      if tx and id ~= nil then
        tx.made[ids] = tx.made[ids] or {}
        tx.made[ids][id] = true
      end
      if id ~= nil then return id end
      return nil, message, err
    end
  end
  for _, name in ipairs(remove) do
    local original = primitive[name]
    primitive[name] = function(id, ...)
      local tx = transaction.loading()
      local made = tx and tx.made[ids]
      if not tx or id == nil or made and made[id] then return original(id, ...) end
      local more = table.pack(...)
      tx.changes[#tx.changes + 1] = function() original(id, table.unpack(more, 1, more.n)) end
      return true
    end
  end
end

--- Puts primitives that take a callback as argument number `position` under this rule: until the load has succeeded the
--- callback is not called.
function guard_callbacks(primitive, names, position)
  for _, name in ipairs(names) do
    local original = primitive[name]
    primitive[name] = function(...)
      local tx, args = transaction.loading(), table.pack(...)
      local callback = args[position]
      if not tx or type(callback) ~= "function" then return original(...) end
      local live = false
      transaction.apply(function() live = true end)
      args[position] = function(...)
        if live then return callback(...) end
      end
      return original(table.unpack(args, 1, args.n))
    end
  end
end

--- Puts primitives that register a callback, one for each module, under this rule.
function guard_registrations(primitive, names)
  for _, name in ipairs(names) do
    local original = primitive[name]
    primitive[name] = function(callback, ...)
      if type(callback) ~= "function" then return original(callback, ...) end -- which says what is wrong
      local more = table.pack(...)
      transaction.apply(function() original(callback, table.unpack(more, 1, more.n)) end)
    end
  end
end

return guards
