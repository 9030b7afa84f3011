--- Reloads the hub's Lua when its files change: saving ~/.botster/lua/lib/agent.lua changes the running hub, deleting it
--- brings the shipped one back. A version that fails leaves the old one in place (see hub/loader.lua).

local hooks = require("hub.hooks")
local loader = require("hub.loader")
local reload_queue = require("lib.reload_queue")

--- A module that is worth loading when its file appears, since nobody requires it.
local ENTRY = "user.init"

local root = config.lua_path()

local note

--- Brings a module in line with its file. What fails is reported by the loader.
local function refresh(name)
  local path = runtime.find_module(name)
  if not path then return end -- a module of the user's own that was deleted stays until the hub ends
  if package.loaded[name] == nil then
    if name == ENTRY then pcall(require, name) end
    -- A new detector: agents may be what it is for.
    if name:find("^agents%.") then events.emit("module_reloaded", { name = name }) end
  elseif loader.is_protected(name) then
    log.warn(("%s changed: it takes effect when the hub starts again"):format(name))
  elseif loader.reload(name) then
    log.info(("reloaded %s from %s"):format(name, path))
    events.emit("module_reloaded", { name = name })
  end
end

local queue = reload_queue.open("handlers.module_watcher", refresh, loader.order)

watch.directory(root, function(events)
  for _, event in ipairs(events) do
    hooks.notify("file_changed", { path = event.path, kind = event.kind })
    note(event.path)
    if event.from then note(event.from) end
  end
  reload_queue.run(queue)
end, { pattern = "*.lua", ignore = { ".git", "node_modules" } })

--- Adds the modules that a file may be: `a/b.lua` is a.b, `a/init.lua` is a.init or a.
function note(path)
  local name = path:sub(#root + 2):gsub("%.lua$", "")
  if name:find("^improvements/") then return end -- handlers.improvement_watcher
  reload_queue.add(queue, (name:gsub("/", ".")))
  local directory = name:match("^(.+)/init$")
  if directory then reload_queue.add(queue, (directory:gsub("/", "."))) end
end

return {}
