--- Which configuration applies: layers of directories, of which the last one wins per name.
---
--- The shared part of the user's directory, a profile of it, the shared part of the repository, a profile of that. Each
--- may hold `sessions/NAME/{initialization,port_forward}`, `plugins/NAME/init.lua`, `workspace_include`, `workspace_setup`,
--- `workspace_teardown`, `environment`, `command` and `resume`. The programs of lib/programs.lua are profiles, too.

local distinct = require("lib.distinct")
local environment_file = require("lib.environment_file")
local programs = require("lib.programs")

local config_resolver = {}

--- The session every agent has.
local FIRST = "agent"
local SESSION_NAME = "^%w[%w._-]*$"
local PLUGIN_NAME = "^[%w_-]+$"

local choose_profile, unknown_profile, entries, subdirectories, is_file, add_sessions, add_plugins, sorted_plugins
local ordered_sessions, line_of, add_environment

--- Where the repository's configuration may be taken from, or nil while its user has not trusted it: then it says nothing
--- and runs nothing. Of a content that was trusted this is a private copy.
function config_resolver.trusted_root()
  return trust.status().root
end

--- Roots of layers, weakest first: {path, scope = "user"|"repository"} each.
function config_resolver.roots()
  local roots = { { path = hub.user_directory(), scope = "user" } }
  local repository = config_resolver.trusted_root()
  if repository then roots[2] = { path = repository, scope = "repository" } end
  return roots
end

--- The layers of a profile (nil or "" for the shared ones alone), weakest first: {path, kind = "shared"|"profile", scope}.
function config_resolver.layers(profile)
  local layers = {}
  for _, root in ipairs(config_resolver.roots()) do
    layers[#layers + 1] = { path = root.path .. "/shared", kind = "shared", scope = root.scope }
    if profile and profile ~= "" then
      layers[#layers + 1] = { path = root.path .. "/profiles/" .. profile, kind = "profile", scope = root.scope }
    end
  end
  return layers
end

--- What the layers of a profile say: {profile, sessions, plugins, workspace_include?, workspace_teardown?}. `profile` is
--- the name asked for; nil takes the only one there is, "" none. Sessions come with `agent` first, then alphabetically:
--- {name, initialization? (path of a script), port_forward}. Plugins by name: {name, init_path}. `environment` holds variables,
--- `command` what the first session runs, `resume` what it runs to go on, `program` the known program that stands behind a
--- ready profile. Or nil, message, err when
--- the profile does not exist, or several do and none was named.
function config_resolver.resolve(profile)
  local name, message, err = choose_profile(profile)
  if not name then return nil, message, err end
  local resolved = { profile = name }
  local ready = programs.get(name)
  if ready then resolved.program, resolved.command = ready.name, ready.command end
  local sessions, plugins = {}, {}
  for _, layer in ipairs(config_resolver.layers(name)) do
    add_sessions(sessions, layer)
    add_plugins(plugins, layer)
    for _, file in ipairs({ "workspace_include", "workspace_setup", "workspace_teardown" }) do
      local path = layer.path .. "/" .. file
      if is_file(path) then resolved[file] = path end
    end
    for _, file in ipairs({ "command", "resume" }) do resolved[file] = line_of(layer.path .. "/" .. file) or resolved[file] end
    add_environment(resolved, layer.path .. "/environment")
  end
  resolved.sessions = ordered_sessions(sessions)
  resolved.plugins = sorted_plugins(plugins)
  return resolved
end

--- The plugins of all layers and all profiles, by name: {name, init_path} each.
function config_resolver.resolve_all()
  local plugins = {}
  for _, root in ipairs(config_resolver.roots()) do
    add_plugins(plugins, { path = root.path .. "/shared" })
    for _, profile in ipairs(subdirectories(root.path .. "/profiles")) do
      add_plugins(plugins, { path = root.path .. "/profiles/" .. profile })
    end
  end
  return { plugins = sorted_plugins(plugins) }
end

--- Names of the profiles, sorted.
function config_resolver.profiles()
  local lists = {}
  for i, root in ipairs(config_resolver.roots()) do lists[i] = subdirectories(root.path .. "/profiles") end
  return distinct(lists)
end

function choose_profile(profile)
  if profile == "" then return "" end
  local names = config_resolver.profiles()
  if profile == nil then
    if #names <= 1 then return names[1] or "" end
    local message = ("which profile? There are %s; \"\" is none of them"):format(table.concat(names, ", "))
    return nil, message, { kind = "profile_needed" }
  end
  for _, name in ipairs(names) do
    if name == profile then return name end
  end
  if type(profile) == "string" and programs.get(profile) then return profile end
  return unknown_profile(profile, names)
end

function unknown_profile(profile, names)
  local known = #names > 0 and "there are " .. table.concat(names, ", ") or "there are none"
  return nil, ("no profile '%s': %s"):format(tostring(profile), known), { kind = "no_profile" }
end

--- The first line of a file that says something, or nil.
function line_of(path)
  if not is_file(path) then return nil end
  for line in (fs.read(path) or ""):gmatch("[^\r\n]+") do
    local text = line:match("^%s*(.-)%s*$")
    if text ~= "" and text:sub(1, 1) ~= "#" then return text end
  end
end

function add_environment(resolved, path)
  if not is_file(path) then return end
  local variables, wrong = environment_file(path)
  for _, line in ipairs(wrong) do
    log.warn(("%s:%d says nothing: NAME=VALUE expected, got '%s'"):format(path, line.line, line.text))
  end
  for name, value in pairs(variables) do
    resolved.environment = resolved.environment or {}
    resolved.environment[name] = value
  end
end

function add_sessions(sessions, layer)
  for _, name in ipairs(subdirectories(layer.path .. "/sessions")) do
    local directory = layer.path .. "/sessions/" .. name
    local script = directory .. "/initialization"
    if not name:find(SESSION_NAME) then
      log.warn(("%s is no session: its name may have letters, digits, '.', '_' and '-'"):format(directory))
    elseif is_file(script) then
      sessions[name] = {
        name = name,
        initialization = script,
        port_forward = fs.exists(directory .. "/port_forward"),
      }
    end
  end
end

function add_plugins(plugins, layer)
  for _, name in ipairs(subdirectories(layer.path .. "/plugins")) do
    local path = layer.path .. "/plugins/" .. name .. "/init.lua"
    if not is_file(path) then
      -- Nothing for the hub: it may have a part for the UI.
    elseif name:find(PLUGIN_NAME) then
      plugins[name] = { name = name, init_path = path }
    else
      log.warn(("%s is not loaded: a plugin's name has letters, digits, '_' and '-'"):format(path))
    end
  end
end

function ordered_sessions(by_name)
  local names = {}
  for name in pairs(by_name) do
    if name ~= FIRST then names[#names + 1] = name end
  end
  table.sort(names)
  local sessions = { by_name[FIRST] or { name = FIRST, port_forward = false } }
  for _, name in ipairs(names) do sessions[#sessions + 1] = by_name[name] end
  return sessions
end

function sorted_plugins(by_name)
  local plugins = {}
  for _, plugin in pairs(by_name) do plugins[#plugins + 1] = plugin end
  table.sort(plugins, function(a, b) return a.name < b.name end)
  return plugins
end

function subdirectories(path)
  local names = {}
  for _, name in ipairs(entries(path)) do
    if name:sub(1, 1) ~= "." and fs.is_dir(path .. "/" .. name) then names[#names + 1] = name end
  end
  return names
end

--- Names in a directory. One that is not there has none.
function entries(path)
  local names, message, err = fs.listdir(path)
  if names then return names end
  if err.kind ~= "not_found" then log.warn(message) end
  return {}
end

function is_file(path)
  local stat = fs.stat(path)
  return stat ~= nil and stat.is_file
end

return config_resolver
