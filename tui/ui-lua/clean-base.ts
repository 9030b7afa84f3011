/**
 * Run once in a new VM, before anything else: returns a function that takes away every global made since and puts back
 * those that were changed. What survives a reload is `_tui_state` and `botster.g`.
 */
export const CLEAN_BASE = `
local kept = { _tui_state = true, _botster_g = true }
local pristine, modules = {}, {}
for name, value in pairs(_G) do pristine[name] = value end
local loaded = type(package) == 'table' and package.loaded or nil
for name in pairs(loaded or {}) do modules[name] = true end
return function()
  local strangers = {}
  for name in pairs(_G) do
    if pristine[name] == nil and not kept[name] then strangers[#strangers + 1] = name end
  end
  for _, name in ipairs(strangers) do _G[name] = nil end
  for name, value in pairs(pristine) do _G[name] = value end
  for name in pairs(loaded or {}) do
    if not modules[name] then loaded[name] = nil end
  end
end
`
