--- How agents' worktrees stand: {dirty, ahead, behind}, counted anew only when something changed there, whoever changed it.
--- Where not all of a worktree can be watched, also when the agent came to rest after it had printed.

local state = require("hub.state")
local agent_status = require("lib.agent_status")

local agent_git = {}

--- Seconds between a change and the count; it often goes on at once.
local QUIET_SECONDS = 1
--- Seconds between two counts of one agent.
local LEAST_SECONDS = 5

--- Agent id → {dirty, ahead, behind}; agent id → clock of the last count; those to count. Kept across reloads.
local known = state.get("lib.agent_git.known")
local counted = state.get("lib.agent_git.counted")
local queue = state.get("lib.agent_git.queue")
--- Agent id → {path, whole}: what is watched for it, and whether all of it is.
local watched = state.get("lib.agent_git.watched")

local work_off, count, watch, path_of

--- What is known of an agent, or nil.
function agent_git.of(id)
  return known[id]
end

--- Something happened in an agent's worktree.
function agent_git.note(id)
  local due = runtime.clock() + QUIET_SECONDS * 1000
  if counted[id] then due = math.max(due, counted[id] + LEAST_SECONDS * 1000) end
  queue[id] = queue[id] or due
  work_off()
end

--- An agent has printed and come to rest.
function agent_git.rested(id)
  if not watched[id] or not watched[id].whole then agent_git.note(id) end
end

--- Something changed in the worktree at a path.
function agent_git.changed(path)
  for id, watch in pairs(watched) do
    if watch.path == path then agent_git.note(id) end
  end
end

function agent_git.forget(id)
  known[id], counted[id], queue[id] = nil, nil, nil
  local gone = watched[id]
  watched[id] = nil
  if not gone then return end
  for _, other in pairs(watched) do
    if other.path == gone.path then return end
  end
  owners.call("hub", worktree.unwatch, gone.path) -- which watches it: see work_off
end

--- One at a time, so that fifty agents never mean fifty git processes.
function work_off()
  if queue.running then return end
  queue.running = true
  runtime.start("hub", function()
    local _ <close> = setmetatable({}, { __close = function() queue.running = nil end })
    while true do
      local id, due
      for candidate, at in pairs(queue) do
        if candidate ~= "running" and (not due or at < due) then id, due = candidate, at end
      end
      if not id then return end
      local left = (due - runtime.clock()) / 1000
      if left > 0 then
        runtime.sleep(left)
      else
        queue[id] = nil
        count(id)
      end
    end
  end)
end

function count(id)
  local record = records.agent(id)
  if not record then return agent_git.forget(id) end
  counted[id] = runtime.clock()
  if record.status ~= "running" or not worktree.is_git_repo() then return end
  watch(id, path_of(record))
  local now = worktree.git_state(path_of(record))
  if not records.agent(id) then return agent_git.forget(id) end -- deleted meanwhile
  local before = known[id]
  known[id] = now
  if not now or before and before.dirty == now.dirty and before.ahead == now.ahead and before.behind == now.behind then return end
  agent_status.changed()
end

--- Before the count, so that nothing changes unseen between the two.
function watch(id, path)
  if watched[id] and watched[id].path == path then return end
  local whole = worktree.watch(path)
  if records.agent(id) then watched[id] = { path = path, whole = whole } else worktree.unwatch(path) end
end

function path_of(record)
  return record.worktree_path or record.cwd
end

return agent_git
