--- What the layout and its overlays say about an agent.

local theme = require("ui.theme")

local M = {}

--- How much an agent wants its user, from which on it needs one.
M.NEEDS_YOU = 2

--- @return table? the agent the user looks at
function M.selected(state)
  return state.selected_agent_index and state.agents[state.selected_agent_index + 1] or nil
end

--- @return string what people call it
function M.name(agent)
  return agent.display_name or agent.name or agent.branch_name or agent.key or agent.id
end

--- What an agent is doing, in words and a colour; nothing while it simply runs.
local STATUS = {
  creating_worktree = { "creating worktree", "attention" },
  spawning_ptys = { "starting", "attention" },
  stopping = { "stopping", "attention" },
  removing_worktree = { "removing worktree", "attention" },
  failed = { "failed", "error" },
  lost = { "lost", "error" },
  exited = { "exited", "faint" },
}

--- States by how much they want the user: {urgency, sign, colour}. The sign tells them apart without colours.
local STATES = {
  waiting = { 5, "?", "attention" },
  failed = { 4, "✗", "error" },
  done = { 3, "✓", "success" },
  starting = { 1, "◌", "attention" },
  working = { 1, "▶", "working" },
  idle = { 0, "·", "faint" },
  exited = { 0, "■", "faint" },
}

local STATE_OF_STATUS = {
  creating_worktree = "starting",
  spawning_ptys = "starting",
  failed = "failed",
  lost = "failed",
  exited = "exited",
}

--- @return string? starting, working, waiting, done, idle, failed or exited; nil where the hub does not tell
function M.state(agent)
  return STATE_OF_STATUS[agent.status] or agent.state
end

--- @return integer how much it wants its user; from NEEDS_YOU on it waits for one
function M.urgency(agent)
  local state = STATES[M.state(agent)]
  return math.max(state and state[1] or 0, agent.notification and M.NEEDS_YOU or 0)
end

--- "<1m", "3m", "2h", "4d"
local function duration(seconds)
  if seconds < 60 then
    return "<1m"
  elseif seconds < 3600 then
    return ("%dm"):format(seconds // 60)
  elseif seconds < 86400 then
    return ("%dh"):format(seconds // 3600)
  end
  return ("%dd"):format(seconds // 86400)
end

--- The sign of its state and how long it has been in it; a spinner while it starts.
--- @return table? a line
function M.glance(agent)
  local name = M.state(agent)
  local state = STATES[name]
  if not state then
    return nil
  end
  local style = theme.style(state[3], name == "waiting" and "bold" or nil)
  local line = { name == "starting" and { spinner = true, style = style } or { text = state[2], style = style } }
  if agent.state_since and agent.state == name then
    line[2] = { text = " " .. duration(math.max(0, os.time() - agent.state_since)), style = theme.colors.faint }
  end
  return line
end

--- "✱ ↑2 ↓1": uncommitted work, commits that are not upstream, commits that are not here.
local function git_marks(git)
  local marks = {}
  if type(git) ~= "table" then
    return marks
  end
  if git.dirty and git.dirty ~= 0 then
    marks[#marks + 1] = "✱"
  end
  if (git.ahead or 0) > 0 then
    marks[#marks + 1] = ("↑%d"):format(git.ahead)
  end
  if (git.behind or 0) > 0 then
    marks[#marks + 1] = ("↓%d"):format(git.behind)
  end
  return marks
end

local function port_of(agent)
  for _, session in ipairs(agent.sessions or {}) do
    if session.port then
      return (":%d"):format(session.port)
    end
  end
end

--- "profile · branch ✱ ↑2 :8080", or what the agent is doing, or what it asks. `grouped`: the profile is told already.
--- @return table a line
function M.details(agent, grouped)
  local status = STATUS[agent.status]
  if status then
    return { { text = status[1], style = theme.style(status[2]) } }
  end
  if agent.state == "waiting" and agent.state_question then
    return { { text = tostring(agent.state_question), style = theme.style("attention") } }
  end
  local parts = {}
  if not grouped and agent.profile_name and agent.profile_name ~= "" then
    parts[#parts + 1] = agent.profile_name
  end
  local words = git_marks(agent.git)
  local says_more = #parts > 0 or #words > 0
  if agent.branch_name and agent.branch_name ~= "" and not (says_more and agent.branch_name == M.name(agent)) then
    parts[#parts + 1] = agent.branch_name
  end
  if #parts > 0 then
    table.insert(words, 1, table.concat(parts, " · "))
  end
  words[#words + 1] = port_of(agent)
  if require("ui.notifications").is_muted(agent) then
    words[#words + 1] = "muted"
  end
  return { { text = table.concat(words, " "), style = theme.colors.faint } }
end

return M
