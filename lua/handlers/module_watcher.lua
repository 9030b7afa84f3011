--- Reloads the hub's Lua when its files change: saving ~/.botster/lua/lib/agent.lua changes the running hub, deleting it
--- brings the shipped one back. A version that fails leaves the old one in place (see hub/loader.lua).

local hooks = require("hub.hooks")
local loader = require("hub.loader")
local reload_queue = require("lib.reload_queue")

--- A module that is worth loading when its file appears, since nobody requires it.
local ENTRY = "user.init"

--- The watch on the repository's own Lua, while that is trusted for always: a copy does not change.
local repository_watch

local watch_root, watch_repository, note, modules_below

--- Loads what could not be loaded for want of a module, or with `everything` whatever could not be.
local function retry(name, everything)
  for _, other in ipairs(loader.retry(not everything and name or nil)) do log.info(("loaded %s, which lacked %s"):format(other, name)) end
end

--- Brings a module in line with its file. What fails is reported by the loader.
local function refresh(name)
  local path = runtime.find_module(name)
  if not path then
    -- A module of the user's own that was deleted stays until the hub ends; one that never came to be is forgotten.
    if package.loaded[name] == nil then loader.unload(name) end
  elseif package.loaded[name] == nil then
    -- One that failed when it was wanted, as a step of the boot or by another.
    local loaded = (name == ENTRY or loader.failure(name)) and pcall(require, name)
    if loaded then log.info(("loaded %s from %s"):format(name, path)) end
    -- A new detector: agents may be what it is for.
    if loaded or name:find("^agents%.") then events.emit("module_reloaded", { name = name }) end
    retry(name, loaded and name:find("^lib%.")) -- without a library of the hub's own anything may have failed
  elseif loader.is_protected(name) then
    log.warn(("%s changed: it takes effect when the hub starts again"):format(name))
  elseif loader.reload(name) then
    log.info(("reloaded %s from %s"):format(name, path))
    events.emit("module_reloaded", { name = name })
    retry(name)
  end
end

local queue = reload_queue.open("handlers.module_watcher", refresh, loader.order)

--- The repository's layers came, went, or are taken from another place: what is there counts, and what was taken from
--- there is replaced by what comes next, or goes.
events.on("repository_layers_changed", function(change)
  watch_repository()
  for _, loaded in ipairs(change.before and loader.list() or {}) do
    local is_plugin = loaded.name:find("^plugin%.") -- see handlers/plugin_watcher.lua
    if not is_plugin and loaded.path:sub(1, #change.before + 5) == change.before .. "/lua/" then
      if runtime.find_module(loaded.name) then
        reload_queue.add(queue, loaded.name)
      elseif loader.unload(loaded.name) then
        log.info(("unloaded %s: the repository is not trusted with it"):format(loaded.name))
      end
    end
  end
  if change.after then modules_below(change.after .. "/lua") end
  reload_queue.run(queue)
end)

function watch_root(root)
  return watch.directory(root, function(events)
    for _, event in ipairs(events) do
      hooks.notify("file_changed", { path = event.path, kind = event.kind })
      note(event.path, root)
      if event.from then note(event.from, root) end
    end
    reload_queue.run(queue)
  end, { pattern = "*.lua", ignore = { ".git", "node_modules" } })
end

function watch_repository()
  if repository_watch then watch.stop(repository_watch) end
  local status = trust.status()
  repository_watch = status.grade == "always" and status.root and watch_root(status.root .. "/lua") or nil
end

--- Adds every module of a directory.
function modules_below(root, directory)
  directory = directory or root
  for _, name in ipairs(fs.listdir(directory) or {}) do
    local path = directory .. "/" .. name
    if name:find("%.lua$") then
      note(path, root)
    elseif fs.is_dir(path) then
      modules_below(root, path)
    end
  end
end

--- Adds the modules that a file may be: `a/b.lua` is a.b, `a/init.lua` is a.init or a.
function note(path, root)
  local name = path:sub(#root + 2):gsub("%.lua$", "")
  if name:find("^improvements/") then return end -- handlers.improvement_watcher
  reload_queue.add(queue, (name:gsub("/", ".")))
  local directory = name:match("^(.+)/init$")
  if directory then reload_queue.add(queue, (directory:gsub("/", "."))) end
end

watch_root(config.lua_path())
watch_repository()

return {}
