--- Loads improvements when their files change, each in the sandbox, and unloads those that are gone. A version that fails
--- leaves the old one in place (see hub/loader.lua).

local improvements = require("hub.improvements")
local loader = require("hub.loader")
local reload_queue = require("lib.reload_queue")

local note

--- Brings an improvement in line with its file. What fails is reported by the loader.
local function refresh(name)
  local path = ("%s/%s.lua"):format(improvements.directory(), name)
  if not fs.exists(path) then
    if loader.unload(improvements.PREFIX .. name) then log.info(("unloaded improvement %s: its file is gone"):format(name)) end
  elseif loader.load_sandboxed(path, name) then
    log.info(("loaded improvement %s from %s"):format(name, path))
  end
end

local queue = reload_queue.open("handlers.improvement_watcher", refresh)

watch.directory(improvements.directory(), function(events)
  for _, event in ipairs(events) do
    note(event.path)
    if event.from then note(event.from) end
  end
  reload_queue.run(queue)
end, { recursive = false, pattern = "*.lua" })

function note(path)
  local name = improvements.name_of(path)
  if name then reload_queue.add(queue, name) end
end

return {}
