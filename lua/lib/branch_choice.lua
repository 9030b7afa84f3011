--- What to do about a branch that is taken: checked out in a worktree already, or there although it was to be started anew.

local branch_choice = {}

local holder_of, next_free, explain

--- The branch an agent gets: {branch, from?}, or {path} of the worktree it shares. `options` is {from?, on_taken?}, where
--- on_taken says what to do when it is taken: "reuse" it, take the next with a "suffix", or, without it, refuse. Or nil,
--- message, err.
function branch_choice.resolve(branch, options)
  local way = options.on_taken
  if way ~= nil and way ~= "reuse" and way ~= "suffix" then
    return nil, ("on_taken: expected reuse or suffix, got '%s'"):format(way), { kind = "bad_request" }
  end
  local holder = holder_of(branch)
  local clashes = options.from ~= nil and worktree.branch_exists(branch)
  if not holder and not clashes then return { branch = branch, from = options.from } end
  if way == "suffix" then return { branch = next_free(branch), from = options.from or branch } end
  if way == "reuse" then
    if not holder then return { branch = branch } end
    if not holder.is_main then return { path = holder.path } end
  end
  return explain(branch, holder, way)
end

function holder_of(branch)
  local path = worktree.find(branch)
  local found = path and worktree.containing(path)
  if found and not found.is_missing then return found end
end

function next_free(branch)
  local number = 2
  while worktree.branch_exists(("%s-%d"):format(branch, number)) do number = number + 1 end
  return ("%s-%d"):format(branch, number)
end

function explain(branch, holder, way)
  if not holder then
    local message = ("branch %s exists already: leave out where to start from to use it as it is (reuse), or take %s (suffix)")
    return nil, message:format(branch, next_free(branch)), { kind = "branch_exists", branch = branch }
  end
  local err = { kind = "branch_in_use", branch = branch, path = holder.path }
  local message = ("branch %s is already checked out in %s"):format(branch, holder.path)
  if holder.is_main then
    if way == "reuse" then message = message .. ", the repository itself: an agent works there only without a worktree" end
    return nil, ("%s: take %s, which starts from it (suffix)"):format(message, next_free(branch)), err
  end
  for _, record in ipairs(records.agents()) do
    if record.worktree_path == holder.path then message = ("%s, where %s works"):format(message, record.key) end
  end
  local choices = ": work there too (reuse), or take %s, which starts from it (suffix)"
  return nil, message .. choices:format(next_free(branch)), err
end

return branch_choice
