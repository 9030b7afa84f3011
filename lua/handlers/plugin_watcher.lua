--- Reloads plugins when their files change, loads new ones, and unloads those that are gone. Looks at the files every two
--- seconds besides being told: some systems do not tell of files that are written in place.

local hooks = require("hub.hooks")
local loader = require("hub.loader")
local news = require("lib.news")
local places = require("lib.plugin_places")
local plugins = require("lib.plugins")
local reload_queue = require("lib.reload_queue")

local POLL_SECONDS = 2
--- Seconds without a further change after which one is taken up: editors and checkouts write several files.
local DEBOUNCE_SECONDS = 0.2

local is_news = news()
local waiting
--- Names that were switched off at the last look.
local disabled = places.disabled()
--- Watches on the repository's layers, while they are trusted for always: a copy does not change.
local repository_watches = {}

local watch_root, on_change, watch_repository, note, take_up, note_disabled, plugins_below

--- The same names, those that others require before them.
local function in_order(names)
  local modules, ordered = {}, {}
  for i, name in ipairs(names) do modules[i] = "plugin." .. name end
  for i, module in ipairs(loader.order(modules)) do ordered[i] = module:match("^plugin%.(.+)$") end
  return ordered
end

local queue = reload_queue.open("handlers.plugin_watcher", plugins.refresh, in_order)

--- The repository's layers came, went, or are taken from another place.
events.on("repository_layers_changed", function(change)
  watch_repository()
  for _, root in pairs({ change.before, change.after }) do
    for _, name in ipairs(plugins_below(root)) do reload_queue.add(queue, name) end
  end
  reload_queue.run(queue)
end)

--- Returns the ids of its watches.
function watch_root(root)
  local ids = {}
  for _, layers in ipairs({ "/shared/plugins", "/profiles" }) do
    for _, poll in ipairs({ true, false }) do
      ids[#ids + 1] = watch.directory(root .. layers, function(events) on_change(root, events) end, {
        poll = poll,
        poll_interval = POLL_SECONDS,
        pattern = "*.lua",
        ignore = { ".git", "node_modules" },
      })
    end
  end
  return ids
end

function on_change(root, events)
  for _, event in ipairs(events) do
    if is_news(event.path) then
      hooks.notify("file_changed", { path = event.path, kind = event.kind })
      note(event.path:sub(#root + 1))
    end
    if event.from and is_news(event.from) then note(event.from:sub(#root + 1)) end
  end
end

function watch_repository()
  for _, id in ipairs(repository_watches) do watch.stop(id) end
  local status = trust.status()
  repository_watches = status.grade == "always" and status.root and watch_root(status.root) or {}
end

watch.directory(hub.user_directory(), function() note_disabled() end, {
  poll = true,
  poll_interval = POLL_SECONDS,
  recursive = false,
  pattern = places.disabled_file():match("[^/]+$"),
})

--- Adds the plugin that a file below a root belongs to. Its part for the UI is the UI's to reload, and its tests are not
--- part of it.
function note(path)
  local name, file = path:match("^/shared/plugins/([^/]+)/(.+)$")
  if not name then name, file = path:match("^/profiles/[^/]+/plugins/([^/]+)/(.+)$") end
  if not name or not name:find("^[%w_-]+$") or file:find("^ui/") or file:find("_test%.lua$") then return end
  take_up(name)
end

--- What was switched off or on by hand, or by another hub.
function note_disabled()
  local before = disabled
  disabled = places.disabled()
  for name in pairs(before) do
    if not disabled[name] and package.loaded["plugin." .. name] == nil then take_up(name) end
  end
  for name in pairs(disabled) do
    if package.loaded["plugin." .. name] ~= nil then take_up(name) end
  end
end

--- Brings a plugin in line with its files once nothing has changed for a moment.
function take_up(name)
  reload_queue.add(queue, name)
  if waiting then timer.cancel(waiting) end
  waiting = timer.after(DEBOUNCE_SECONDS, function()
    waiting = nil
    reload_queue.run(queue)
  end)
end

--- Names of the plugins that a root has, or that were loaded from it.
function plugins_below(root)
  local names = {}
  for _, place in ipairs(places.effective()) do
    if place.directory:sub(1, #root + 1) == root .. "/" then names[#names + 1] = place.name end
  end
  for _, loaded in ipairs(loader.list()) do
    local name = loaded.name:match("^plugin%.(.+)$")
    if name and loaded.path:sub(1, #root + 1) == root .. "/" then names[#names + 1] = name end
  end
  return names
end

watch_root(hub.user_directory())
watch_repository()

return {}
