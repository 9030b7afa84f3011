--- Hooks: named functions that watch what the hub does (observers) or change it (interceptors). Protected: registrations
--- survive reloads of everybody else, and go with the module or plugin that made them.
---
--- ```lua
--- hooks.on("agent_created", "greet", function(agent) log.info("hello " .. agent.name) end)
--- hooks.intercept("before_agent_create", "prefix", function(options)
---   options.branch = "me/" .. options.branch
---   return options            -- nil would refuse the agent
--- end, { priority = 200 })
--- ```

local hook_names = require("hub.hook_names")
local transaction = require("hub.transaction")

local hooks = {}

--- Called first among equals when nothing else is said.
local DEFAULT_PRIORITY = 100
--- Milliseconds a hook may take when nothing else is said.
local DEFAULT_TIMEOUT_MS = 10
--- Milliseconds a hook may run without giving way, whatever its timeout: what any handler of the hub may.
local MOST_RUN_MS = 200
--- Times a hook may be stopped for running too long before it is switched off, and milliseconds after which one of them is
--- forgotten: a hub that runs for weeks stands still now and then.
local STRIKES, FADE_MS = 2, 600000

--- Event → name → entry, for each kind.
local kinds = { observer = {}, interceptor = {} }
--- Event → entries in calling order, for each kind. A change makes a new list, so that a call under way keeps its own.
local ordered = { observer = {}, interceptor = {} }
local registered = 0

--- Events whose interceptors change another argument than the first when they return one value.
local CHANGED = { pty_output = 2 }

local add, remove, find, reorder, set_enabled, observe, ask, strike, limits, check, entries_of

--- Calls `fn(...)` whenever `event` is notified of. The same event and name replaces. Options: `priority` (100; higher
--- first, ties in order of registration), `timeout_ms` (10): how long it may run; one that waits goes on in the background.
function hooks.on(event, name, fn, options)
  return add("observer", "hooks.on", event, name, fn, options)
end

--- Removes an observer. Returns whether there was one.
function hooks.off(event, name)
  return remove("observer", event, name)
end

--- Lets `fn(...)` change what `event` is called with: what it returns replaces the first arguments, nil drops the whole.
--- Options as for `hooks.on`; `timeout_ms` counts waiting too.
function hooks.intercept(event, name, fn, options)
  return add("interceptor", "hooks.intercept", event, name, fn, options)
end

--- Removes an interceptor. Returns whether there was one.
function hooks.unintercept(event, name)
  return remove("interceptor", event, name)
end

--- Calls the observers of an event, each in a coroutine of its own. Returns how many. An error is reported and stops
--- nobody else.
function hooks.notify(event, ...)
  local count = 0
  for _, entry in ipairs(ordered.observer[event] or {}) do
    if entry.enabled then
      observe(entry, ...)
      count = count + 1
    end
  end
  return count
end

--- Passes the arguments through the interceptors of an event and returns them as the last one left them; nil when one
--- dropped it. An interceptor that fails is reported and changes nothing. Waits, unless there is no interceptor.
function hooks.call(event, ...)
  local entries = ordered.interceptor[event]
  if entries == nil then return ... end
  local values = table.pack(...)
  for _, entry in ipairs(entries) do
    if entry.enabled then
      local answer = ask(entry, values)
      if answer then
        if answer[1] == nil then return nil end
        local first = answer.n == 1 and CHANGED[event] or 1
        for i = 1, answer.n do values[first + i - 1] = answer[i] end
        values.n = math.max(values.n, answer.n)
      end
    end
  end
  return table.unpack(values, 1, values.n)
end

--- Whether anybody would hear of an event.
function hooks.has_observers(event)
  return ordered.observer[event] ~= nil
end

--- Whether anybody would be asked about an event.
function hooks.has_interceptors(event)
  return ordered.interceptor[event] ~= nil
end

--- Switches the hooks of this event and name on again. Returns whether there are any.
function hooks.enable(event, name)
  return set_enabled(event, name, true)
end

--- Switches the hooks of this event and name off without forgetting them. Returns whether there are any.
function hooks.disable(event, name)
  return set_enabled(event, name, false)
end

--- The hooks of one event, or all: {event, name, kind, priority, timeout_ms, enabled, owner, doubt} each, in calling order.
--- `doubt` says why the hub may never call it: its name is nearly one of the hub's, or one of another kind.
function hooks.list(event)
  local list = {}
  for _, name in ipairs(event and { event } or hooks.list_events()) do
    for _, kind in ipairs({ "interceptor", "observer" }) do
      for _, entry in ipairs(ordered[kind][name] or {}) do
        list[#list + 1] = {
          event = entry.event,
          name = entry.name,
          kind = kind,
          priority = entry.priority,
          timeout_ms = entry.timeout_ms,
          enabled = entry.enabled,
          owner = transaction.base(entry.owner),
          doubt = hook_names.doubt(kind, entry.event),
        }
      end
    end
  end
  return list
end

--- Events that have a hook, sorted.
function hooks.list_events()
  local seen, events = {}, {}
  for _, by_event in pairs(ordered) do
    for event in pairs(by_event) do
      if not seen[event] then events[#events + 1] = event end
      seen[event] = true
    end
  end
  table.sort(events)
  return events
end

function add(kind, what, event, name, fn, options)
  options = check(what, event, name, fn, options)
  local doubt = hook_names.doubt(kind, event)
  if doubt then log.warn(("%s: hook '%s': %s"):format(what, name, doubt)) end
  registered = registered + 1
  local entry = {
    event = event,
    name = name,
    fn = fn,
    kind = kind,
    priority = options.priority or DEFAULT_PRIORITY,
    timeout_ms = options.timeout_ms or DEFAULT_TIMEOUT_MS,
    enabled = true,
    strikes = 0,
    sequence = registered,
    owner = owners.current(),
  }
  transaction.apply(function()
    local previous = find(kind, event, name)
    if previous then entry.sequence = previous.sequence end -- a reload keeps the place among equals
    kinds[kind][event] = kinds[kind][event] or {}
    kinds[kind][event][name] = entry
    reorder(kind, event)
  end)
end

function remove(kind, event, name)
  local existed = find(kind, event, name) ~= nil
  transaction.apply(function()
    if not find(kind, event, name) then return end
    kinds[kind][event][name] = nil
    reorder(kind, event)
  end)
  return existed
end

function find(kind, event, name)
  local by_name = kinds[kind][event]
  return by_name and by_name[name]
end

function reorder(kind, event)
  local entries = {}
  for _, entry in pairs(kinds[kind][event]) do entries[#entries + 1] = entry end
  table.sort(entries, function(a, b)
    if a.priority ~= b.priority then return a.priority > b.priority end
    return a.sequence < b.sequence
  end)
  local empty = #entries == 0
  ordered[kind][event] = not empty and entries or nil
  if empty then kinds[kind][event] = nil end
end

function set_enabled(event, name, enabled)
  local found = entries_of(event, name)
  transaction.apply(function()
    for _, entry in ipairs(entries_of(event, name)) do
      entry.enabled = enabled
      if enabled then entry.strikes = 0 end
    end
  end)
  return #found > 0
end

function entries_of(event, name)
  local found = {}
  for kind in pairs(kinds) do found[#found + 1] = find(kind, event, name) end
  return found
end

function observe(entry, ...)
  local args = table.pack(...)
  runtime.start(entry.owner, function()
    entry.fn(table.unpack(args, 1, args.n))
  end, { budget_ms = math.min(entry.timeout_ms, MOST_RUN_MS) }, function(err)
    strike(entry, err)
  end)
end

function ask(entry, values)
  local answer
  local ok, message, err = runtime.run(entry.owner, function()
    answer = table.pack(entry.fn(table.unpack(values, 1, values.n)))
  end, { budget_ms = math.min(entry.timeout_ms, MOST_RUN_MS), deadline_ms = entry.timeout_ms })
  if ok then return answer end
  strike(entry, { kind = err.kind, message = message, traceback = err.traceback })
  return nil
end

--- Reports what went wrong in a hook, and switches one off that was stopped for the second time in a while.
function strike(entry, err)
  if err.kind == "cancelled" then return end -- its owner was unloaded meanwhile, or whoever asked is gone
  local message = ("%s '%s' of '%s': %s"):format(entry.kind, entry.name, entry.event, err.message)
  if err.kind == "watchdog" or err.kind == "deadline" then
    local now = runtime.clock()
    local fades = now - (entry.struck_at or now) > FADE_MS
    entry.strikes = fades and 1 or entry.strikes + 1
    entry.struck_at = now
    message = message .. (" (its timeout_ms is %s)"):format(entry.timeout_ms)
    if entry.strikes >= STRIKES then
      entry.enabled = false
      message = message .. "; it is switched off until its file changes"
    end
  end
  runtime.report(transaction.base(entry.owner), { kind = err.kind, message = message, traceback = err.traceback })
end

function check(what, event, name, fn, options)
  local function bad(position, expected, got)
    error(("bad argument #%d to '%s' (%s expected, got %s)"):format(position, what, expected, type(got)), 4)
  end
  if type(event) ~= "string" then bad(1, "event name", event) end
  if type(name) ~= "string" then bad(2, "hook name", name) end
  if type(fn) ~= "function" then bad(3, "function", fn) end
  if options ~= nil and type(options) ~= "table" then bad(4, "table", options) end
  options = options or {}
  for _, key in ipairs({ "priority", "timeout_ms" }) do
    if options[key] ~= nil and type(options[key]) ~= "number" then bad(4, key .. " as a number", options[key]) end
  end
  return options
end

transaction.registry(function(owner)
  for kind, by_event in pairs(kinds) do
    for event, by_name in pairs(by_event) do
      local found = false
      for name, entry in pairs(by_name) do
        if entry.owner == owner then
          by_name[name] = nil
          found = true
        end
      end
      if found then reorder(kind, event) end
    end
  end
end)

return hooks
