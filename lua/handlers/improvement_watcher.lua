--- Loads improvements when their files change, each in the sandbox, and unloads those that are gone. A version that fails
--- leaves the old one in place (see hub/loader.lua).

local improvements = require("hub.improvements")
local loader = require("hub.loader")
local news = require("lib.news")
local reload_queue = require("lib.reload_queue")

--- Seconds between two looks, for systems that do not tell of files that are written in place.
local POLL_SECONDS = 2

local is_news = news()

local note, on_change

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

function on_change(events)
  for _, event in ipairs(events) do
    note(event.path)
    if event.from then note(event.from) end
  end
  reload_queue.run(queue)
end

function note(path)
  local name = improvements.name_of(path)
  if name and is_news(path) then reload_queue.add(queue, name) end
end

watch.directory(improvements.directory(), on_change, { recursive = false, pattern = "*.lua" })
watch.directory(improvements.directory(), on_change, {
  recursive = false,
  pattern = "*.lua",
  poll = true,
  poll_interval = POLL_SECONDS,
})

return {}
