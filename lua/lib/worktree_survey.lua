--- Which worktrees nobody needs any more, what they take on the disk, and whether that is too much.

local list = require("lib.list")

local worktree_survey = {}

--- Gigabytes that worktrees may take before a warning; `worktree_budget_gb` in config.json, 0 for never.
local BUDGET_GB = 50
--- Of the disk, below which a warning comes whatever the budget is.
local LEAST_FREE_BYTES = 2 * 1024 ^ 3
--- Seconds between two looks after agents were created: measuring reads every directory.
local CHECK_SECONDS = 3600

local checked = { at = nil }

local budget, warning_of, used_paths

--- All worktrees of botster's: {worktrees, total_bytes, free_bytes?, budget_bytes?, warning?}. Each has what
--- worktree.survey gives, `agent_key`, and `stale`: no agent has it, and nothing would be lost with it.
function worktree_survey.look()
  local used, total, found = used_paths(), 0, {}
  for i, item in ipairs(worktree.survey({ sizes = true })) do
    item.agent_key = used[item.path]
    item.stale = item.may_go and not item.agent_key
    if item.agent_key then item.reason = "an agent works there" end
    total = total + (item.bytes or 0)
    found[i] = item
  end
  local free = worktree.free_space()
  return {
    worktrees = list(found),
    total_bytes = total,
    free_bytes = free,
    budget_bytes = budget(),
    warning = warning_of(total, free),
  }
end

--- Deletes those of `paths` that are stale now; with `branches` also their branches, when what they changed is merged.
--- Returns {removed = {path, deleted_branch?}…, failed = {path, message}…}.
function worktree_survey.clean(paths, branches)
  local used, removed, failed = used_paths(), {}, {}
  local may_go = {}
  for _, item in ipairs(worktree.survey({ sizes = false })) do may_go[item.path] = item end
  for _, path in ipairs(paths) do
    local item = may_go[path]
    local gone, message
    if not item then
      message = "botster made no worktree there"
    elseif used[path] then
      message = ("%s works there"):format(used[path])
    elseif not item.may_go then
      message = item.reason
    else
      gone, message = worktree.delete(path, nil, { delete_branch = branches, accept_merged = branches })
    end
    if gone then
      removed[#removed + 1] = { path = path, deleted_branch = gone.deleted_branch }
    else
      failed[#failed + 1] = { path = path, message = message }
    end
  end
  return { removed = list(removed), failed = list(failed) }
end

--- Warns when worktrees take too much, in the background and not too often.
function worktree_survey.check_later()
  local now = runtime.clock() / 1000
  if not budget() or (checked.at and now - checked.at < CHECK_SECONDS) then return end
  checked.at = now
  runtime.start("hub", function()
    local warning = worktree_survey.look().warning
    if warning then runtime.report("worktrees", warning) end
  end)
end

function warning_of(total, free)
  local limit = budget()
  if limit and total > limit then
    return ("worktrees take %.1f GB, more than %.0f GB: `botster worktrees` shows which nobody needs"):format(
      total / 1024 ^ 3, limit / 1024 ^ 3)
  end
  if free and free < LEAST_FREE_BYTES then
    return ("only %.1f GB are free where worktrees are: `botster worktrees` shows which nobody needs"):format(free / 1024 ^ 3)
  end
end

function budget()
  local gigabytes = config.get("worktree_budget_gb")
  if type(gigabytes) ~= "number" then gigabytes = BUDGET_GB end
  return gigabytes > 0 and gigabytes * 1024 ^ 3 or nil
end

function used_paths()
  local used = {}
  for _, record in ipairs(records.agents()) do
    if record.worktree_path then used[record.worktree_path] = record.key end
  end
  return used
end

return worktree_survey
