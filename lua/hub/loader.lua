--- Loads and reloads modules and plugins, each as a whole or not at all. Protected.
---
--- A reload compiles the new version first, so that a file with a syntax error touches nothing. Then, as one step:
--- `_before_reload()` of the old version, the new chunk, its exports copied into the old table (references held elsewhere
--- see the new functions), `_after_reload()` of the new version, its registrations. A failure anywhere restores the old
--- version with all its registrations and closes what was opened meanwhile.

local transaction = require("hub.transaction")
local dependencies = require("hub.dependencies")
local exports = require("hub.exports")
local improvements = require("hub.improvements")
local kept = require("hub.kept")
local parts = require("hub.parts")

local loader = {}

--- Its own: what loads may give the globals other values.
local package, runtime, owners, tostring, type = package, runtime, owners, tostring, type

--- Milliseconds that running a file, with its lifecycle callbacks, may take without giving way.
local FILE_BUDGET_MS = 1000
--- Milliseconds that loading a file may take with all its waiting.
local LOAD_DEADLINE_MS = 10000
--- Seconds between two looks at a module that another coroutine is loading, and how many there are: longer than any load.
local LOOK_SECONDS, MOST_LOOKS = 0.02, 2000
--- What a plugin is called in `package.loaded`, and as an owner.
local PLUGIN = "plugin."

--- Modules that are never reloaded: what they hold is the point of them.
local protected = {}
--- Module → {owner, path, compile} of the version that is in use.
local versions = {}
--- Modules being loaded now → the module that asked for it.
local busy = {}
--- Module → why its latest version could not be loaded: {message, traceback, kind, at, because}.
local failures = {}
--- What knows about plugins: see `loader.on_plugin`.
local inspect_plugin, locate_plugin

local check_place, run_chunk, install, failed, owner_of, wait_for, is_loading_for, find
local is_improvement, require_part, require_anew

--- Never reload a module again.
function loader.protect(name)
  protected[name] = true
end

--- Whether a module is never reloaded.
function loader.is_protected(name)
  return protected[name] == true
end

--- What `require` is in the hub: finds a module in the user's directory, then in the shipped one, and runs it as an
--- owner of its own, so that all it registers can be taken away with it. `plugin.NAME` is a plugin, loaded when it has not
--- been, and `plugin.NAME.file` a file beside its init.lua, which belongs to the plugin.
function loader.require(name)
  if type(name) ~= "string" then
    error(("bad argument #1 to 'require' (string expected, got %s)"):format(type(name)), 2)
  end
  if is_improvement(name) then error(("'%s' is an improvement: it runs in the sandbox alone"):format(name), 2) end
  local plugin, file = parts.split(name)
  if plugin then
    local part, message, err = require_part(plugin, file)
    if part ~= nil then return part end
    if err.kind == "not_found" then error(message, 2) end
    error(err, 0)
  end
  dependencies.note(transaction.base(owners.current()), name)
  local value = package.loaded[name]
  if value ~= nil then return value end
  if busy[name] and wait_for(name) and package.loaded[name] ~= nil then return package.loaded[name] end
  local path = find(name)
  if not path then error(("module '%s' not found"):format(name), 2) end
  local ok, message, err = install(name, path)
  if not ok then
    err.reported = err.kind ~= "busy" -- a circle is the mistake of whoever asked
    err.module = err.module or name
    error(err, 0)
  end
  return package.loaded[name], path
end

--- Reloads a module that was loaded. Returns true, or nil, message, err; then the old version is as it was.
function loader.reload(name)
  if protected[name] then return nil, ("'%s' is protected: it is never reloaded"):format(name), { kind = "protected" } end
  if package.loaded[name] == nil then
    return nil, ("module '%s' is not loaded"):format(name), { kind = "not_loaded" }
  end
  local version = versions[name] or {}
  local path = version.path
  if name:sub(1, #PLUGIN) ~= PLUGIN and not is_improvement(name) then path = runtime.find_module(name) or path end
  if not path then return nil, ("module '%s' not found"):format(name), { kind = "not_found" } end
  return install(name, path, version.compile)
end

--- Loads a plugin's init file. The plugin owns what it registers. A plugin of that name that is loaded already is
--- reloaded. Returns true, or false and a message.
function loader.load_plugin(path, name)
  check_place("loader.load_plugin", path, name)
  local ok, message = install(PLUGIN .. name, path)
  if ok then return true end
  return false, message
end

--- Reloads a plugin by its name. Returns true, or false and a message.
function loader.reload_plugin(name)
  local ok, message = loader.reload(PLUGIN .. tostring(name))
  if ok then return true end
  return false, message
end

--- Loads a file that nobody vouches for: in the sandbox, as the improvement `name`. One of that name that is loaded
--- already is reloaded. Returns true, or false and a message.
function loader.load_sandboxed(path, name)
  check_place("loader.load_sandboxed", path, name)
  local ok, message = install(improvements.PREFIX .. name, path, improvements.compile)
  if ok then return true end
  return false, message
end

--- Loads all improvements of ~/.botster/lua/improvements, by name. Returns how many were loaded, and how many failed.
function loader.load_improvements()
  local loaded, broken = 0, 0
  for _, improvement in ipairs(improvements.list()) do
    if loader.load_sandboxed(improvement.path, improvement.name) then loaded = loaded + 1 else broken = broken + 1 end
  end
  return loaded, broken
end

--- Sets what knows about plugins: `inspect(name, exports, path)` looks at what a plugin's chunk returned and raises to
--- refuse it; `locate(name)` → the path of its init.lua, for `require("plugin.NAME")`.
function loader.on_plugin(inspect, locate)
  transaction.apply(function() inspect_plugin, locate_plugin = inspect, locate end)
end

--- Why the latest version of a module is not in use: {message, traceback, kind, at (Unix time), because (the module that it
--- lacks)}, or nil.
function loader.failure(name)
  return failures[name]
end

--- Who a loaded module's registrations belong to: an owner for each version, "lib.agent", "lib.agent~2", ….
function loader.owner(name)
  return owner_of(name)
end

--- Removes a module or plugin (`"plugin.NAME"`) with everything it registered. Returns whether it was loaded.
function loader.unload(name)
  failures[name] = nil
  runtime.outdate_errors(name)
  if protected[name] or package.loaded[name] == nil then return false end
  package.loaded[name] = nil
  transaction.release(owner_of(name))
  versions[name] = nil
  return true
end

--- The same modules in the order in which to reload them: what others require comes before them.
loader.order = dependencies.order

--- Loads what could not be loaded for want of the module `name`, which is there now; without one, whatever could not be
--- loaded. Returns the names of what is loaded.
function loader.retry(name)
  local waiting, loaded = {}, {}
  for other, failure in pairs(failures) do
    if name == nil or failure.because == name then waiting[#waiting + 1] = other end
  end
  for _, other in ipairs(dependencies.order(waiting)) do
    local load = package.loaded[other] == nil and require_anew or loader.reload
    if load(other) then loaded[#loaded + 1] = other end
  end
  return loaded
end

--- Loaded modules and plugins: {name, path, owner, at} each, sorted by name; `at`: when its version was taken up, in
--- seconds since 1970.
function loader.list()
  local list = {}
  for name, version in pairs(versions) do
    list[#list + 1] = { name = name, path = version.path, owner = version.owner, at = version.at }
  end
  table.sort(list, function(a, b) return a.name < b.name end)
  return list
end

function check_place(primitive, path, name)
  if type(path) ~= "string" then
    error(("bad argument #1 to '%s' (path expected, got %s)"):format(primitive, type(path)), 3)
  end
  if type(name) ~= "string" or not name:find("^[%w_-]+$") then
    local got = type(name) == "string" and ("'%s'"):format(name) or type(name)
    error(("bad argument #2 to '%s' (name of letters, digits, - and _ expected, got %s)"):format(primitive, got), 3)
  end
end

--- Puts a version of a module in place: the first, or a new one. `compile(owner, path)` → chunk | nil, message, err.
function install(name, path, compile)
  if busy[name] and not wait_for(name) then
    local message = ("'%s' is being loaded and requires itself, by way of what it requires"):format(name)
    return nil, message, { kind = "busy", message = message }
  end
  busy[name] = transaction.base(owners.current())
  local previous = versions[name] and versions[name].owner
  local tx = transaction.begin(name, previous)
  -- Also when whoever asked is cancelled, and this never goes on.
  local _ <close> = setmetatable({}, { __close = function()
    busy[name] = nil
    if tx.is_over then return end
    local message = ("%s: its loading was broken off: whoever asked for it did not wait for it"):format(path)
    failed(tx, message, { kind = "cancelled" })
  end })
  local chunk, message, err = (compile or runtime.compile)(tx.owner, path, package.loaded[name] ~= nil)
  if not chunk then return failed(tx, message, err) end
  tx.runs, tx.loaded, tx.before = true, package.loaded[name], exports.copy(package.loaded[name])
  if name:sub(1, #PLUGIN) == PLUGIN then parts.open(tx.owner, path, previous) end
  local ok
  ok, message, err = runtime.run(tx.owner, function()
    run_chunk(tx, chunk, path)
  end, { budget_ms = FILE_BUDGET_MS, deadline_ms = LOAD_DEADLINE_MS })
  if not ok then return failed(tx, message, err) end
  -- Not within the budget of the file, which might end half-way.
  tx.is_over = true
  owners.call(tx.owner, transaction.commit, tx)
  if previous then transaction.release(previous) end
  versions[name] = { owner = tx.owner, path = path, compile = compile, at = runtime.time() }
  failures[name] = nil
  runtime.outdate_errors(name)
  return true
end

--- A plugin asks for its own files as the version that asks; to others it is the version in use that has them. Returns nil,
--- message, err for a file that is not there, cannot be read or has a mistake in its syntax.
function require_part(plugin, file)
  local owner = owners.current()
  if transaction.base(owner) ~= plugin then
    loader.require(plugin)
    owner = owner_of(plugin)
  end
  return parts.require(owner, plugin, file)
end

--- Where a module or plugin is, or nil.
function find(name)
  if name:sub(1, #PLUGIN) == PLUGIN and locate_plugin then
    local path = locate_plugin(name:sub(#PLUGIN + 1))
    if path then return path end
  end
  return runtime.find_module(name)
end

--- The part that runs as the new version.
function run_chunk(tx, chunk, path)
  local old = tx.loaded
  transaction.run_begins(tx)
  kept.keep_globals(tx)
  if type(old) == "table" and type(old._before_reload) == "function" then old._before_reload() end
  local new = chunk(tx.name, path)
  if new == nil and type(old) == "table" then
    error(("%s:1: it returned nothing, where the version before returned a table: what would its users hold?"):format(path), 0)
  end
  if new == nil then new = true end
  if inspect_plugin and tx.name:sub(1, #PLUGIN) == PLUGIN then inspect_plugin(tx.name:sub(#PLUGIN + 1), new, path) end
  package.loaded[tx.name] = exports.replace(old, new)
  if old ~= nil and type(new) == "table" and type(new._after_reload) == "function" then new._after_reload() end
end

--- Puts everything back as it was before the load.
function failed(tx, message, err)
  tx.is_over = true
  transaction.rollback(tx)
  if tx.runs then
    package.loaded[tx.name] = tx.loaded
    exports.restore(tx.loaded, tx.before)
  end
  err.module = err.module or message:match("module '([%w_.-]+)' not found")
  local because = err.module ~= tx.name and err.module or nil
  failures[tx.name] =
    { message = message, traceback = err.traceback, kind = err.kind, at = runtime.time(), because = because }
  if not err.reported then
    runtime.report(tx.name, { kind = err.kind, message = message, traceback = err.traceback })
  end
  return nil, message, err
end

function is_improvement(name)
  return name:sub(1, #improvements.PREFIX) == improvements.PREFIX
end

function require_anew(name)
  return (pcall(loader.require, name))
end

--- Waits until another coroutine has loaded a module. Returns whether it came to an end: false at once when it is being
--- loaded for the sake of the one that asks.
function wait_for(name)
  if is_loading_for(name) then return false end
  for _ = 1, MOST_LOOKS do
    if not busy[name] then return true end
    runtime.sleep(LOOK_SECONDS)
  end
  return false
end

--- Whether what runs now is part of loading a module.
function is_loading_for(name)
  local current = transaction.base(owners.current())
  local seen = {}
  while current and not seen[current] do
    if current == name then return true end
    seen[current] = true
    current = busy[current]
  end
  return false
end

function owner_of(name)
  return versions[name] and versions[name].owner or name
end

--- An improvement that ended by itself is unloaded; when the whole sandbox did, the others are loaded anew.
sandbox.on_end(function(message, ended, culprit)
  local again = {}
  for _, owner in ipairs(ended) do
    local name = transaction.base(owner)
    local version = versions[name]
    if version and version.owner == owner then
      loader.unload(name)
      if owner == culprit or culprit == nil then
        local problem = message .. "; it is unloaded until its file changes"
        failures[name] = { message = problem, kind = "ended", at = runtime.time() }
        runtime.report(name, { kind = "ended", message = problem })
      else
        again[#again + 1] = { path = version.path, name = name:sub(#improvements.PREFIX + 1) }
      end
    end
  end
  for _, improvement in ipairs(again) do loader.load_sandboxed(improvement.path, improvement.name) end
end)

return loader
