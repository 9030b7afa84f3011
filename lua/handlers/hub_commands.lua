--- What clients may ask the hub: the channel `hub`, and the commands behind it.

local hooks = require("hub.hooks")
local agent = require("lib.agent")
local agent_sessions = require("lib.agent_sessions")
local check = require("lib.check")
local commands = require("lib.commands")
local config_resolver = require("lib.config_resolver")
local connections = require("handlers.connections")
local list = require("lib.list")
local saved_screen = require("lib.saved_screen")

--- Commands whose answer goes to whoever asked as a message of this type. The others' effects reach every subscriber as
--- agent_list, agent_created, …, and their caller gets a plain `result`.
local ANSWERS = {
  list_agents = "agent_list",
  list_worktrees = "worktree_list",
  list_profiles = "profiles",
  list_session_types = "session_types",
  get_connection_code = "connection_code",
  regenerate_connection_code = "connection_code",
  check_update = "update_status",
  install_update = "update_status",
  ["template:list"] = "template:response",
  ["template:install"] = "template:response",
  ["template:uninstall"] = "template:response",
  review_repository = "repository_review",
}
for _, name in ipairs({ "read", "write", "list", "stat", "delete", "mkdir", "rmdir", "rename" }) do
  ANSWERS["fs:" .. name] = "fs:" .. name
end

--- Commands whose failure has a type of its own.
local FAILURES = {
  get_connection_code = "connection_code_error",
  regenerate_connection_code = "connection_code_error",
  check_update = "update_error",
  install_update = "update_error",
  ["template:list"] = "template:response",
  ["template:install"] = "template:response",
  ["template:uninstall"] = "template:response",
}

local answer, wanted

connections.channel("hub", {
  subscribed = function(client, subscription)
    client:send({ subscriptionId = subscription.id, type = "agent_list", agents = agent.list() })
  end,
  message = function(client, subscription, command)
    command = hooks.call("before_hub_command", command, { client_id = client.id, subscription_id = subscription.id })
    if command == nil then return end
    local ok, value, message, err = pcall(commands.dispatch, client, subscription.id, command)
    if not ok then
      -- Reported by whoever waits for this coroutine; the client learns it as the answer.
      answer(client, subscription, command, nil, tostring(value))
      error(value, 0)
    end
    answer(client, subscription, command, value, message, err)
    hooks.notify("after_hub_command", command, { client_id = client.id, ok = value ~= nil or message == nil })
  end,
})

function answer(client, subscription, command, value, message, err)
  if value == nil and message ~= nil then
    client:send({
      subscriptionId = subscription.id,
      type = FAILURES[command.type] or "error",
      command = command.type,
      request_id = command.request_id,
      message = message,
      kind = err and err.kind,
    })
    return
  end
  local kind = ANSWERS[command.type]
  if not kind then
    client:send({ subscriptionId = subscription.id, type = "result", command = command.type, value = value })
    return
  end
  local reply = { subscriptionId = subscription.id, type = kind, request_id = command.request_id }
  for name, field in pairs(value or {}) do reply[name] = field end
  client:send(reply)
end

--- The agent a command is about, under either of its names.
function wanted(command)
  return command.agent or command.agent_id or command.agent_key
end

local function register(name, description, fn)
  commands.register(name, fn, { description = description })
end

register("list_agents", "All agents of this hub", function()
  return { agents = agent.list() }
end)

--- What a client asks of a new agent. In whose name it is created, and whether it may be, is not the client's to say: only
--- who comes with an agent's token creates as that agent.
local function new_agent_options(client, command)
  local options = {}
  for name, value in pairs(command) do options[name] = value end
  options.client_id, options.parent, options.admit = client.id, nil, nil
  return options
end

register("create_agent", "Start an agent", function(client, _, command)
  local options = new_agent_options(client, command)
  options.profile_name = command.profile_name or command.profile
  return agent.create(options)
end)

register("reopen_worktree", "Start an agent in a worktree that exists", function(client, _, command)
  local options = new_agent_options(client, command)
  options.from_worktree = command.path or command.from_worktree
  if not options.from_worktree then return nil, "reopen_worktree needs a path", { kind = "bad_request" } end
  return agent.create(options)
end)

register("delete_agent", "End an agent, and its worktree when asked", function(_, _, command)
  return agent.delete(wanted(command), {
    delete_worktree = command.delete_worktree,
    delete_branch = command.delete_branch,
    force = command.force,
  })
end)

register("rename_agent", "Give an agent another name", function(_, _, command)
  return agent.rename(wanted(command), command.name)
end)

register("select_agent", "Somebody looks at an agent", function(_, _, command)
  local record, message, err = agent.find(wanted(command))
  if not record then return nil, message, err end
  agent.set_notification(record.id, false)
  return agent.info(record.id)
end)

register("clear_notification", "The mark of an agent was seen", function(_, _, command)
  local record, message, err = agent.find(wanted(command))
  if not record then return nil, message, err end
  return { cleared = agent.set_notification(record.id, false) }
end)

register("list_worktrees", "Worktrees of the repository", function()
  local used = {}
  for _, record in ipairs(records.agents()) do
    if record.worktree_path then used[record.worktree_path] = record.key end
  end
  local found = {}
  for i, item in ipairs(worktree.list()) do
    item.agent_key = used[item.path]
    found[i] = item
  end
  return { worktrees = list(found) }
end)

register("list_profiles", "Profiles an agent may be created with", function()
  return { profiles = list(config_resolver.profiles()) }
end)

register("add_session", "Start one more session of an agent", function(client, _, command)
  return agent.add_session(wanted(command), {
    name = command.name or command.session_name,
    command = command.command,
    rows = command.rows,
    cols = command.cols,
    client_id = client.id,
  })
end)

register("remove_session", "End a session of an agent", function(_, _, command)
  return agent.remove_session(wanted(command), command.name or command.session_name or command.session)
end)

register("list_session_types", "Kinds of sessions an agent may get", function(_, _, command)
  return { session_types = list(agent.session_types(wanted(command))) }
end)

--- The terminal of the session that a command is about. Or nil, message, err.
local function terminal_of(command)
  local record, message, err = agent.find(wanted(command))
  if not record then return nil, message, err end
  local session, handle
  session, handle, err = agent_sessions.find(record, command.session)
  if not session then return nil, handle, err end
  return handle
end

register("send", "Type text into an agent", function(_, _, command)
  local handle, message, err = terminal_of(command)
  if not handle then return nil, message, err end
  local fine
  fine, message, err = check(command, { text = "text" })
  if not fine then return nil, message, err end
  local text = command.text or ""
  local outcome
  outcome, message, err = handle:inject(text, {
    submit = command.enter == true,
    paste = text:find("\n") ~= nil, -- a line end typed as such would submit half of it
  })
  if not outcome then return nil, message, err end
  return { outcome = outcome }
end)

register("screen", "What the terminal of an agent shows", function(_, _, command)
  local handle, message, err = terminal_of(command)
  if handle then return handle:get_snapshot({ history = command.history, ansi = command.ansi }) end
  local record = command.saved == true and agent.find(wanted(command))
  local text = record and saved_screen.text(record.id, command.session, command.ansi)
  if text then return { text = text, saved = true } end
  return nil, message, err
end)

register("list_commands", "What the hub can be asked", function()
  return { commands = list(commands.list()) }
end)

register("check_update", "Is there a newer botster", function()
  return update.check()
end)

register("install_update", "Install the newest botster", function()
  local result = update.install()
  if not result.success then return nil, result.error, { kind = result.kind } end
  return result
end)

register("quit", "End the hub; agents live on unless told otherwise", function(_, _, command)
  hub.quit({ agents = command.agents == true })
  return true
end)

return {}
