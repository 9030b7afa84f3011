--- Worktrees that nobody needs, and how those of agents stand.

local hooks = require("hub.hooks")
local agent_git = require("lib.agent_git")
local check = require("lib.check")
local commands = require("lib.commands")
local worktree_survey = require("lib.worktree_survey")

commands.register("survey_worktrees", function()
  return worktree_survey.look()
end, { description = "Worktrees with their sizes, and which nobody needs" })

commands.register("clean_worktrees", function(_, _, command)
  local fine, message, err = check(command, { paths = "table", branches = "boolean" })
  if not fine then return nil, message, err end
  local paths = command.paths
  if not paths then
    paths = {}
    for _, item in ipairs(worktree_survey.look().worktrees) do
      if item.stale then paths[#paths + 1] = item.path end
    end
  end
  return worktree_survey.clean(paths, command.branches == true)
end, { description = "Delete worktrees that nobody needs" })

runtime.on_signal(function(signal)
  if signal.kind ~= "activity" or signal.busy or signal.echo then return end
  local id = signal.session:match("^([^/]*)/")
  if id and records.agent(id) then agent_git.rested(id) end
end)

events.on("worktree_changed", function(change) agent_git.changed(change.path) end)

hooks.on("agent_created", "handlers.worktrees", function(created)
  agent_git.note(created.id)
  worktree_survey.check_later()
end)
hooks.on("agent_deleted", "handlers.worktrees", function(deleted) agent_git.forget(deleted.agent_id) end)

for _, record in ipairs(records.agents()) do agent_git.note(record.id) end

return {}
