--- Prompts for agents, by command (`send_prompt`) and by `pty:send_message`.

local agent = require("lib.agent")
local agent_sessions = require("lib.agent_sessions")
local check = require("lib.check")
local commands = require("lib.commands")
local connections = require("handlers.connections")
local hooks = require("hub.hooks")
local first_prompt = require("lib.first_prompt")
local prompt = require("lib.prompt")
local state = require("hub.state")
local unsent_prompt = require("lib.unsent_prompt")

local KINDS = { person = true, agent = true, plugin = true, system = true }

local from_of, without_agent

commands.register("send_prompt", function(_, _, command)
  local record, message, err = agent.find(command.agent or command.agent_id or command.agent_key)
  if not record then return nil, message, err end
  local fine
  fine, message, err = check(command, { text = "text", while_working = "boolean", through_dialogs = "boolean" })
  if not fine then return nil, message, err end
  local session
  session, message, err = agent_sessions.find(record, command.session)
  if not session then return nil, message, err end
  return prompt.send(record, command.text or "", {
    session = session,
    timeout = command.timeout,
    hold = command.hold,
    while_working = command.while_working,
    through_dialogs = command.through_dialogs,
    from = from_of(command.from),
  })
end, { description = "Give an agent a prompt, and make sure that it is taken" })

commands.register("find_session", function(_, _, command)
  local record, message, err = agent.find(command.agent or command.agent_id or command.agent_key)
  if not record then return nil, message, err end
  local session
  session, message, err = agent_sessions.find(record, command.session)
  if not session then return nil, message, err end
  return { id = session.id, agent_id = record.id, name = session.name }
end, { description = "The id of an agent's session" })

runtime.on_send_message(function(session_id, text, options, owner)
  local session = records.session(session_id)
  local record = session and records.agent(session.agent_id)
  local plugin = owner:match("^plugin%.(.*)$")
  local from = plugin and { kind = "plugin", name = plugin } or { kind = "system", name = owner }
  if not record then return without_agent(session_id, text, options, from) end
  local receipt, message, err = prompt.send(record, text, {
    session = session,
    timeout = options.timeout,
    hold = options.hold,
    from = from,
  })
  if not receipt then return nil, message, err end
  if receipt.outcome == "submitted" or receipt.outcome == "queued" then return receipt.outcome end
  return nil, receipt.reason, { kind = receipt.outcome, question = receipt.question, typed = receipt.typed }
end)

hooks.on("prompt_receipt", "handlers.prompts", function(receipt)
  local message = { type = "prompt_receipt" }
  for name, value in pairs(receipt) do message[name] = value end
  connections.broadcast("hub", message)
end, { timeout_ms = 1000 })

hooks.on("agent_deleted", "handlers.prompts", function(deleted) unsent_prompt.forget(deleted.agent_id) end)

-- Once in each hub: after a reload of this file they are under way.
local taken_up = state.get("handlers.prompts.taken_up")
if not taken_up.done then
  taken_up.done = true
  first_prompt.resume()
end

--- A terminal of nobody's: there is no state to wait for.
function without_agent(session_id, text, options, from)
  local handle = pty.get(session_id)
  if not handle then return nil, "the terminal is gone", { kind = "no_session" } end
  if not text:find("%S") then return nil, "the prompt is empty", { kind = "bad_request" } end
  local how, message, err = handle:inject(text, { hold = options.hold, from = from })
  if not how then return nil, message, err end
  return "submitted"
end

function from_of(given)
  if type(given) ~= "table" or not KINDS[given.kind] then return { kind = "person" } end
  return { kind = given.kind, name = type(given.name) == "string" and given.name:sub(1, 200) or nil }
end

return {}
