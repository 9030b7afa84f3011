--- What tools and prompts answer, in the shapes of the Model Context Protocol.

local list = require("lib.list")

local mcp_content = {}

local ROLES = { user = true, assistant = true }

local is_item, text_of

--- The content of a tool's answer: text becomes one item, a list of items passes, nothing is an empty list, any other
--- value is sent as JSON.
function mcp_content.of_tool(answer)
  if answer == nil then return list() end
  if type(answer) == "table" and #answer > 0 then
    local all = true
    for _, item in ipairs(answer) do all = all and is_item(item) end
    if all then return list(answer) end
  end
  if is_item(answer) then return list({ answer }) end
  return list({ { type = "text", text = text_of(answer) } })
end

--- The messages of a prompt's answer: text is one message of the user's.
function mcp_content.of_prompt(answer)
  if type(answer) ~= "table" then
    return list({ { role = "user", content = { type = "text", text = text_of(answer) } } })
  end
  local messages = {}
  for i, message in ipairs(answer.messages or answer) do
    if type(message) ~= "table" or not ROLES[message.role] or message.content == nil then
      error(("messages[%d]: {role = 'user' or 'assistant', content} expected"):format(i), 0)
    end
    local content = message.content
    if not is_item(content) then content = { type = "text", text = text_of(content) } end
    messages[i] = { role = message.role, content = content }
  end
  return list(messages)
end

function is_item(value)
  return type(value) == "table" and type(value.type) == "string" and (value.type ~= "text" or type(value.text) == "string")
end

function text_of(value)
  if value == nil then return "" end
  if type(value) == "table" then return json.encode(value) end
  return tostring(value)
end

return mcp_content
