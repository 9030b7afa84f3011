--- What a worktree gets when it is made, and has done to it before it is removed: the user's `workspace_include` and
--- `workspace_teardown` (see lib/config_resolver.lua).

local workspace = {}

--- Seconds that a teardown may take: somebody waits for the agent to be gone.
local TEARDOWN_SECONDS = 60

--- Copies the files that the include list names from the main checkout. What cannot be copied is reported.
function workspace.furnish(config, path)
  if not config.workspace_include then return end
  local ok, problem = pcall(worktree.copy_from_patterns, worktree.repo_root(), path, config.workspace_include)
  if not ok then runtime.report("lib.workspace", ("%s: %s"):format(config.workspace_include, tostring(problem))) end
end

--- Runs the teardown script in the worktree of a record, and waits for it. One that fails is reported and holds nothing up.
function workspace.tear_down(config, record)
  local script = config.workspace_teardown
  if not script then return end
  local is_program = fs.stat(script).mode & 73 ~= 0 -- octal 111: somebody may execute it
  local command = is_program and 'exec "$BOTSTER_SCRIPT"' or 'exec /bin/sh "$BOTSTER_SCRIPT"'
  local ok, how, code = os.execute(command, {
    cwd = record.worktree_path,
    timeout = TEARDOWN_SECONDS,
    env = {
      BOTSTER_SCRIPT = script,
      BOTSTER_WORKTREE_PATH = record.worktree_path,
      BOTSTER_AGENT_KEY = record.key,
      BOTSTER_HUB_ID = hub.server_id(),
    },
  })
  if ok then return end
  local problem = type(code) == "table" and how or ("it ended with %s %s"):format(how, code)
  runtime.report("lib.workspace", ("%s, for %s: %s"):format(script, record.key, problem))
end

return workspace
