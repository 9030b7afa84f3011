--- The prompt that an agent was created with. Until its program takes input minutes may pass, with a question whether the
--- directory is trusted, say: a mark in the record lets the next hub type it when this one ends before.

local prompt = require("lib.prompt")

local first_prompt = {}

--- Seconds its program has to start, and whoever sits there to answer what it asks first.
local SECONDS = 600

local mark

--- Types it in the background, at most once: the mark goes before the keys do.
function first_prompt.give(record)
  if not record.prompt or record.prompt == "" then return end
  mark(record.id, true)
  prompt.later(record, record.prompt, {
    timeout = SECONDS,
    through_dialogs = true,
    on_pending = function(is_pending) mark(record.id, is_pending) end,
  })
end

--- Takes up those that an earlier hub did not come to type.
function first_prompt.resume()
  for _, record in ipairs(records.agents()) do
    if record.metadata.prompt_pending == true then first_prompt.give(record) end
  end
end

--- The metadata of a record without the mark.
function first_prompt.without_mark(metadata)
  if metadata.prompt_pending == nil then return metadata end
  local rest = {}
  for name, value in pairs(metadata) do
    if name ~= "prompt_pending" then rest[name] = value end
  end
  return rest
end

function mark(id, is_pending)
  local record = records.agent(id)
  if not record or (record.metadata.prompt_pending == true) == is_pending then return end
  local metadata = first_prompt.without_mark(record.metadata)
  if is_pending then metadata.prompt_pending = true end
  records.update_agent(id, { metadata = metadata })
end

return first_prompt
