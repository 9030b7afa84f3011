--- Improvements: Lua that agents write, in ~/.botster/lua/improvements. It runs in a sandbox (a Lua of its own, in a thread
--- of its own); here is what the hub does for it: hooks and events that belong to it, and nothing that could be turned
--- against anybody. Everything crosses as a copy. Protected.

local hooks = require("hub.hooks")
local transaction = require("hub.transaction")

local improvements = {}

--- What an improvement is called in `package.loaded`, and as an owner.
improvements.PREFIX = "improvements."

--- Tables within tables that cross, and values of one call: what the hub's own hooks tell is far smaller.
local MOST_DEPTH, MOST_VALUES = 20, 10000
--- Milliseconds an improvement may take to change something: it is asked across two threads. And the most it may ask for.
local TIMEOUT_MS, MOST_TIMEOUT_MS = 250, 2000

--- How the names begin of what the hub says of itself: an improvement may hear it, and not say it in the hub's place.
local RESERVED = {
  "repository_",
  "before_", "after_", "filter_", "agent", "client", "command", "connection", "file_", "hub", "inbox", "mcp", "module_",
  "outgoing_", "plugin", "process_", "prompt", "pty_", "question_", "shutdown", "worktree",
}
--- What of the hub's own an improvement may change: of a new agent these fields, of one that is deleted none (it may
--- refuse both), of output all. Whoever changes more decides which programs are run or what is lost, or locks the user out.
local CHANGED = {
  before_agent_create = { branch = "string", issue_or_branch = "string", name = "string", metadata = "table" },
  before_agent_delete = {},
  pty_output = true,
}

--- Owner → ids of the events it hears: it may take off its own.
local heard = {}

local serve, serving, receiver, interceptor, is_reserved, with_changes, own, own_name, refuse, plain, copy, timeout

--- Where improvements are.
function improvements.directory()
  return config.lua_path() .. "/improvements"
end

--- The name of the improvement in a file, or nil when the file is none.
function improvements.name_of(path)
  local file = path:match("^.*/([^/]+)%.lua$")
  if file and file:find("^[%w_-]+$") and path == ("%s/%s.lua"):format(improvements.directory(), file) then return file end
end

--- The improvements there are, sorted by name: {name, path} each.
function improvements.list()
  local list = {}
  local names, message, err = fs.listdir(improvements.directory())
  if not names and err.kind ~= "not_found" then log.warn(message) end
  for _, file in ipairs(names or {}) do
    local path = improvements.directory() .. "/" .. file
    local name = improvements.name_of(path)
    if name then
      list[#list + 1] = { name = name, path = path }
    elseif file:find("%.lua$") then
      log.warn(("%s is not loaded: an improvement's name has letters, digits, '_' and '-'"):format(path))
    end
  end
  return list
end

--- A chunk that runs the file in the sandbox, as the owner that runs then. Takes the place of `runtime.compile`.
function improvements.compile(_, path)
  return function()
    local ok, _, err = sandbox.run(path, serve)
    if not ok then error(err, 0) end
  end
end

--- Answers what the improvement with the number `id` wants of the hub.
function serve(id, op, ...)
  local answer = serving[op]
  if not answer then refuse("an improvement cannot use " .. tostring(op)) end
  return answer(id, ...)
end

serving = {
  ["hooks.on"] = function(id, event, name, fn, options)
    hooks.on(event, own(name), receiver(id, fn), options)
  end,
  ["hooks.intercept"] = function(id, event, name, fn, options)
    if is_reserved(event) and not CHANGED[event] then refuse(("an improvement cannot intercept '%s'"):format(event)) end
    hooks.intercept(event, own(name), interceptor(id, event, fn), timeout(options))
  end,
  ["hooks.off"] = function(_, event, name) return hooks.off(event, own(name)) end,
  ["hooks.unintercept"] = function(_, event, name) return hooks.unintercept(event, own(name)) end,
  ["hooks.enable"] = function(_, event, name) return hooks.enable(event, own(name)) end,
  ["hooks.disable"] = function(_, event, name) return hooks.disable(event, own(name)) end,
  ["hooks.has_observers"] = function(_, event) return hooks.has_observers(event) end,
  ["hooks.has_interceptors"] = function(_, event) return hooks.has_interceptors(event) end,
  ["hooks.list_events"] = function() return hooks.list_events() end,
  ["hooks.list"] = function(_, event)
    local list = hooks.list(event)
    for _, entry in ipairs(list) do entry.name = own_name(entry.name) end
    return list
  end,
  ["hooks.notify"] = function(_, event, ...)
    if is_reserved(event) then refuse(("'%s' is the hub's to say"):format(event)) end
    return hooks.notify(event, ...)
  end,
  ["hooks.call"] = function(_, event, ...)
    if is_reserved(event) then refuse(("'%s' is the hub's to ask"):format(event)) end
    return plain(hooks.call(event, ...))
  end,
  ["events.on"] = function(id, event, fn)
    local event_id, owner = events.on(event, receiver(id, fn)), owners.current()
    heard[owner] = heard[owner] or {}
    heard[owner][event_id] = true
    return event_id
  end,
  ["events.off"] = function(_, event_id)
    local own_ids = heard[owners.current()]
    if not own_ids or not own_ids[event_id] then return false end
    own_ids[event_id] = nil
    return events.off(event_id)
  end,
  ["events.has"] = function(_, event) return events.has(event) end,
  ["events.emit"] = function(_, event, data)
    if is_reserved(event) then refuse(("'%s' is the hub's to say"):format(event)) end
    return events.emit(event, data)
  end,
  ["hub.get_worktrees"] = function() return hub.get_worktrees() end,
}

--- The function in the hub that stands for one in the sandbox.
function receiver(id, fn)
  return function(...) return sandbox.call(id, fn, plain(...)) end
end

--- The same for one that changes something: what cannot cross, and what it may not change, stays as it was.
function interceptor(id, event, fn)
  local ask = receiver(id, fn)
  return function(...)
    local before, answer = table.pack(...), table.pack(ask(...))
    for i = 1, answer.n do
      answer[i] = with_changes(before[i], answer[i], type(CHANGED[event]) == "table" and CHANGED[event] or nil)
    end
    return table.unpack(answer, 1, answer.n)
  end
end

function is_reserved(event)
  if type(event) ~= "string" then return false end -- which is a mistake of its own
  for _, beginning in ipairs(RESERVED) do
    if event:sub(1, #beginning) == beginning then return true end
  end
  return false
end

function with_changes(before, after, fields)
  if fields and after ~= nil and type(after) ~= "table" then return before end
  if type(before) ~= "table" or type(after) ~= "table" then return after end
  if not fields then
    for name, value in pairs(before) do
      local kind = type(value)
      if kind == "function" or kind == "userdata" or kind == "thread" then after[name] = value end
    end
    return after
  end
  local changed = {}
  for name, value in pairs(before) do changed[name] = value end
  for name, kind in pairs(fields) do
    local value = after[name]
    if value == nil or type(value) == kind and not (kind == "string" and value:find("\0")) then changed[name] = value end
  end
  return changed
end

function timeout(options)
  options = type(options) == "table" and options or {}
  local asked = tonumber(options.timeout_ms) or TIMEOUT_MS
  return { priority = options.priority, timeout_ms = math.min(asked, MOST_TIMEOUT_MS) }
end

--- The name of a hook with its improvement in front, so that none can take the place of another's.
function own(name)
  return transaction.base(owners.current()) .. "/" .. tostring(name)
end

function own_name(name)
  local prefix = transaction.base(owners.current()) .. "/"
  return name:sub(1, #prefix) == prefix and name:sub(#prefix + 1) or name
end

function refuse(message)
  error(message, 0)
end

--- The values as they cross: tables copied, what is no data left out.
function plain(...)
  local values, count = table.pack(...), { n = 0 }
  for i = 1, values.n do values[i] = copy(values[i], 0, count) end
  return table.unpack(values, 1, values.n)
end

function copy(value, depth, count)
  local kind = type(value)
  count.n = count.n + 1
  if kind == "function" or kind == "userdata" or kind == "thread" or count.n > MOST_VALUES then return nil end
  if kind ~= "table" then return value end
  if depth > MOST_DEPTH then return nil end
  local copied = {}
  if rawlen(value) > 0 then
    for i = 1, rawlen(value) do copied[#copied + 1] = copy(rawget(value, i), depth + 1, count) end
    return copied
  end
  for key, inner in next, value do
    if type(key) == "string" and utf8.len(key) then copied[key] = copy(inner, depth + 1, count) end
  end
  return copied
end

transaction.registry(function(owner) heard[owner] = nil end)

return improvements
