--- Commands of the hub: what clients, the command line and plugins can ask for by name. Both roads (a message of a TUI, a
--- command of the command line) end here.
---
--- ```lua
--- commands.register("greet", function(client, sub_id, command)
---   if not command.name then return nil, "greet needs a name" end
---   return { greeting = "hello " .. command.name }
--- end, { description = "Says hello" })
--- ```

local hooks = require("hub.hooks")
local state = require("hub.state")
local transaction = require("hub.transaction")

local commands = {}

--- Milliseconds a plugin's command may run without giving way.
local BUDGET_MS = 200

--- Type → {fn, description, owner}. Kept across reloads: others registered here too.
local registry = state.get("lib.commands.registry")

local run_for_plugin, unknown

--- Registers `fn(client, sub_id, command)` for commands of a type; one of the same type is replaced. It may wait. What it
--- returns is the answer: a value, or nil, message, err. Options: `description`; with one, the palette offers it.
function commands.register(type_name, fn, options)
  if type(type_name) ~= "string" or type_name == "" then
    local got = type_name == "" and "an empty string" or type(type_name)
    error(("bad argument #1 to 'commands.register' (name expected, got %s)"):format(got), 2)
  end
  if type(fn) ~= "function" then
    error(("bad argument #2 to 'commands.register' (function expected, got %s)"):format(type(fn)), 2)
  end
  local description = options and options.description or ""
  local entry = { fn = fn, description = description, owner = owners.current() }
  transaction.apply(function() registry[type_name] = entry end)
end

--- Forgets a command. Returns whether it was known.
function commands.unregister(type_name)
  local known = registry[type_name] ~= nil
  transaction.apply(function() registry[type_name] = nil end)
  return known
end

--- Runs the command `command.type` for a client. `client` is {id, kind, send(self, message)}; `sub_id` the subscription it
--- came by, if any. Returns its answer.
function commands.dispatch(client, sub_id, command)
  local name = command.type
  local entry = type(name) == "string" and registry[name]
  if not entry then return unknown(name) end
  command = hooks.call("before_command", command, { client_id = client.id, type = name })
  if command == nil then return nil, ("a hook refused %s"):format(name), { kind = "refused" } end
  if events.has("command_message") then
    events.emit("command_message", { client_id = client.id, subscription_id = sub_id, type = name, command = command })
  end
  if entry.owner:find("^plugin%.") then return run_for_plugin(entry, client, sub_id, command) end
  -- The hub's own go on when their module is reloaded: an agent that is being created is finished.
  if entry.owner:find("^handlers%.") or entry.owner:find("^lib%.") then return entry.fn(client, sub_id, command) end
  return owners.call(entry.owner, entry.fn, client, sub_id, command)
end

--- Whether a command is known.
function commands.has(type_name)
  return registry[type_name] ~= nil
end

--- All commands, sorted: {type, description, owner} each.
function commands.list()
  local list = {}
  for name, entry in pairs(registry) do
    list[#list + 1] = { type = name, description = entry.description, owner = transaction.base(entry.owner) }
  end
  table.sort(list, function(a, b) return a.type < b.type end)
  return list
end

--- How many there are.
function commands.count()
  return #commands.list()
end

--- A plugin's commands run as the plugin, so that unloading it ends them.
function run_for_plugin(entry, client, sub_id, command)
  local answer
  local ok, message, err = runtime.run(entry.owner, function()
    answer = table.pack(entry.fn(client, sub_id, command))
  end, { budget_ms = BUDGET_MS })
  if not ok then error(err, 0) end
  return table.unpack(answer, 1, answer.n)
end

function unknown(name)
  local names = {}
  for _, command in ipairs(commands.list()) do names[#names + 1] = command.type end
  local message = ("unknown command '%s': expected one of %s"):format(tostring(name), table.concat(names, ", "))
  return nil, message, { kind = "unknown_command" }
end

--- Registered once: a reload of this module finds the same registry.
if not state.get("lib.commands.listening", false) then
  state.set("lib.commands.listening", true)
  transaction.registry(function(owner)
    for name, entry in pairs(registry) do
      if entry.owner == owner then registry[name] = nil end
    end
  end)
end

return commands
