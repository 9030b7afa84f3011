--- The few keys that are not the program's own in `botster attach AGENT`.

local KEYS = {
  ["ctrl+q"] = "detach",
  ["shift+pageup"] = "scroll_half_up",
  ["shift+pagedown"] = "scroll_half_down",
  ["shift+home"] = "scroll_top",
  ["shift+end"] = "scroll_bottom",
}

local M = {}

function M.handle_key(key)
  local action = KEYS[key]
  return action and { action = action } or nil
end

return M
