--- The channel `events`: what happens, as it happens, for `botster events` and other programs. Each message is {type =
--- "event", event, at (seconds since the epoch), data}.

local hooks = require("hub.hooks")
local connections = require("handlers.connections")

local CHANNEL = "events"
--- Hooks that are told. Titles are left out: they change all the time, and the list of agents has them.
local TOLD = {
  "agent_created", "agent_deleted", "agent_lifecycle", "agent_status", "agent_session_added", "agent_session_removed",
  "pty_notification", "pty_prompt", "pty_cwd_changed", "prompt_receipt", "inbox_message",
}
--- Events that are told.
local EMITTED = { "process_exited", "worktree_created", "worktree_create_failed", "question_asked", "question_closed" }
--- Milliseconds: it sends to every client, on a machine that may be busy.
local PATIENT = { timeout_ms = 1000 }

local function tell(event, data)
  if not connections.has_subscribers(CHANNEL) then return end
  connections.broadcast(CHANNEL, { type = "event", event = event, at = os.time(), data = data })
end

connections.channel(CHANNEL, {
  message = function(client, subscription)
    client:send({ subscriptionId = subscription.id, type = "error", message = "the channel events takes no messages" })
  end,
})

for _, name in ipairs(TOLD) do
  hooks.on(name, "handlers.event_stream", function(data) tell(name, data) end, PATIENT)
end
for _, name in ipairs(EMITTED) do
  events.on(name, function(data) tell(name, data) end)
end

return {}
