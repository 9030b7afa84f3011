--- Deleting an agent. What would lose work is refused before anything ends.

local hooks = require("hub.hooks")
local agent_sessions = require("lib.agent_sessions")
local agent_shape = require("lib.agent_shape")
local agent_status = require("lib.agent_status")
local config_resolver = require("lib.config_resolver")
local workspace = require("lib.workspace")

local refusal, may_remove_worktree, remove_worktree, forget

--- Deletes the agent of a record. Options: `delete_worktree`, `delete_branch` (with it), `force` (lose work). Returns
--- {agent_id, agent_key, deleted_worktree?, deleted_branch?, leftover?, teardown_output?, teardown_problem?}, or nil, message,
--- err.
local function close(record, options)
  local answer = hooks.call("before_agent_delete", {
    agent_id = record.id,
    agent_key = record.key,
    delete_worktree = options.delete_worktree or false,
    delete_branch = options.delete_branch or false,
    force = options.force or false,
  })
  if answer == nil then return nil, ("a hook keeps %s from being deleted"):format(record.key), { kind = "refused" } end
  local removes = answer.delete_worktree and record.worktree_path ~= nil
  local message, err = refusal(record, answer, removes)
  if message then return nil, message, err end

  local shape = agent_shape.of(record)
  hooks.notify("before_agent_close", shape)
  -- Its creation notices that the record is gone, and takes back what it made.
  if record.status == "creating_worktree" then return forget(shape, {}) end

  agent_status.set(record.id, "stopping")
  agent_sessions.stop(record.id)
  local removed = {}
  if removes then
    removed, message, err = remove_worktree(record, answer)
    if not removed then return nil, message, err end
  end
  agent_sessions.release(record.id)
  return forget(shape, removed)
end

function refusal(record, options, removes)
  if record.status == "stopping" or record.status == "removing_worktree" then
    return ("%s is being deleted already"):format(record.key), { kind = "busy" }
  end
  if options.delete_branch and not options.delete_worktree then
    return "a branch can only be deleted together with its worktree: ask for both", { kind = "bad_request" }
  end
  if removes then return may_remove_worktree(record, options) end
end

function may_remove_worktree(record, options)
  for _, other in ipairs(records.agents()) do
    if other.id ~= record.id and other.worktree_path == record.worktree_path then
      return ("%s works in the same worktree, %s"):format(other.key, record.worktree_path), { kind = "in_use" }
    end
  end
  local ok, message, err = worktree.may_delete(record.worktree_path, {
    force = options.force,
    delete_branch = options.delete_branch,
  })
  if not ok then return message, err end
end

function remove_worktree(record, options)
  agent_status.set(record.id, "removing_worktree")
  local config = config_resolver.resolve(record.profile_name or "")
  local printed, problem, reason
  if config then
    printed, problem, reason = workspace.tear_down(config, record, { env = config.environment })
    if not printed and not options.force then
      problem = problem .. "\n(nothing was deleted; with force it goes anyway)"
      agent_status.set(record.id, "failed", problem)
      return nil, problem, reason
    end
    if not printed then runtime.report("lib.workspace", problem) end
  end
  local removed, message, err = worktree.delete(record.worktree_path, nil, {
    force = options.force,
    delete_branch = options.delete_branch,
  })
  if removed then
    removed.teardown_output, removed.teardown_problem = printed ~= "" and printed or nil, problem
    return removed
  end
  -- Its last words on the way out, or somebody else, left work there: everything stays but the programs.
  agent_status.set(record.id, "failed", message)
  return nil, message, err
end

function forget(shape, removed)
  records.remove_agent(shape.id)
  hub.unregister_agent(shape.key)
  hooks.notify("after_agent_close", shape)
  hooks.notify("agent_deleted", { agent_id = shape.id, agent_key = shape.key })
  agent_status.changed()
  return {
    agent_id = shape.id,
    agent_key = shape.key,
    deleted_worktree = removed.path,
    deleted_branch = removed.deleted_branch,
    leftover = removed.leftover,
    teardown_output = removed.teardown_output,
    teardown_problem = removed.teardown_problem,
  }
end

return close
