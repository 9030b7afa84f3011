--- Waiting until an agent is in a certain state.

local agent = require("lib.agent")

--- Seconds between two looks at what the hub knows of the agent; nothing is asked of its program.
local LOOK_SECONDS = 0.2

--- States in which an agent does not go on by itself.
local RESTING = { "waiting", "done", "idle", "failed", "exited", "lost" }

local agent_wait = {}

local is_one_of, wait

--- What an agent is doing: its state where that is known, else its status.
function agent_wait.state_of(shape)
  local state = shape.state
  if type(state) == "table" then state = state.state end
  return shape.status == "running" and state or shape.status
end

--- Waits until the agent of an id is in one of `states`, at most `seconds`. Returns {agent, state, timed_out}, or nil,
--- message, err when it is gone.
function wait(id, states, seconds)
  states = states and #states > 0 and states or RESTING
  local deadline = runtime.clock() + seconds * 1000
  while true do
    local shape = agent.info(id)
    if not shape then return nil, "the agent is gone", { kind = "no_agent" } end
    local now = agent_wait.state_of(shape)
    if is_one_of(now, states) then return { agent = shape.key, state = now, timed_out = false } end
    if runtime.clock() >= deadline then return { agent = shape.key, state = now, timed_out = true } end
    runtime.sleep(LOOK_SECONDS)
  end
end

function is_one_of(state, states)
  for _, wanted in ipairs(states) do
    if wanted == state then return true end
  end
  return false
end

return setmetatable(agent_wait, { __call = function(_, ...) return wait(...) end })
