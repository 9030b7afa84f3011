--- What agents may do to each other by MCP. Settings, in config.json:
--- `mcp = {max_depth = 2, max_agents = 8, approve = {"create_agent", …}, approval_timeout = 600}`.

local questions = require("lib.questions")
local state = require("hub.state")

local agent_permissions = {}

--- How many agents may stand between an agent and a person: one may start helpers, and they theirs.
local MAX_DEPTH = 2
--- Agents that one agent may have at a time, those of its own agents included.
local MAX_AGENTS = 8
--- Seconds in which a person may approve.
local APPROVAL_SECONDS = 600

--- Id of an agent that is about to be written down → id of the one that creates it.
local coming = state.get("lib.agent_permissions.coming")

local has_room, settings, ask, number

--- Whether `caller` (a record; nil for the person) may create an agent. True, or nil, message, err. May wait for a person.
function agent_permissions.create(caller, what)
  local ok, message, err = has_room(caller)
  if not ok then return nil, message, err end
  return agent_permissions.approved(caller, "create_agent", what)
end

--- Takes one of the places that `caller` has for agents, for the one with that id, until what is returned is closed: several
--- may be created at the same time. Nil, message, err when there is none.
function agent_permissions.reserve(caller, id)
  local ok, message, err = has_room(caller)
  if not ok then return nil, message, err end
  coming[id] = caller and caller.id
  return setmetatable({}, { __close = function() coming[id] = nil end })
end

--- Whether `caller` may close an agent: its own; others only when a person says so.
function agent_permissions.close(caller, record, what)
  if not caller then return true end
  if agent_permissions.descends(record, caller) then
    return agent_permissions.approved(caller, "close_agent", what)
  end
  return ask(caller, what)
end

--- Asks the person where the settings say so.
function agent_permissions.approved(caller, tool, what)
  if not caller then return true end
  for _, name in ipairs(settings().approve or {}) do
    if name == tool or name == "*" then return ask(caller, what) end
  end
  return true
end

--- Whether an agent was created by `ancestor`, or by one that was.
function agent_permissions.descends(record, ancestor)
  local parent = record.parent
  for _ = 1, 100 do
    if not parent then return false end
    if parent == ancestor.id then return true end
    local next_record = records.agent(parent)
    parent = next_record and next_record.parent
  end
  return false
end

--- Whether the limits let `caller` have one more agent. True, or nil, message, err.
function has_room(caller)
  if not caller then return true end
  local mcp = settings()
  local max_depth, max_agents = number(mcp.max_depth, MAX_DEPTH), number(mcp.max_agents, MAX_AGENTS)
  if caller.depth + 1 > max_depth then
    local message = ("%s may start no agents: agents of agents go %d deep here"):format(caller.key, max_depth)
    return nil, message, { kind = "limit" }
  end
  local mine = 0
  for _, record in ipairs(records.agents()) do
    if agent_permissions.descends(record, caller) then mine = mine + 1 end
  end
  for id, parent in pairs(coming) do
    local is_mine = parent == caller.id or agent_permissions.descends({ parent = parent }, caller)
    if is_mine and not records.agent(id) then mine = mine + 1 end
  end
  if mine < max_agents then return true end
  local message = ("%s has %d agents already, and may have no more: close one first"):format(caller.key, mine)
  return nil, message, { kind = "limit" }
end

function settings()
  local mcp = config.get("mcp")
  return type(mcp) == "table" and mcp or {}
end

function ask(caller, what)
  local answer, message = questions.ask{
    text = ("May it %s?"):format(what), -- whoever shows it says who asks
    choices = { "Allow", "Refuse" },
    agent_id = caller.id,
    agent_key = caller.key,
    kind = "approval",
    timeout = number(settings().approval_timeout, APPROVAL_SECONDS),
  }
  if answer == "Allow" then return true end
  return nil, answer and "the person refused" or message, { kind = "refused" }
end

function number(value, default)
  return type(value) == "number" and value >= 0 and value or default
end

return agent_permissions
