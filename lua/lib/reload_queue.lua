--- What is to be reloaded, one after the other and by the hub itself: whoever asks for it may be reloaded, too.

local state = require("hub.state")
local transaction = require("hub.transaction")

local reload_queue = {}

--- A queue that outlives reloads, by its key. `refresh(name)` brings one thing in line with its file; `order(names)` →
--- names, when the order counts. A newer version's functions replace those of an older one.
function reload_queue.open(key, refresh, order)
  local queue = state.get(key)
  queue.pending = queue.pending or {}
  transaction.apply(function() queue.refresh, queue.order = refresh, order end)
  return queue
end

--- Adds a name; `reload_queue.run` takes it up.
function reload_queue.add(queue, name)
  queue.pending[name] = true
end

--- Begins to work off what was added. Returns at once.
function reload_queue.run(queue)
  if queue.busy or not next(queue.pending) then return end
  queue.busy = true
  runtime.start("hub", function()
    local _ <close> = setmetatable({}, { __close = function() queue.busy = false end })
    while next(queue.pending) do
      local names = {}
      for name in pairs(queue.pending) do names[#names + 1] = name end
      queue.pending = {}
      for _, name in ipairs(queue.order and queue.order(names) or names) do
        queue.refresh(name)
      end
    end
  end)
end

return reload_queue
