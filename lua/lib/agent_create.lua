--- Creating an agent: name and branch, record, worktree, sessions, in this order, so that whatever a crash interrupts is
--- found again.

local hooks = require("hub.hooks")
local agent_claims = require("lib.agent_claims")
local agent_names = require("lib.agent_names")
local agent_sessions = require("lib.agent_sessions")
local agent_shape = require("lib.agent_shape")
local agent_status = require("lib.agent_status")
local branch_choice = require("lib.branch_choice")
local check = require("lib.check")
local config_resolver = require("lib.config_resolver")
local first_prompt = require("lib.first_prompt")
local programs = require("lib.programs")
local workspace = require("lib.workspace")

local FIELDS = {
  branch = "reference",
  issue_or_branch = "reference",
  name = "text",
  from = "text",
  worktree = "boolean",
  from_worktree = "text",
  command = "command",
  prompt = "text",
  prompt_follows = "boolean",
  profile_name = "text",
  metadata = "table",
  rows = "rows",
  cols = "cols",
  cwd = "text",
  env = "table",
  parent = "text",
  on_taken = "text",
  directory = "text",
}

local checked, enter_directory, missing_program, with_environment, depth_below, place, left_behind, existing_worktree
local build, make_worktree, start_sessions, broke_off, give_up, fail

--- Creates an agent. Options: `branch` or `issue_or_branch`, `name`, `from`, `worktree` (false: none of its own),
--- `from_worktree` (path of one that exists), `command` (text for the user's shell, or a list), `prompt` (typed once it
--- takes input; with `prompt_follows` the caller does that), `profile_name`, `metadata`, `rows`, `cols`, `cwd`, `env`,
--- `client_id`, `parent` (id of the agent that creates it), `admit` (a function that is given the new id before the
--- agent is written down; returns what is closed when it is there or has failed, or nil, message, err), `on_taken` (see
--- lib/branch_choice.lua), `directory` (where in the worktree it starts). Returns the agent as clients see it, with `setup_output` when there was a setup that printed something,
--- or nil, message, err.
local function create(options)
  local message, err, where
  options, message, err = checked(options)
  if not options then return nil, message, err end
  local config
  config, message, err = config_resolver.resolve(options.profile_name)
  if not config then return nil, message, err end
  options.profile_name = config.profile ~= "" and config.profile or nil
  local missing = missing_program(config, options)
  if missing then return nil, missing, { kind = "program_missing" } end
  options.command = options.command or config.command
  options.env = with_environment(config, options)
  where, message, err = place(options)
  if not where then return nil, message, err end
  local place_taken <close>, refusal, why = (options.admit or function() end)(where.id)
  if refusal then return nil, refusal, why end
  local leaving = where.path and agent_claims.closing_worktree(where.path)
  if leaving then
    return nil, ("%s is being deleted, and %s with it"):format(leaving.key, where.path), { kind = "busy" }
  end
  local repo = worktree.repo_name()
  local key = records.free_key(agent_names.key(repo, where.branch or options.name or where.label))
  local record = records.add_agent{
    id = where.id,
    key = key,
    name = options.name or where.branch or key,
    status = where.make and "creating_worktree" or "spawning_ptys",
    repo = repo,
    branch = where.branch,
    worktree_path = where.path,
    in_worktree = where.make or where.path ~= nil,
    cwd = where.path or where.cwd,
    profile_name = options.profile_name,
    prompt = options.prompt,
    metadata = options.metadata or {},
    parent = options.parent,
    depth = depth_below(options.parent),
  }
  local claim <close> = agent_claims.to_start(record)
  local built = table.pack(pcall(build, record, where, config, options))
  if built[1] then return table.unpack(built, 2, built.n) end
  return broke_off(record, built[2])
end

--- Makes what belongs to a record: its ports, worktree and sessions.
function build(record, where, config, options)
  agent_status.tell(record)
  records.claim_ports(record.id)

  local printed, message, err = "", nil, nil
  if where.make then
    record, message, err = make_worktree(record, where, options)
    if not record then return nil, message, err end
    workspace.furnish(config, record.worktree_path)
    printed, message, err = workspace.set_up(config, record, options)
    if not printed then
      agent_status.set(record.id, "failed", message)
      return nil, message, err
    end
  end
  record, message, err = enter_directory(record, options.directory)
  if not record then return nil, message, err end
  local shape
  shape, message, err = start_sessions(record, config.sessions, options)
  if shape and printed ~= "" then shape.setup_output = printed end
  return shape, message, err
end

function checked(options)
  local fine, message, err = check(options, FIELDS)
  if not fine then return nil, message, err end
  local asked = agent_names.branch(options.branch or options.issue_or_branch)
  options.branch, options.issue_or_branch = asked, asked
  options = hooks.call("before_agent_create", options)
  if options == nil then return nil, "a hook refused the agent", { kind = "refused" } end
  -- An interceptor may have changed either.
  options.branch = agent_names.branch(options.branch ~= asked and options.branch or options.issue_or_branch)
  if options.name ~= nil then
    local name, problem = agent_names.check(options.name)
    if not name then return nil, problem, { kind = "bad_name" } end
    options.name = name
  end
  return options
end

--- Its programs start in a directory of the worktree. The record, or nil, message, err.
function enter_directory(record, directory)
  if not directory or directory == "" or directory == "." then return record end
  local top = record.worktree_path or record.cwd
  local path, problem = fs.resolve_safe(top, directory)
  if not path or not fs.is_dir(path) then
    return give_up(record, ("%s is no directory of %s%s"):format(directory, top, problem and ": " .. problem or ""), {
      kind = "no_directory",
    })
  end
  return records.update_agent(record.id, { cwd = path })
end

--- What to say when the program of a ready profile is not there.
function missing_program(config, options)
  if options.command or not config.program or not config.command then return nil end
  if config.command ~= programs.get(config.program).command then return nil end -- the user's own command
  local path = (options.env or {}).PATH or hub.client_environment(options.client_id).env.PATH
  if not programs.find(config.command, path) then return programs.missing(config.program) end
end

--- The profile's variables, below those that were asked for.
function with_environment(config, options)
  local env = {}
  for name, value in pairs(config.environment or {}) do env[name] = value end
  for name, value in pairs(options.env or {}) do env[name] = value end
  return env
end

--- How many agents stand between a new one and a person.
function depth_below(parent)
  local record = parent and records.agent(parent)
  return record and record.depth + 1 or 0
end

--- Where the agent will be: {id, branch?, path? (an existing worktree), make? (a new one), label? (part of its key), cwd}.
function place(options)
  local id = records.new_id()
  local cwd = options.cwd or hub.client_environment(options.client_id).cwd
  if options.from_worktree then return existing_worktree(id, options.from_worktree) end
  if options.worktree == false then return { id = id, cwd = cwd } end
  if not worktree.is_git_repo() then
    if options.branch then
      local message = "%s is not in a git repository: an agent with a branch needs one. "
        .. "Run git init there, or start the agent without a worktree"
      return nil, message:format(worktree.repo_root()), { kind = "no_repository" }
    end
    return { id = id, cwd = cwd }
  end
  local branch = options.branch or agent_names.new_branch(options.name, id)
  local left = left_behind(branch)
  if left then return existing_worktree(id, left) end
  local choice, message, err = branch_choice.resolve(branch, options)
  if not choice then return nil, message, err end
  if choice.path then return existing_worktree(id, choice.path) end
  options.from = choice.from
  return { id = id, branch = choice.branch, make = true, cwd = worktree.repo_root() }
end

--- The worktree that an ended agent left behind for a branch: it is taken up again, with the work that is in it.
function left_behind(branch)
  local path = worktree.find(branch)
  local found = path and worktree.containing(path)
  if not found or not found.in_base or found.is_missing then return nil end
  for _, other in ipairs(records.agents()) do
    if other.worktree_path == found.path then return nil end
  end
  return found.path
end

function existing_worktree(id, path)
  local found = worktree.containing(path)
  if not found then
    return nil, ("%s is in no worktree of this repository"):format(path), { kind = "not_a_worktree" }
  end
  if found.is_main then return { id = id, cwd = found.path } end
  return { id = id, branch = found.branch, path = found.path, label = found.path:match("[^/]+$"), cwd = found.path }
end

function make_worktree(record, where, options)
  local created, message, err = worktree.create{
    branch = where.branch,
    from = options.from,
    prompt = options.prompt,
    metadata = options.metadata,
  }
  if not created then
    records.remove_agent(record.id)
    events.emit("worktree_create_failed", { agent_key = record.key, branch = where.branch, error = message })
    return fail(record, message, err)
  end
  local ok, updated = pcall(records.update_agent, record.id, {
    worktree_path = created.path,
    branch = created.branch,
    created_worktree = true,
    branch_created_at = created.branch_created_at,
    cwd = created.path,
    status = "spawning_ptys",
  })
  if not ok or not updated then -- it could not be written down, or somebody deleted the agent meanwhile
    worktree.delete(created.path, nil, { delete_branch = created.branch_created_at ~= nil })
    if not ok then error(updated, 0) end
    return nil, ("%s was deleted while it was being created"):format(record.key), { kind = "deleted" }
  end
  agent_status.tell(updated)
  if created.problem then runtime.report("worktrees", ("%s: %s"):format(updated.key, created.problem)) end
  events.emit("worktree_created", {
    agent_key = updated.key,
    branch = updated.branch,
    path = updated.worktree_path,
    metadata = options.metadata,
    prompt = options.prompt,
    profile_name = options.profile_name,
    client_rows = options.rows,
    client_cols = options.cols,
  })
  return updated
end

function start_sessions(record, sessions, options)
  for i, session in ipairs(sessions) do
    local started = {
      name = session.name,
      command = i == 1 and options.command or nil,
      initialization = session.initialization,
      port_forward = session.port_forward,
    }
    local handle, message, err = agent_sessions.start(record, started, options)
    if not handle then return give_up(record, message, err) end
  end
  if not records.agent(record.id) or agent_claims.is_closing(record.id) then
    return nil, ("%s was deleted while it was being created"):format(record.key), { kind = "deleted" }
  end
  record = agent_status.settle(record.id)
  agent_sessions.register(record)
  local shape = agent_shape.of(record)
  hooks.notify("after_agent_create", shape)
  hooks.notify("agent_created", shape)
  if not options.prompt_follows then first_prompt.give(record) end
  return shape
end

--- A disk that is full, records that are busy: it is taken back as what git refuses is, or stays as failed.
function broke_off(record, problem)
  local message = ("%s was not created: %s"):format(record.key, tostring(problem))
  local now = records.agent(record.id)
  if not now then return fail(record, message, { kind = "failed" }) end
  local ok, why = pcall(give_up, now, message, { kind = "failed" })
  if ok then return nil, message, { kind = "failed" } end
  log.error(("%s; nor was it taken back: %s"):format(message, tostring(why)))
  ok, why = pcall(agent_status.set, now.id, "failed", message)
  if not ok then log.error(("nor could that be written down: %s"):format(tostring(why))) end
  return nil, message, { kind = "failed" }
end

--- Takes back what was made for an agent whose program did not start. What cannot be taken back stays, with the reason.
--- One that is being deleted is left to that.
function give_up(record, message, err)
  if agent_claims.is_closing(record.id) then return nil, message, err end
  agent_sessions.stop(record.id)
  agent_sessions.release(record.id)
  if record.created_worktree and not agent_claims.other_in_worktree(record) then
    local removed = worktree.delete(record.worktree_path, nil, { delete_branch = record.branch_created_at ~= nil })
    if not removed then
      agent_status.set(record.id, "failed", message)
      return nil, message, err
    end
  end
  records.remove_agent(record.id)
  return fail(record, message, err)
end

--- Tells everybody that an agent which is gone again has failed.
function fail(record, message, err)
  hooks.notify("agent_lifecycle", { agent_id = record.id, agent_key = record.key, status = "failed", error = message })
  agent_status.changed()
  return nil, message, err
end

return create
