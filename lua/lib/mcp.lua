--- Tools and prompts that plugins offer to agents by the Model Context Protocol. This is the registry; whoever speaks the
--- protocol lists and calls from here. What a module registers goes with it, and a reload replaces it as a whole.
---
--- ```lua
--- mcp.tool("add", {
---   description = "Adds two numbers",
---   input_schema = { type = "object", properties = { a = { type = "number" }, b = { type = "number" } } },
--- }, function(params, context)
---   return tostring(params.a + params.b)
--- end)
--- ```

local check = require("lib.mcp_check")
local content = require("lib.mcp_content")
local registry = require("lib.mcp_registry")

local mcp = {}

--- Milliseconds that a tool or prompt may run without giving way; waiting does not count.
local BUDGET_MS = 200

local run, unknown

--- Offers a tool: `fn(params, context)` → text, a list of content items, another table (sent as JSON), or nil, message.
--- It may wait. `options`: `description`, `input_schema` (JSON schema of an object; none: no parameters). A tool of the
--- same name is replaced.
function mcp.tool(name, options, fn)
  check.registration("mcp.tool", name, options, fn)
  check.options("mcp.tool", options, { description = "string", input_schema = "table" })
  registry.set("tool", name, {
    description = options.description or "",
    input_schema = options.input_schema or { type = "object", properties = {} },
    fn = fn,
  })
end

--- Takes a tool away. Returns whether there was one.
function mcp.remove_tool(name)
  return registry.remove("tool", name)
end

--- Offers a prompt: `fn(arguments, context)` → text, or a list of messages {role, content}, or nil, message. `options`:
--- `description`, `arguments` (a list of {name, description, required}).
function mcp.prompt(name, options, fn)
  check.registration("mcp.prompt", name, options, fn)
  check.options("mcp.prompt", options, { description = "string", arguments = "table" })
  registry.set("prompt", name, {
    description = options.description or "",
    arguments = check.prompt_arguments(options.arguments or {}),
    fn = fn,
  })
end

--- Takes a prompt away. Returns whether there was one.
function mcp.remove_prompt(name)
  return registry.remove("prompt", name)
end

--- Takes away all tools and prompts of a source: a module's name, a plugin's with or without "plugin.". Returns how many.
function mcp.reset(source)
  if type(source) ~= "string" then
    error(("bad argument #1 to 'mcp.reset' (source expected, a string, got %s)"):format(type(source)), 2)
  end
  return registry.reset(source)
end

--- All tools, sorted by name: {name, description, input_schema, owner} each.
function mcp.list_tools()
  return registry.list("tool", { "description", "input_schema" })
end

--- All prompts, sorted by name: {name, description, arguments, owner} each.
function mcp.list_prompts()
  return registry.list("prompt", { "description", "arguments" })
end

--- How many tools there are.
function mcp.count()
  return #registry.names("tool")
end

--- Calls a tool as its owner. `context` says on whose behalf: what the caller knows, e.g. {agent_key, session_name}.
--- Returns a list of content items, {type = "text", text} and the like; or nil, message, err, where err.kind is
--- unknown_tool, bad_request (params do not fit input_schema), tool (it said what is wrong), or that of its error.
function mcp.call_tool(name, params, context)
  local tool = registry.find("tool", name)
  if not tool then return unknown("tool", name) end
  params = params or {}
  local fine, problem = check.params(tool.input_schema, params)
  if not fine then return nil, ("tool '%s': %s"):format(name, problem), { kind = "bad_request" } end
  return run("tool", name, tool, params, context, content.of_tool)
end

--- Asks for a prompt. Returns {description, messages}, each message {role, content}; or nil, message, err.
function mcp.get_prompt(name, arguments, context)
  local prompt = registry.find("prompt", name)
  if not prompt then return unknown("prompt", name) end
  arguments = arguments or {}
  for _, argument in ipairs(prompt.arguments) do
    if argument.required and arguments[argument.name] == nil then
      return nil, ("prompt '%s' needs the argument '%s'"):format(name, argument.name), { kind = "bad_request" }
    end
  end
  return run("prompt", name, prompt, arguments, context, function(answer)
    return { description = prompt.description, messages = content.of_prompt(answer) }
  end)
end

--- Runs as the owner, so that unloading it ends what it does; brings the answer into the protocol's shape.
function run(kind, name, entry, params, context, shape)
  local answer, refused, shaped, details
  local ok, message, err = runtime.run(entry.owner, function()
    answer, refused, details = entry.fn(params, context or {})
    if answer ~= nil or refused == nil then shaped = shape(answer) end
  end, { budget_ms = BUDGET_MS })
  if not ok then return nil, ("%s '%s' failed: %s"):format(kind, name, message), err end
  if shaped then return shaped end
  return nil, tostring(refused), type(details) == "table" and details or { kind = kind }
end

function unknown(kind, name)
  local names = registry.names(kind)
  local known = #names > 0 and "there are " .. table.concat(names, ", ") or "there is none"
  return nil, ("no %s '%s': %s"):format(kind, tostring(name), known), { kind = "unknown_" .. kind }
end

return mcp
