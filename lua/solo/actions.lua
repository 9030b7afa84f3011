--- What the keys of `botster attach AGENT` do, besides scrolling, which is the host's.

local M = {}

function M.on_action(action)
  if action == "detach" then
    return { { op = "quit" } }
  end
end

return M
