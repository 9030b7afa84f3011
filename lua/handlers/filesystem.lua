--- Commands about files, for clients that are not on this machine. Paths are relative to a root and never leave it, not by
--- `..` and not by a link: the user's directory (`root = "user"`, when nothing is said), the repository (`"repo"`), or an
--- agent's worktree (`agent`).

local agent = require("lib.agent")
local commands = require("lib.commands")
local list = require("lib.list")

local ROOTS = {
  user = function() return hub.user_directory() end,
  repo = function() return worktree.repo_root() end,
}

local root_of, text_field, register

--- Registers a command of `fields` that must be text; `run(path, options, command)` → value, or nil, message, err.
function register(name, description, fields, run)
  commands.register("fs:" .. name, function(_, _, command)
    local root, message, err = root_of(command)
    if not root then return nil, message, err end
    for _, field in ipairs(fields) do
      message, err = text_field(command, field)
      if message then return nil, message, err end
    end
    local value
    value, message, err = run(command.path, { within = root }, command)
    if value == nil then return nil, message, err end
    local answer = { path = command.path, root = command.agent == nil and (command.root or "user") or nil }
    for field, item in pairs(type(value) == "table" and value or {}) do answer[field] = item end
    return answer
  end, { description = description })
end

function root_of(command)
  local reference = command.agent or command.agent_id
  if reference ~= nil then
    local record, message, err = agent.find(reference)
    if not record then return nil, message, err end
    if record.worktree_path then return record.worktree_path end
    return nil, ("%s has no worktree"):format(record.key), { kind = "no_worktree" }
  end
  local root = ROOTS[command.root == nil and "user" or command.root]
  if root then return root() end
  local message = ("root: expected user or repo, got '%s'; agent names an agent's worktree"):format(tostring(command.root))
  return nil, message, { kind = "bad_request" }
end

function text_field(command, field)
  local value = command[field]
  if type(value) == "string" then return nil end
  return ("%s: %s: text expected, got a %s"):format(command.type, field, type(value)), { kind = "bad_request" }
end

register("read", "Read a file", { "path" }, function(path, options)
  local content, message, err = fs.read(path, options)
  if not content then return nil, message, err end
  return { content = content }
end)

register("write", "Replace or make a file", { "path", "content" }, function(path, options, command)
  return fs.write(path, command.content, options)
end)

register("list", "Names in a directory", { "path" }, function(path, options)
  local names, message, err = fs.listdir(path, options)
  if not names then return nil, message, err end
  local entries = {}
  for i, name in ipairs(names) do
    local inner = path == "" and name or path .. "/" .. name
    entries[i] = { name = name, is_dir = fs.is_dir(inner, options) }
  end
  return { entries = list(entries) }
end)

register("stat", "What is at a path", { "path" }, function(path, options)
  local stat, message, err = fs.stat(path, options)
  if not stat then return nil, message, err end
  return { stat = stat }
end)

register("delete", "Delete a file or an empty directory", { "path" }, function(path, options)
  return fs.delete(path, options)
end)

register("mkdir", "Make a directory", { "path" }, function(path, options)
  return fs.mkdir(path, options)
end)

register("rmdir", "Delete a directory with everything in it", { "path" }, function(path, options)
  return fs.rmdir(path, options)
end)

register("rename", "Move a file or directory", { "path", "to" }, function(path, options, command)
  return fs.rename(path, command.to, options)
end)

return {}
