--- The tools and prompts of lib/mcp.lua for whoever speaks to the hub: commands for the endpoints of the Model Context
--- Protocol, and the channel `mcp` for clients of the socket: {type = "tools_list"} is answered with tools_list {tools},
--- {type = "tool_call", name, arguments, call_id} with tool_result {call_id, content} or {call_id, is_error, message};
--- tools_list_changed comes by itself. The subscription's params may hold a `token`: an agent's, from its environment.

local agent = require("lib.agent")
local commands = require("lib.commands")
local connections = require("handlers.connections")
local list = require("lib.list")
local mcp = require("lib.mcp")

local context_of, caller_of

connections.channel("mcp", {
  subscribed = function(_, subscription)
    local _, message, err = caller_of(subscription.params.token)
    if message then return nil, message, err end
    return true
  end,
  message = function(client, subscription, message)
    local reply = { subscriptionId = subscription.id }
    if message.type == "tools_list" then
      reply.type, reply.tools = "tools_list", mcp.list_tools()
    elseif message.type == "tool_call" then
      reply.type, reply.call_id, reply.name = "tool_result", message.call_id, message.name
      local context, problem, err = context_of(client, subscription.params.token)
      if context then reply.content, problem, err = mcp.call_tool(message.name, message.arguments, context) end
      if not reply.content then
        reply.content, reply.is_error = list({ { type = "text", text = problem } }), true
        reply.message, reply.kind = problem, err and err.kind
      end
    else
      reply.type, reply.command = "error", message.type
      reply.message = ("the channel mcp knows tools_list and tool_call, not '%s'"):format(tostring(message.type))
    end
    client:send(reply)
  end,
})

events.on("mcp_tools_changed", function()
  hub.mcp_list_changed("tools")
  connections.broadcast("mcp", { type = "tools_list_changed" })
end)

events.on("mcp_prompts_changed", function()
  hub.mcp_list_changed("prompts")
  connections.broadcast("mcp", { type = "prompts_list_changed" })
end)

local function register(name, description, fn)
  commands.register(name, fn, { description = description })
end

register("mcp_list_tools", "Tools that agents may call", function()
  return { tools = mcp.list_tools() }
end)

register("mcp_call_tool", "Call a tool as an agent does", function(client, _, command)
  local context, message, err = context_of(client, command.token)
  if not context then return nil, message, err end
  local content
  content, message, err = mcp.call_tool(command.name, command.arguments, context)
  if not content then return nil, message, err end
  return { content = content }
end)

register("mcp_list_prompts", "Prompts that agents may ask for", function()
  return { prompts = mcp.list_prompts() }
end)

register("mcp_get_prompt", "Ask for a prompt as an agent does", function(client, _, command)
  local context, message, err = context_of(client, command.token)
  if not context then return nil, message, err end
  return mcp.get_prompt(command.name, command.arguments, context)
end)

--- Where a client of the HTTP endpoint gets in, and how.
register("mcp_address", "Address of the hub's MCP endpoint", function()
  return { url = hub.mcp_url() }
end)

--- On whose behalf a tool runs: {client_id, agent? (its record), agent_id?, agent_key?}. Or nil, message, err.
function context_of(client, token)
  local record, message, err = caller_of(token)
  if message then return nil, message, err end
  return {
    client_id = client.id,
    agent = record,
    agent_id = record and record.id,
    agent_key = record and record.key,
  }
end

--- The agent's record, nil for the person; or nil, message, err for a token that is nobody's.
function caller_of(token)
  if token == nil or token == "" then return nil end
  local caller = hub.mcp_caller(token)
  if not caller then return nil, "this token is not known here", { kind = "bad_token" } end
  if not caller.agent then return nil end
  local record = agent.find(caller.agent)
  if not record then return nil, "the agent of this token is gone", { kind = "bad_token" } end
  return record
end

return {}
