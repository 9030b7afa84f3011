--- The prompts that new agents were given, the newest first. They are kept in the settings.

local M = {}

--- Prompts that are remembered, and bytes of one that is kept.
local MOST_PROMPTS, MOST_PROMPT_BYTES = 50, 4000

function M.all()
  if not _tui_state.prompts then
    local saved = config.get("prompt_history")
    _tui_state.prompts = type(saved) == "table" and saved or {}
  end
  return _tui_state.prompts
end

--- One more, or one that comes to the front again.
function M.remember(prompt)
  local list = { prompt }
  for _, other in ipairs(M.all()) do
    if other ~= prompt and #list < MOST_PROMPTS then
      list[#list + 1] = other
    end
  end
  _tui_state.prompts = list
  if #prompt <= MOST_PROMPT_BYTES then
    config.set("prompt_history", list)
  end
end

return M
