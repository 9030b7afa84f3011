--- What a worktree gets when it is made, and has done to it before it is removed: the user's `workspace_include`,
--- `workspace_setup` and `workspace_teardown` (see lib/config_resolver.lua).

local workspace_script = require("lib.workspace_script")

local workspace = {}

--- Copies the files that the include list names from the main checkout. What cannot be copied is reported.
function workspace.furnish(config, path)
  if not config.workspace_include then return end
  local ok, problem = pcall(worktree.copy_from_patterns, worktree.repo_root(), path, config.workspace_include)
  if not ok then runtime.report("lib.workspace", ("%s: %s"):format(config.workspace_include, tostring(problem))) end
end

--- Runs the setup script in a new worktree, before its programs. What it printed, or nil, message, err when it failed.
function workspace.set_up(config, record, options)
  if not config.workspace_setup then return "" end
  return workspace_script(record, "setup", config.workspace_setup, options)
end

--- Runs the teardown script in the worktree of a record, and waits for it. What it printed, or nil, message, err
--- when it failed.
function workspace.tear_down(config, record, options)
  if not config.workspace_teardown then return "" end
  return workspace_script(record, "teardown", config.workspace_teardown, options)
end

return workspace
