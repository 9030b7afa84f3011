--- Reloads plugins when their files change, loads new ones, and unloads those that are gone. Looks at the files every two
--- seconds instead of being told: some systems do not tell of files that are written in place.

local loader = require("hub.loader")
local config_resolver = require("lib.config_resolver")
local reload_queue = require("lib.reload_queue")

local POLL_SECONDS = 2
--- Seconds without a further change after which one is taken up: editors and checkouts write several files.
local DEBOUNCE_SECONDS = 0.2

local waiting

local note, init_path_of

--- Brings a plugin in line with what is on the disk. What fails is reported by the loader.
local function refresh(name)
  local path = init_path_of(name)
  if not path then
    if loader.unload("plugin." .. name) then log.info(("unloaded plugin %s: its init.lua is gone"):format(name)) end
  elseif loader.load_plugin(path, name) then
    log.info(("loaded plugin %s from %s"):format(name, path))
  end
end

local queue = reload_queue.open("handlers.plugin_watcher", refresh)

for _, root in ipairs(config_resolver.roots()) do
  for _, layers in ipairs({ "/shared/plugins", "/profiles" }) do
    watch.directory(root.path .. layers, function(events)
      for _, event in ipairs(events) do
        note(event.path)
        if event.from then note(event.from) end
      end
    end, { poll = true, poll_interval = POLL_SECONDS, pattern = "*.lua", ignore = { ".git", "node_modules" } })
  end
end

--- Adds the plugin that a file belongs to. Its part for the UI is the UI's to reload.
function note(path)
  local name, file = path:match("/plugins/([^/]+)/(.+)$")
  if not name or not name:find("^[%w_-]+$") or file:find("^ui/") then return end
  reload_queue.add(queue, name)
  if waiting then timer.cancel(waiting) end
  waiting = timer.after(DEBOUNCE_SECONDS, function()
    waiting = nil
    reload_queue.run(queue)
  end)
end

--- Where the layer that counts has the plugin, or nil.
function init_path_of(name)
  for _, plugin in ipairs(config_resolver.resolve_all().plugins) do
    if plugin.name == name then return plugin.init_path end
  end
end

return {}
