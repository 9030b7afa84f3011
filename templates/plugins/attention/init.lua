--- attention: tells you when an agent waits for an answer, has failed, or asks for attention itself.
---
--- Goes to the devices that subscribed to push messages, and to a command of yours, by default the desktop's notifier
--- where there is one. Settings, with `botster lua -e 'config.set("attention", { … })'`:
---
---   command   what /bin/sh runs; TITLE, BODY, AGENT and STATE are in its environment. false: none
---   states    which states are told of, default { "waiting", "failed" }; "done" is another one worth telling
---   seconds   so long an agent is left alone after it was told of, default 30

local state = require("hub.state")

local NAME = "attention"
local DEFAULTS = { states = { "waiting", "failed" }, seconds = 30 }
--- Seconds a command may take.
local PATIENCE = 10

--- Agent id → {text, at (milliseconds)} of what was told last. Survives reloads: saving this file tells nothing twice.
local told = state.get("attention.told")

local WORDS = { waiting = "waits for you", failed = "has failed", done = "is done" }

local function setting(name)
  local value = (config.get(NAME) or {})[name]
  if value == nil then return DEFAULTS[name] end
  return value
end

local function wants(wanted)
  for _, name in ipairs(setting("states")) do
    if name == wanted then return true end
  end
  return false
end

--- The desktop's notifier, as a command; nil where there is none.
local function notifier()
  if os.execute("command -v notify-send >/dev/null 2>&1") then return 'notify-send -- "$TITLE" "$BODY"' end
  if os.execute("command -v osascript >/dev/null 2>&1") then
    return [[osascript -e 'display notification (system attribute "BODY") with title (system attribute "TITLE")']]
  end
end

local function run(command, message)
  if command == nil then command = notifier() end
  if not command then return end
  local ok, how, code = os.execute(command, {
    timeout = PATIENCE,
    -- Never in the command itself: what a program says must not be run.
    env = { TITLE = message.title, BODY = message.body, AGENT = message.agent, STATE = message.state },
  })
  if not ok then log.warn(("%s: the command ended with %s %s"):format(NAME, tostring(how), tostring(code))) end
end

local function tell(agent_id, message)
  local last, now = told[agent_id], runtime.clock()
  local text = message.title .. "\n" .. message.body
  local soon = last and now - last.at < setting("seconds") * 1000
  if soon and last.text == text then return end
  told[agent_id] = { text = text, at = now }
  local command = setting("command") -- as it is now: what follows waits
  local sent, problem = push.send({ title = message.title, body = message.body, kind = "agent" })
  if not sent then log.warn(("%s: %s"):format(NAME, problem)) end
  run(command, message)
end

local function name_of(agent_id, key)
  local record = agent_id and records.agent(agent_id)
  return record and record.name or key or "an agent"
end

hooks.on("agent_status", NAME, function(change)
  if change.state == change.previous or not wants(change.state) then return end
  tell(change.agent_id, {
    title = ("%s %s"):format(name_of(change.agent_id, change.agent_key), WORDS[change.state] or change.state),
    body = change.question or change.reason or "",
    agent = change.agent_key,
    state = change.state,
  })
end)

hooks.on("pty_notification", NAME, function(notification)
  -- A bell says no more than the state that follows it.
  if notification.type == "bell" or notification.has_focus then return end
  tell(notification.agent_id or notification.agent_key, {
    title = notification.title or name_of(notification.agent_id, notification.agent_key),
    body = notification.body or notification.message or "",
    agent = notification.agent_key,
    state = "notification",
  })
end)

hooks.on("agent_deleted", NAME, function(deleted) told[deleted.agent_id] = nil end)

return {
  _plugin = {
    version = "1.0.0",
    description = "Tells you when an agent waits or wants attention",
    requires = { botster = ">= 0.1" },
  },
}
