--- Where plugins are, and which of them their user has switched off.

local config_resolver = require("lib.config_resolver")

local plugin_places = {}

local NAME = "^[%w_-]+$"
--- A name a line; `#` begins a comment. In the user's directory.
local DISABLED = "disabled_plugins"

local layers, subdirectories, names_in, has

--- The file that lists what is switched off.
function plugin_places.disabled_file()
  return hub.user_directory() .. "/" .. DISABLED
end

--- All directories of plugins, weakest layer first: {name, directory, scope = "user"|"repository", init_path?, ui (list of
--- paths), is_valid} each. `is_valid`: whether the name is one a plugin may have.
function plugin_places.all()
  local found = {}
  for _, layer in ipairs(layers()) do
    for _, name in ipairs(subdirectories(layer.path .. "/plugins")) do
      local directory = layer.path .. "/plugins/" .. name
      local init_path = directory .. "/init.lua"
      local ui = {}
      for _, file in ipairs(names_in(directory .. "/ui")) do
        if file:find("%.lua$") then ui[#ui + 1] = directory .. "/ui/" .. file end
      end
      found[#found + 1] = {
        name = name,
        directory = directory,
        scope = layer.scope,
        init_path = has(names_in(directory), "init.lua") and init_path or nil,
        ui = ui,
        is_valid = name:find(NAME) ~= nil,
      }
    end
  end
  return found
end

--- The plugins that count, the last layer's of each name, sorted by name. Those that are switched off are among them.
function plugin_places.effective()
  local by_name = {}
  for _, place in ipairs(plugin_places.all()) do
    local has_part = place.init_path or #place.ui > 0
    if place.is_valid and has_part then
      local weaker = by_name[place.name]
      -- A layer with a part for the UI alone does not take the hub's part away.
      if place.init_path or not (weaker and weaker.init_path) then by_name[place.name] = place end
    end
  end
  local list = {}
  for _, place in pairs(by_name) do list[#list + 1] = place end
  table.sort(list, function(a, b) return a.name < b.name end)
  return list
end

--- The plugin of a name that counts, or nil.
function plugin_places.find(name)
  for _, place in ipairs(plugin_places.effective()) do
    if place.name == name then return place end
  end
end

--- Names that are switched off: {name = true}.
function plugin_places.disabled()
  local text = fs.read(plugin_places.disabled_file()) or ""
  local disabled = {}
  for line in text:gmatch("[^\n]+") do
    local name = line:gsub("#.*", ""):match("^%s*(.-)%s*$")
    if name ~= "" then disabled[name] = true end
  end
  return disabled
end

--- Writes down that a plugin is switched off, or on again; comments and order of the file stay. Returns whether that
--- changed anything, or nil, message, err.
function plugin_places.set_disabled(name, off)
  if (plugin_places.disabled()[name] or false) == off then return false end
  local text = fs.read(plugin_places.disabled_file()) or ""
  if off then
    if text ~= "" and text:sub(-1) ~= "\n" then text = text .. "\n" end
    text = text .. name .. "\n"
  else
    local kept = {}
    for line in text:gmatch("[^\n]+") do
      if line:gsub("#.*", ""):match("^%s*(.-)%s*$") ~= name then kept[#kept + 1] = line .. "\n" end
    end
    text = table.concat(kept)
  end
  local ok, message, err = fs.write(plugin_places.disabled_file(), text)
  if not ok then return nil, message, err end
  return true
end

--- Layers of all profiles, weakest first: {path, scope} each.
function layers()
  local found = {}
  for _, root in ipairs(config_resolver.roots()) do
    found[#found + 1] = { path = root.path .. "/shared", scope = root.scope }
    for _, profile in ipairs(subdirectories(root.path .. "/profiles")) do
      found[#found + 1] = { path = root.path .. "/profiles/" .. profile, scope = root.scope }
    end
  end
  return found
end

function subdirectories(path)
  local found = {}
  for _, name in ipairs(names_in(path)) do
    if name:sub(1, 1) ~= "." and fs.is_dir(path .. "/" .. name) then found[#found + 1] = name end
  end
  return found
end

function names_in(path)
  return fs.listdir(path) or {}
end

--- Whether there is anything of that name: what is there and cannot be read is broken, not gone.
function has(names, wanted)
  for _, name in ipairs(names) do
    if name == wanted then return true end
  end
  return false
end

return plugin_places
