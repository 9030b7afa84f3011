--- PLUGIN_NAME: a plugin of botster. Say here what it is for.
---
--- The hub runs this file when it starts, and again whenever it is saved; what the last version registered is taken away
--- first. A version that fails changes nothing: `botster plugin doctor PLUGIN_NAME` says what is wrong.

local state = require("hub.state")

--- Survives reloads and is forgotten when the hub ends.
local seen = state.get("PLUGIN_NAME.seen", { agents = 0 })

--- Asked for by `botster lua -e 'return commands.dispatch(…)'`, by the palette of the UI, and by other plugins.
commands.register("PLUGIN_NAME:greet", function(client, subscription_id, command)
  if type(command.name) ~= "string" then return nil, "PLUGIN_NAME:greet: name: text expected" end
  return { greeting = "hello " .. command.name, agents = seen.agents }
end, { description = "Greets somebody" })

--- Every event is in docs/lua/hooks.md. The second argument names the hook: another one of that name replaces it.
hooks.on("agent_created", "PLUGIN_NAME", function(agent)
  seen.agents = seen.agents + 1
  log.info(("PLUGIN_NAME: agent %s was made"):format(agent.name))
end)

return {
  _plugin = {
    version = "0.1.0",
    description = "Greets, and counts agents",
    requires = { botster = ">= 0.1" },
  },
}
