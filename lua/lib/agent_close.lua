--- Deleting an agent. What would lose work is refused before anything ends.

local hooks = require("hub.hooks")
local agent_claims = require("lib.agent_claims")
local agent_sessions = require("lib.agent_sessions")
local agent_shape = require("lib.agent_shape")
local agent_status = require("lib.agent_status")
local config_resolver = require("lib.config_resolver")
local workspace = require("lib.workspace")

local refusal, may_remove_worktree, end_agent, broke_off, remove_worktree, forget

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
  local claim <close>, now, err = agent_claims.to_close(record, answer.delete_worktree)
  if not claim then return nil, now, err end
  local removes = answer.delete_worktree and now.worktree_path ~= nil
  local message
  message, err = refusal(now, answer, removes)
  if message then return nil, message, err end
  now = records.agent(record.id) -- git took its time
  if not now then return nil, agent_claims.deleted(record) end

  local ended = table.pack(pcall(end_agent, now, answer, removes))
  if ended[1] then return table.unpack(ended, 2, ended.n) end
  return broke_off(now, ended[2])
end

function refusal(record, options, removes)
  if options.delete_branch and not options.delete_worktree then
    return "a branch can only be deleted together with its worktree: ask for both", { kind = "bad_request" }
  end
  if removes then return may_remove_worktree(record, options) end
end

function may_remove_worktree(record, options)
  local other = agent_claims.other_in_worktree(record)
  if other then
    return ("%s works in the same worktree, %s"):format(other.key, record.worktree_path), { kind = "in_use" }
  end
  local ok, message, err = worktree.may_delete(record.worktree_path, {
    force = options.force,
    delete_branch = options.delete_branch,
  })
  if not ok then return message, err end
end

function end_agent(record, options, removes)
  local shape = agent_shape.of(record)
  hooks.notify("before_agent_close", shape)
  -- Its creation notices that the record is gone, and takes back what it made.
  if record.status == "creating_worktree" then return forget(shape, {}) end

  agent_status.set(record.id, "stopping")
  agent_sessions.stop(record.id)
  local removed, message, err = {}, nil, nil
  if removes then
    removed, message, err = remove_worktree(record, options)
    if not removed then return nil, message, err end
  end
  agent_sessions.release(record.id)
  return forget(shape, removed)
end

--- A disk that is full, records that are busy: what is there stays, and its deletion can be tried again.
function broke_off(record, problem)
  local message = ("%s was not deleted: %s"):format(record.key, tostring(problem))
  local ok, why = pcall(agent_status.set, record.id, "failed", message)
  if not ok then log.error(("%s; nor could that be written down: %s"):format(message, tostring(why))) end
  return nil, message, { kind = "failed" }
end

function remove_worktree(record, options)
  agent_status.set(record.id, "removing_worktree")
  local config = config_resolver.resolve(record.profile_name or "")
  local printed, problem, reason
  if config then
    printed, problem, reason = workspace.tear_down(config, record, {
      env = config.environment,
      while_closing = true,
    })
    if not printed and not options.force then
      problem = problem .. "\n(nothing was deleted; with force it goes anyway)"
      agent_status.set(record.id, "failed", problem)
      return nil, problem, reason
    end
    if not printed then runtime.report("lib.workspace", problem) end
  end
  local other = agent_claims.other_in_worktree(record)
  if other then -- it came while the programs were ended
    local message = ("%s works in %s by now: that stays"):format(other.key, record.worktree_path)
    agent_status.set(record.id, "failed", message)
    return nil, message, { kind = "in_use" }
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
