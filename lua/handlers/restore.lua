--- Commands that take up agents whose programs are gone.

local agent = require("lib.agent")
local agent_restore = require("lib.agent_restore")
local check = require("lib.check")
local commands = require("lib.commands")
local list = require("lib.list")
local programs = require("lib.programs")

commands.register("list_lost", function()
  local lost = {}
  for i, record in ipairs(agent_restore.lost()) do lost[i] = agent.info(record.id) end
  return { agents = list(lost) }
end, { description = "Agents whose programs are gone and can be restored" })

commands.register("restore_agents", function(client, _, command)
  local fine, message, err = check(command, { agents = "table", fresh = "boolean", rows = "rows", cols = "cols" })
  if not fine then return nil, message, err end
  local wanted = {}
  for i, ref in ipairs(command.agents or {}) do
    wanted[i], message, err = agent.find(ref)
    if not wanted[i] then return nil, message, err end
  end
  if not command.agents then wanted = agent_restore.lost() end
  return agent_restore.all(wanted, {
    client_id = client.id,
    fresh = command.fresh,
    rows = command.rows,
    cols = command.cols,
  })
end, { description = "Start lost agents again where they were" })

commands.register("restart_session", function(client, _, command)
  local fine, message, err = check(command, { name = "text", fresh = "boolean", rows = "rows", cols = "cols" })
  if not fine then return nil, message, err end
  local record
  record, message, err = agent.find(command.agent or command.agent_id)
  if not record then return nil, message, err end
  return agent_restore.session(record, command.name, {
    client_id = client.id,
    fresh = command.fresh,
    rows = command.rows,
    cols = command.cols,
  })
end, { description = "Start the program of a session again that has ended" })

commands.register("list_programs", function(client)
  local path = hub.client_environment(client.id).env.PATH
  local all = {}
  for i, name in ipairs(programs.names()) do
    local known = programs.get(name)
    known.installed = known.command == nil or programs.find(known.command, path) ~= nil
    all[i] = known
  end
  return { programs = list(all) }
end, { description = "Ready profiles, and whether their programs are installed" })

return {}
