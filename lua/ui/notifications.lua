--- Who is told, and how, when an agent wants attention: a mark in the list in any case, a toast when the user looks at
--- another agent, an alert of the outer terminal when its window is not looked at, the bell by the user's policy.
---
--- Settings (config.json): `bell` is "focused" (default: only of the agent that is looked at), "all", "visual" (a toast in
--- its place) or "off"; `alerts` is "auto" (default), "osc9", "osc99", "osc777", "bell" or "off"; `muted` holds the ids of
--- agents that only mark the list.

local agents = require("ui.agents")
local ops = require("ui.ops")

local M = { handlers = {} }

--- Seconds a toast stays.
local TOAST_SECONDS = 8

local BELL_POLICIES = { "focused", "all", "visual", "off" }

local function setting(name, default)
  local value = config.get(name)
  return value == nil and default or value
end

-- muting -----------------------------------------------------------------------------------------------------------

local function muted_ids()
  if not _tui_state.muted then
    _tui_state.muted = {}
    for _, id in ipairs(type(config.get("muted")) == "table" and config.get("muted") or {}) do
      _tui_state.muted[id] = true
    end
  end
  return _tui_state.muted
end

function M.is_muted(agent)
  return agent ~= nil and muted_ids()[agent.id] == true
end

--- Muted agents that are remembered: all repositories share the setting, so which of them are gone is not known here.
local MOST_MUTED = 100

--- The newest first. What other UIs have muted meanwhile, of other repositories too, stays.
local function save_muted(id, is_muted)
  local ids = is_muted and { id } or {}
  for _, other in ipairs(type(config.get("muted")) == "table" and config.get("muted") or {}) do
    if other ~= id and #ids < MOST_MUTED then
      ids[#ids + 1] = other
    end
  end
  config.set("muted", #ids > 0 and ids or nil)
end

function M.handlers.toggle_mute(context)
  local agent = context.selected_agent
  if not agent then
    return nil
  end
  local muted = muted_ids()
  muted[agent.id] = not muted[agent.id] or nil
  save_muted(agent.id, muted[agent.id])
  local message = agents.name(agent) .. (muted[agent.id] and " is muted" or " is no longer muted")
  return { { op = "notify", message = message, key = "muted:" .. agent.id } }
end

-- the bell ---------------------------------------------------------------------------------------------------------

function M.handlers.next_bell_policy()
  local current = setting("bell", "focused")
  for position, policy in ipairs(BELL_POLICIES) do
    if policy == current then
      local chosen = BELL_POLICIES[position % #BELL_POLICIES + 1]
      local saved, problem = config.set("bell", chosen)
      return { saved and ops.notify("Bell: " .. chosen) or ops.notify(tostring(problem), "warning") }
    end
  end
  return { config.set("bell", "focused") and ops.notify("Bell: focused") or nil }
end

--- The program that is looked at has rung.
function M.bell(agent)
  local policy = setting("bell", "focused")
  if policy == "off" or M.is_muted(agent) then
    return nil
  end
  if policy == "visual" then
    return { { op = "notify", message = "♪ " .. (agent and agents.name(agent) or "bell"), key = "bell", timeout = 2 } }
  end
  return { { op = "bell" } }
end

-- telling ----------------------------------------------------------------------------------------------------------

--- A toast while the window has the focus, an alert while it has not; both while another program has the terminal: they
--- wait for the end of that, and who knows whether somebody is there then.
local function tell(agent, title, text, context)
  local told = {}
  if context.has_focus or context.lent then
    local message = text ~= "" and title .. ": " .. text or title
    local key = "agent:" .. (agent and agent.id or "")
    told[#told + 1] = { op = "notify", message = message, key = key, timeout = TOAST_SECONDS }
  end
  local protocol = setting("alerts", "auto")
  if not context.has_focus and protocol ~= "off" then
    told[#told + 1] = { op = "osc_alert", title = title, body = text, protocol = protocol }
  end
  return told
end

local function is_looked_at(agent, context)
  return context.has_focus and agent and context.selected_agent and context.selected_agent.id == agent.id
end

--- A program wants attention: nothing to tell when the user looks at it already.
function M.of_program(agent, data, context)
  if is_looked_at(agent, context) then
    return { ops.send({ type = "clear_notification", agent_id = agent.id }) }
  end
  if M.is_muted(agent) then
    return nil
  end
  local name = agent and agents.name(agent) or data.agent_key or "botster"
  if data.source == "bell" then
    local policy = setting("bell", "focused")
    if policy == "off" then
      return nil
    end
    local told = tell(agent, name, "rang the bell", context)
    told[#told + 1] = policy == "all" and { op = "bell" } or nil
    return told
  end
  if data.title and data.title ~= "" then
    name = name .. ": " .. data.title
  end
  return tell(agent, name, data.message or data.body or "", context)
end

--- States that a person should hear of when an agent gets into them.
local TOLD = { waiting = "is waiting for you", done = "is done", failed = "has failed" }

--- The list has come: tells of agents that got into a state the user waits for.
function M.of_list(context)
  local before = _tui_state.known_states or {}
  local now, told = {}, {}
  for _, agent in ipairs(_tui_state.agents) do
    now[agent.id] = agent.state
    local news = agent.state and before[agent.id] and before[agent.id] ~= agent.state and TOLD[agent.state]
    if news and not is_looked_at(agent, context) and not M.is_muted(agent) then
      local why = agent.state_question or agent.state_reason or ""
      for _, operation in ipairs(tell(agent, agents.name(agent) .. " " .. news, tostring(why), context)) do
        told[#told + 1] = operation
      end
    end
  end
  _tui_state.known_states = now
  return told
end

return M
