--- Prompts that were typed and not taken: each lies in an input line, and nothing may be typed behind it.

local state = require("hub.state")

local unsent_prompt = {}

--- Session id → {id, from, text, shown}.
local left = state.get("lib.unsent_prompt.left")

--- Remembers an item (lib/prompt.lua) of which the input line shows `shown`.
function unsent_prompt.keep(item, shown)
  left[item.session_id] = { id = item.id, from = item.from, text = item.text, shown = shown }
end

--- The prompt that lies in the input line as it was typed: {id, from, text}. Nil when there is none, or when what a look
--- shows there is something else: somebody has submitted, changed or cleared it.
function unsent_prompt.lying(session_id, look)
  local prompt = left[session_id]
  if not prompt or look.input == prompt.shown then return prompt end
  if look.input then left[session_id] = nil end
end

--- An agent is gone, and with it what lay in the input lines of its sessions: texts may hold secrets.
function unsent_prompt.forget(agent_id)
  for session_id in pairs(left) do
    if session_id:match("^[^/]*") == agent_id then left[session_id] = nil end
  end
end

--- How messages call it.
function unsent_prompt.describe(prompt)
  local kind, name = prompt.from.kind, prompt.from.name
  return ("prompt %s from %s %s"):format(prompt.id, name and kind or "a", name or kind)
end

return unsent_prompt
