--- The inbox for clients and agents: commands `inbox_send`, `inbox_list`, `inbox_read`, `inbox_receipt`, and tools for
--- agents that have MCP. When an agent becomes idle, it is told of what lies there.

local hooks = require("hub.hooks")
local agent = require("lib.agent")
local check = require("lib.check")
local commands = require("lib.commands")
local inbox = require("lib.inbox")
local list = require("lib.list")
local mcp = require("lib.mcp")

local register, wait_until_read

function register(name, description, fn)
  commands.register(name, function(_, _, command)
    local record, message, err = agent.find(command.agent or command.agent_id or command.agent_key)
    if not record then return nil, message, err end
    return fn(record, command)
  end, { description = description })
end

register("inbox_send", "Put a message into an agent's inbox", function(record, command)
  local fine, problem, err = check(command, { text = "text", sender = "text" })
  if not fine then return nil, problem, err end
  local message
  message, problem, err = inbox.send(record, command.text, { sender = command.sender, ttl = command.ttl })
  if not message then return nil, problem, err end
  if type(command.wait) == "number" then return wait_until_read(message.id, command.wait) end
  return message
end)

register("inbox_list", "The messages of an agent", function(record, command)
  return { messages = list(inbox.list(record, command.all == true)) }
end)

register("inbox_read", "Take an agent's messages", function(record)
  return { messages = list(inbox.read(record)) }
end)

commands.register("inbox_receipt", function(_, _, command)
  return inbox.receipt(command.id)
end, { description = "What became of a message" })

mcp.tool("post_message", {
  description = "Put a message into another agent's inbox. It is told of it as soon as it takes input, and reads it then; "
    .. "nothing is lost while it works or a dialog is open.",
  input_schema = {
    type = "object",
    properties = {
      agent = { type = "string", description = "key, name or id of the agent, or a unique beginning" },
      message = { type = "string" },
    },
    required = { "agent", "message" },
  },
}, function(params, context)
  local record, problem, err = agent.find(params.agent)
  if not record then return nil, problem, err end
  local message
  message, problem, err = inbox.send(record, params.message, { sender = context.agent_key or "somebody" })
  if not message then return nil, problem, err end
  return { id = message.id, state = message.state, expires_at = message.expires_at }
end)

mcp.tool("read_inbox", {
  description = "Take the messages that lie in your inbox.",
  input_schema = { type = "object", properties = json.decode("{}") },
}, function(_, context)
  if not context.agent then return nil, "only an agent has an inbox", { kind = "bad_request" } end
  return { messages = list(inbox.read(context.agent)) }
end)

hooks.on("agent_status", "handlers.inbox", function(change)
  if change.state == "idle" or change.state == "done" then inbox.ring(change.agent_id) end
end)

--- Its messages went with it: who waits for one to be read looks again.
hooks.on("agent_deleted", "handlers.inbox", function() events.emit("inbox_moved") end)

function wait_until_read(id, seconds)
  local deadline = runtime.clock() + seconds * 1000
  while true do
    local message, problem, err = inbox.receipt(id)
    if not message then return nil, problem, err end
    local left = (deadline - runtime.clock()) / 1000
    if message.state == "read" or message.state == "expired" or left <= 0 then return message end
    events.wait("inbox_moved", left)
  end
end

inbox.resume()

return {}
