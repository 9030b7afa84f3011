--- Finds what is wrong with plugins, and says what to do about it.

local hook_names = require("hub.hook_names")
local hooks = require("hub.hooks")
local loader = require("hub.loader")
local places = require("lib.plugin_places")
local plugins = require("lib.plugins")
local requirements = require("lib.plugin_requirements")

local plugin_doctor = {}

local examine_one, examine_places, hooks_off, hooks_in_doubt, failed_since, times, shown, count_of

--- Looks at one plugin, or all: {plugin, level = "ok"|"note"|"warning"|"error", message, hint?, traceback?} each. Or nil,
--- message, err when there is no plugin of that name.
function plugin_doctor.examine(name)
  local findings = {}
  if name ~= nil then
    local place = places.find(name)
    if not place then
      local _, message, err = plugins.info(name)
      examine_places(findings, name)
      if #findings == 0 then return nil, message, err end
      return findings
    end
  end
  for _, place in ipairs(places.effective()) do
    if name == nil or place.name == name then examine_one(findings, place) end
  end
  examine_places(findings, name)
  return findings
end

function examine_one(findings, place)
  local before = #findings
  local function add(level, message, hint, traceback)
    findings[#findings + 1] = {
      plugin = place.name,
      level = level,
      message = message,
      hint = hint,
      traceback = traceback,
    }
  end
  local info = plugins.info(place.name)
  if info.error then
    local is_lacking = info.error.kind == "requirement"
    local hint = is_lacking and "it is loaded as soon as what it requires is there"
      or info.running and "the version before is at work; save the file again when it is mended"
      or "save the file again when it is mended: it is loaded within two seconds"
    add("error", info.error.message, hint, not is_lacking and info.error.traceback or nil)
  end
  if info.state == "disabled" then
    add("note", "it is switched off", ("botster plugin enable %s"):format(place.name))
    local needed_by = requirements.needed_by(place.name)
    if #needed_by > 0 then add("warning", "it is required by " .. table.concat(needed_by, ", ")) end
  elseif info.state == "not_loaded" then
    add("warning", "it is not loaded yet", ("botster plugin reload %s"):format(place.name))
  end
  for _, path in ipairs(place.ui) do
    local chunk, message = runtime.compile(owners.current(), path)
    if not chunk then add("error", message, "the UI leaves this file out until it is mended") end
  end
  for _, message in ipairs(hooks_off("plugin." .. place.name)) do
    add("warning", message, "make it faster or give it a larger timeout_ms, and save the file")
  end
  for _, message in ipairs(hooks_in_doubt("plugin." .. place.name)) do
    add("warning", message, "docs/lua/hooks.md lists the hub's; a name of your own may stay")
  end
  for _, failure in ipairs(failed_since("plugin." .. place.name, info)) do
    add("error", failure.message, times(failure), failure.traceback)
  end
  if #findings == before then add("ok", shown(info)) end
end

--- Directories that are left out, and why.
function examine_places(findings, name)
  local counts = {}
  for _, place in ipairs(places.effective()) do counts[place.name] = place end
  for _, place in ipairs(places.all()) do
    if name == nil or place.name == name then
      local used = counts[place.name]
      local message, hint
      if not place.is_valid then
        message = ("%s is left out: a plugin's name has letters, digits, '_' and '-'"):format(place.directory)
        hint = "rename the directory"
      elseif not place.init_path and #place.ui == 0 then
        message = ("%s is left out: it has neither init.lua nor ui/*.lua"):format(place.directory)
      elseif used and used.directory ~= place.directory and place.init_path then
        message = ("%s is not used: %s has the same name and counts"):format(place.directory, used.directory)
      end
      if message then
        findings[#findings + 1] = { plugin = place.name, level = "warning", message = message, hint = hint }
      end
    end
  end
end

function hooks_off(owner)
  local messages = {}
  for _, hook in ipairs(hooks.list()) do
    if hook.owner == owner and not hook.enabled then
      messages[#messages + 1] = ("its %s '%s' of '%s' is switched off"):format(hook.kind, hook.name, hook.event)
    end
  end
  return messages
end

function hooks_in_doubt(owner)
  local messages = {}
  for _, hook in ipairs(hooks.list()) do
    if hook.owner == owner and hook.doubt then
      messages[#messages + 1] = ("its %s '%s': %s"):format(hook.kind, hook.name, hook.doubt)
    end
  end
  for _, doubt in ipairs(hook_names.noted(loader.owner(owner))) do
    messages[#messages + 1] = "what listens with events.on: " .. doubt
  end
  return messages
end

--- What has failed while it ran since it was last loaded, or failed to: {message, traceback, count, at} each.
function failed_since(owner, info)
  local since = info.error and info.error.at or 0
  for _, module in ipairs(loader.list()) do
    if module.name == owner then since = math.max(since, module.at) end
  end
  local failures, by_message = {}, {}
  for _, report in ipairs(hub.errors(owner)) do
    local is_load = info.error and info.error.message == report.message
    if report.at >= since and not is_load then
      local failure = by_message[report.message]
      if not failure then
        failure = { message = report.message, count = 0 }
        by_message[report.message] = failure
        failures[#failures + 1] = failure
      end
      failure.count, failure.at, failure.traceback = failure.count + 1, report.at, report.traceback
    end
  end
  return failures
end

function times(failure)
  local last = os.date("%H:%M:%S", math.floor(failure.at))
  if failure.count == 1 then return ("it failed so at %s"):format(last) end
  return ("it failed so %d times, the last time at %s"):format(failure.count, last)
end

--- What a plugin without a fault has, in words.
function shown(info)
  if info.state == "ui_only" then return "it has a part for the UI alone, which compiles" end
  local parts = {}
  for _, field in ipairs({ "commands", "hooks", "tools", "prompts" }) do
    local part = count_of(#info.owns[field], field)
    if part then parts[#parts + 1] = part end
  end
  local other = count_of(info.owns.registrations, "other registrations")
  if other then parts[#parts + 1] = other .. " (timers, events and the like)" end
  return "loaded; " .. (#parts > 0 and "it has " .. table.concat(parts, ", ") or "it has registered nothing")
end

function count_of(count, plural)
  if count == 0 then return nil end
  return count == 1 and "1 " .. plural:gsub("s$", "") or ("%d %s"):format(count, plural)
end

return plugin_doctor
