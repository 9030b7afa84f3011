--- The repository's own `.botster`: clients hear how things stand with it, and say whether it is trusted. What is in force
--- (see hub/trust.ts) is told to those who load from it as the event `repository_layers_changed` {before?, after?}.

local hooks = require("hub.hooks")
local state = require("hub.state")
local commands = require("lib.commands")
local connections = require("handlers.connections")
local list = require("lib.list")

--- Seconds between two looks at the directory: that is how late a change is noticed, of which nothing depends but a hint.
local LOOK_SECONDS = 2

--- {status: as it was told last, later: the question was put off until the hub ends}. Kept across reloads.
local told = state.get("handlers.trust", {})
told.status = told.status or trust.status()

local settle, message, same

--- Tells everybody when things stand otherwise than they were told.
function settle()
  local before, after = told.status, trust.status()
  if same(before, after) then return after end
  told.status = after
  if before.root ~= after.root or before.grade ~= after.grade then
    log.info(("the repository's layers are taken from %s"):format(after.root or "nowhere"))
    events.emit("repository_layers_changed", { before = before.root, after = after.root })
  end
  connections.broadcast("hub", message())
  return after
end

function message()
  local status = trust.status()
  local is_open = status.state == "untrusted" or status.state == "changed"
  return { type = "repository", repository = status, ask = is_open and not told.later }
end

function same(one, other)
  for _, field in ipairs({ "state", "grade", "root", "files", "hash", "problem" }) do
    if one[field] ~= other[field] then return false end
  end
  return true
end

local function register(name, description, fn)
  commands.register(name, fn, { description = description })
end

register("repository_status", "Whether the repository's .botster is trusted", function()
  trust.look()
  return settle()
end)

register("review_repository", "What is in the repository's .botster", function(_, _, command)
  local review, problem, err = trust.review(command.path)
  settle()
  if not review then return nil, problem, err end
  return {
    repository = review.status,
    files = list(review.files),
    path = command.path,
    lines = review.lines and list(review.lines),
    more = review.more,
  }
end)

register("trust_repository", "Trust the repository's .botster", function(_, _, command)
  local status, problem, err = trust.grant{ hash = command.hash, always = command.always == true }
  if not status then
    settle()
    return nil, problem, err
  end
  told.later = nil -- a change is asked about again
  settle()
  return status
end)

register("untrust_repository", "Trust the repository's .botster no longer", function()
  local was_trusted = trust.revoke()
  told.later = true
  return { was_trusted = was_trusted, repository = settle() }
end)

register("ignore_repository", "Take nothing of the repository's .botster until the hub ends", function()
  trust.ignore()
  return settle()
end)

register("ask_repository_later", "Do not ask again whether to trust the repository's .botster", function()
  told.later = true
  connections.broadcast("hub", message())
  return true
end)

hooks.on("after_client_subscribe", "handlers.trust", function(subscribed)
  if subscribed.channel ~= "hub" then return end
  local client = connections.find(subscribed.client_id)
  if not client then return end
  local answer = message()
  answer.subscriptionId = subscribed.subscription_id
  client:send(answer)
end, { timeout_ms = 1000 })

--- Not watch.directory, which follows links: a stranger's may lead anywhere.
timer.every(LOOK_SECONDS, function()
  trust.look()
  settle()
end)

return {}
