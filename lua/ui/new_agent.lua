--- The way to a new agent: profile, place, branch, command, prompt. What was typed stays until an agent came of it: who
--- leaves halfway, or whose agent could not be made, finds everything again.

local boxes = require("ui.boxes")
local ops = require("ui.ops")
local prompt_history = require("ui.prompt_history")
local theme = require("ui.theme")

local M = { handlers = {}, submit = {}, overlays = {} }

local handlers, submit, overlays = M.handlers, M.submit, M.overlays

--- Of those sent to the hub, how many are kept for the case that it refuses them.
local SENT_AT_MOST = 8

--- What is being typed: {profile_name?, place? ("branch", "here" or "worktree"), path?, branch?, command?, prompt?}
local function draft()
  _tui_state.draft = _tui_state.draft or {}
  return _tui_state.draft
end

local function trimmed(text)
  return (text:gsub("^%s+", ""):gsub("%s+$", ""))
end

local function or_nil(text)
  return text ~= "" and text or nil
end

-- from step to step --------------------------------------------------------------------------------------------------

local STEPS = {
  profile = "new_agent_select_profile",
  place = "new_agent_select_worktree",
  branch = "new_agent_create_worktree",
  command = "new_agent_command",
  prompt = "new_agent_prompt",
}

--- The field that a step's input holds.
local FIELD_OF_MODE = {
  new_agent_create_worktree = "branch",
  new_agent_command = "command",
  new_agent_prompt = "prompt",
}

--- The steps of this draft, first to last.
local function path()
  local steps = {}
  if #_tui_state.available_profiles > 1 then
    steps[#steps + 1] = "profile"
  end
  steps[#steps + 1] = "place"
  if draft().place == "branch" then
    steps[#steps + 1] = "branch"
  end
  steps[#steps + 1] = "command"
  steps[#steps + 1] = "prompt"
  return steps
end

local function go(step)
  local mode = STEPS[step]
  local text = FIELD_OF_MODE[mode] and draft()[FIELD_OF_MODE[mode]]
  if step == "command" then
    text = text or _tui_state.last_command
  end
  _tui_state.prompt_place = nil
  return ops.set_mode(mode, text)
end

--- Keeps what stands in the field.
local function keep()
  local field = FIELD_OF_MODE[_tui_state.mode]
  if field then
    draft()[field] = or_nil(_tui_state.input_buffer)
  end
end

--- Begins, or goes on with what was typed before; without that, what the hub has refused comes back.
function handlers.new_agent()
  if not next(draft()) then
    M.take_up_refused()
  end
  _tui_state.pending_fields = {}
  return { ops.send({ type = "list_worktrees" }), go(path()[1]) }
end

--- One step back; from the first one out.
function handlers.new_agent_back()
  keep()
  _tui_state.pending_fields.problem = nil
  local before
  for _, step in ipairs(path()) do
    if STEPS[step] == _tui_state.mode then
      break
    end
    before = step
  end
  return { before and go(before) or ops.close() }
end

function handlers.leave_new_agent()
  keep()
  return { ops.close() }
end

function handlers.discard_new_agent()
  _tui_state.draft = nil
  return { ops.close() }
end

function handlers.choose_profile(_, item)
  draft().profile_name = item.name
  return { go("place") }
end

function handlers.choose_new_branch()
  draft().place = "branch"
  return { go("branch") }
end

function handlers.choose_no_worktree()
  draft().place = "here"
  return { go("command") }
end

function handlers.choose_worktree(_, item)
  draft().place, draft().path = "worktree", item.path
  return { go("command") }
end

function submit.new_agent_create_worktree(text)
  local branch = trimmed(text)
  if branch:find("%s") then
    _tui_state.pending_fields.problem = "The name of a branch has no spaces."
    return {}
  end
  draft().branch = or_nil(branch)
  return { go("command") }
end

function submit.new_agent_command(text)
  draft().command = or_nil(trimmed(text))
  _tui_state.last_command = draft().command
  return { go("prompt") }
end

--- Up in the first line, down in the last one: through the prompts there were; below the newest is what was typed.
local function recall(step)
  if _tui_state.mode ~= "new_agent_prompt" then
    return nil
  end
  local place = (_tui_state.prompt_place or 0) + step
  local prompts = prompt_history.all()
  if place < 0 or place > #prompts then
    return nil
  end
  if not _tui_state.prompt_place or _tui_state.prompt_place == 0 then
    draft().prompt = or_nil(_tui_state.input_buffer)
  end
  _tui_state.prompt_place = place
  return { { op = "set_input", text = place == 0 and draft().prompt or prompts[place] or "" } }
end

function handlers.input_up()
  return recall(1)
end

function handlers.input_down()
  return recall(-1)
end

-- making it ----------------------------------------------------------------------------------------------------------

function submit.new_agent_prompt(text, context)
  local fields = draft()
  fields.prompt = or_nil(trimmed(text))
  if fields.prompt then
    prompt_history.remember(fields.prompt)
  end
  return M.create(context)
end

--- Keeps a draft that goes to the hub. → the number by which the hub refuses it
local function sent(fields)
  local all = _tui_state.sent_drafts or { last = 0 }
  _tui_state.sent_drafts = all
  all.last = all.last + 1
  all[all.last], all[all.last - SENT_AT_MOST] = fields, nil
  return all.last
end

--- Asks the hub for what was typed. `on_taken`: what to do when the branch is taken, "reuse" or "suffix".
function M.create(context, on_taken)
  local fields = draft()
  local branch = fields.place == "branch" and fields.branch or nil
  local worktree
  if fields.place == "here" then
    worktree = false
  end
  local known = {}
  for _, agent in ipairs(_tui_state.agents) do
    known[agent.id] = true
  end
  local id = sent(fields)
  _tui_state.draft = nil -- the next one begins afresh
  _tui_state.awaiting =
    { command = "create_agent", branch = on_taken == nil and branch or nil, known = known, request_id = id }
  return {
    ops.command({
      type = "create_agent",
      request_id = id,
      branch = branch,
      from_worktree = fields.place == "worktree" and fields.path or nil,
      worktree = worktree,
      command = fields.command,
      prompt = fields.prompt,
      profile_name = fields.profile_name,
      on_taken = on_taken,
      rows = context.terminal_rows,
      cols = context.terminal_cols,
    }),
    ops.close(),
  }
end

--- No agent came of what was sent by that number: what was typed comes back, after what is being typed now. → whether
--- something was sent by it
function M.refused(id)
  local fields = id and (_tui_state.sent_drafts or {})[id]
  if not fields then
    return false
  end
  _tui_state.sent_drafts[id] = nil
  _tui_state.refused_drafts = _tui_state.refused_drafts or {}
  table.insert(_tui_state.refused_drafts, fields)
  return true
end

--- To what was refused last; what is being typed comes after it.
function M.take_up_refused()
  local refused = table.remove(_tui_state.refused_drafts or {})
  if refused then
    if next(draft()) then
      table.insert(_tui_state.refused_drafts, draft())
    end
    _tui_state.draft = refused
  end
end

--- Back to what was typed, after the hub has refused it.
function handlers.retry_new_agent()
  local failed = _tui_state.failed_agent
  _tui_state.failed_agent, _tui_state.error_message = nil, nil
  if not failed then
    return { ops.close() }
  end
  M.take_up_refused()
  _tui_state.pending_fields = { problem = (failed:match("^[^\n]*")) }
  return { go(draft().place == "branch" and "branch" or "command") }
end

-- what it looks like -------------------------------------------------------------------------------------------------

--- What was decided so far: "Profile web · branch fix/login · command claude".
local function summary(fields, step)
  local parts = {}
  if fields.profile_name and fields.profile_name ~= "" then
    parts[#parts + 1] = "profile " .. fields.profile_name
  end
  if step ~= "branch" then
    local branch = fields.branch and "branch " .. fields.branch or "a new branch"
    local worktree = fields.path and "worktree " .. fields.path
    parts[#parts + 1] = ({ branch = branch, here = "right here", worktree = worktree })[fields.place]
  end
  if step == "prompt" then
    parts[#parts + 1] = fields.command and "command " .. fields.command
  end
  return (table.concat(parts, " · "):gsub("^%l", string.upper))
end

local function input(state, step, title, question, hint, height)
  return boxes.input(state, title, question, hint, 60, height, summary(state.draft or {}, step))
end

function overlays.new_agent_select_profile(state)
  local items = {}
  for _, profile in ipairs(state.available_profiles) do
    local name = type(profile) == "table" and profile.name or profile
    items[#items + 1] = { text = name, action = { action = "choose_profile", name = name } }
  end
  items[#items + 1] = { text = "No profile", action = { action = "choose_profile", name = "" } }
  return boxes.list(state, "Profile", items)
end

--- Worktrees in which no agent works. The main one is what "Here" means.
local function free_worktrees(state)
  local free = {}
  for _, worktree in ipairs(state.available_worktrees) do
    if not worktree.is_main and not worktree.agent_key then
      free[#free + 1] = worktree
    end
  end
  return free
end

--- The first places. A repository has its main worktree at least: without any there is none, and no branch either.
local function places(state)
  if state.worktrees_known and #state.available_worktrees == 0 then
    return {
      { text = "No git repository here, so no branches", header = true, style = theme.colors.faint },
      { text = "Here", secondary = "in the directory botster was started in", action = "choose_no_worktree" },
    }
  end
  return {
    { text = "New branch", secondary = "in a worktree of its own", action = "choose_new_branch" },
    { text = "Main worktree", secondary = "right here, where botster was started", action = "choose_no_worktree" },
  }
end

function overlays.new_agent_select_worktree(state)
  local items = places(state)
  local worktrees = free_worktrees(state)
  if #worktrees > 0 then
    items[#items + 1] = { text = "Existing worktrees", header = true, style = theme.colors.faint }
  end
  for _, worktree in ipairs(worktrees) do
    items[#items + 1] = {
      text = worktree.branch or worktree.branch_name or worktree.path,
      secondary = worktree.path,
      action = { action = "choose_worktree", path = worktree.path },
    }
  end
  return boxes.list(state, "New agent", items, 70)
end

function overlays.new_agent_create_worktree(state)
  return input(state, "branch", "New branch", "Name of the branch:", "A new one, or one that exists. Empty: made up.")
end

function overlays.new_agent_command(state)
  return input(state, "command", "Command", "Command to run:", "Such as claude. Empty: the profile's, or a shell.")
end

function overlays.new_agent_prompt(state)
  return input(state, "prompt", "Prompt", "Prompt to type into it:", "Empty: none. Alt+enter: new line. Up: earlier ones.", 40)
end

--- Why it could not be made, and the way back.
function M.failure_lines()
  return {
    { { text = "enter", style = theme.style("accent", "bold") }, "  back to what you typed: nothing is lost" },
    { { text = "esc", style = theme.style("accent", "bold") }, "    leave; New agent begins with what you typed" },
  }
end

--- How far an agent is that is being made: a panel in the place of its terminal.
function M.progress(agent)
  local made = agent.status == "spawning_ptys"
  local doing = { spinner = true, style = theme.style("accent") }
  local done = { text = "✓", style = theme.style("success") }
  local lines = { "" }
  if agent.branch_name and agent.branch_name ~= "" then
    lines[#lines + 1] = { "  ", made and done or doing, " Worktree for ", { text = agent.branch_name, style = "bold" } }
  end
  lines[#lines + 1] = { "  ", made and doing or { text = "·", style = theme.colors.faint }, " Program" }
  lines[#lines + 1] = ""
  lines[#lines + 1] = { { text = "  It comes by itself; other agents can be used meanwhile.", style = theme.colors.faint } }
  return lines
end

return M
