--- git-line: a line below the terminal with the branch of the agent you look at and what git says about its worktree.
---
--- This part asks git and sends what changed to the open UIs; ui/layout.lua draws it. git is asked when an agent's state
--- changes, when its shell shows a prompt, and every half a minute while somebody looks; one worktree at a time.

local connections = require("handlers.connections")
local state = require("hub.state")

local NAME = "git-line"
local SECONDS = 30

--- Agent id → {branch, staged, changed, untracked, conflicts, ahead, behind}. Survives reloads.
local known = state.get("git-line.known")
--- Agents to be looked at.
local wanted, running = {}, false

local function message()
  return { type = "git_line", agents = known }
end

local function same(a, b)
  for _, field in ipairs({ "branch", "staged", "changed", "untracked", "conflicts", "ahead", "behind" }) do
    if (a or {})[field] ~= (b or {})[field] then return false end
  end
  return true
end

--- What `git status --porcelain=v2 --branch` says, counted.
local function parse(text)
  local found = { staged = 0, changed = 0, untracked = 0, conflicts = 0 }
  for line in text:gmatch("[^\n]+") do
    local kind, x, y = line:match("^([12]) (.)(.) ")
    if kind then
      if x ~= "." then found.staged = found.staged + 1 end
      if y ~= "." then found.changed = found.changed + 1 end
    elseif line:find("^u ") then
      found.conflicts = found.conflicts + 1
    elseif line:find("^%? ") then
      found.untracked = found.untracked + 1
    elseif line:find("^# branch%.head ") then
      found.branch = line:match("^# branch%.head (.+)$")
    elseif line:find("^# branch%.ab ") then
      found.ahead, found.behind = line:match("%+(%d+) %-(%d+)")
      found.ahead, found.behind = math.tointeger(found.ahead), math.tointeger(found.behind)
    end
  end
  return found
end

local function look(agent_id)
  local record = records.agent(agent_id)
  local path = record and record.worktree_path
  local now
  if path and fs.is_dir(path) then
    local git <close> = io.popen("git --no-optional-locks status --porcelain=v2 --branch", "r", { cwd = path, timeout = 10 })
    local text = git and git:read("a")
    if text and text ~= "" then now = parse(text) end
  end
  if not records.agent(agent_id) then now = nil end -- deleted meanwhile
  if same(known[agent_id], now) then return false end
  known[agent_id] = now
  return true
end

--- Looks at those that are wanted, one after the other, and tells the UIs when anything is different.
local function work()
  if running then return end
  running = true
  local _ <close> = setmetatable({}, { __close = function() running = false end })
  local changed = false
  while next(wanted) do
    local agent_id = next(wanted)
    wanted[agent_id] = nil
    changed = look(agent_id) or changed
  end
  if changed then connections.broadcast("hub", message()) end
end

local function want(agent_id)
  if agent_id then wanted[agent_id] = true end
  work()
end

local function want_all()
  for _, record in ipairs(records.agents()) do wanted[record.id] = true end
  work()
end

hooks.on("agent_status", NAME, function(change) want(change.agent_id) end)
hooks.on("agent_created", NAME, function(agent) want(agent.id) end)
hooks.on("pty_prompt", NAME, function(prompt) want(prompt.agent_id) end)
hooks.on("agent_deleted", NAME, function(deleted) known[deleted.agent_id] = nil end)

hooks.on("after_client_subscribe", NAME, function(subscription)
  local client = subscription.channel == "hub" and connections.find(subscription.client_id)
  if not client then return end
  local told = message()
  told.subscriptionId = subscription.subscription_id
  client:send(told)
end)

timer.every(SECONDS, function()
  if connections.has_subscribers("hub") then want_all() end
end)
timer.after(0, want_all)

return {
  parse = parse,
  known = known,
  _plugin = {
    version = "1.0.0",
    description = "A status line with the state of the agent's worktree",
    requires = { botster = ">= 0.1" },
  },
}
