--- The files of a plugin beside its init.lua: `require("plugin.NAME.file")`. They are part of the plugin: they run as it
--- does, belong to it, and are loaded anew with it, all of them or none. Protected.

local exports = require("hub.exports")
local transaction = require("hub.transaction")

local parts = {}

--- Owner of a version of a plugin → {directory, values (file → what it returned), loading (file → true)}.
local versions = {}

local locate, run

--- "plugin.github" and "api.client" for "plugin.github.api.client"; nil for what is no part of a plugin.
function parts.split(name)
  return name:match("^(plugin%.[%w_-]+)%.([%w_-]+[%w_.-]*)$")
end

--- Begins a version of a plugin, which has its parts beside `init_path`. Where a version before it is in use, whoever holds
--- one of its parts has the new functions once this one has succeeded.
function parts.open(owner, init_path, previous)
  local version = { directory = init_path:match("^(.*)/[^/]*$") or ".", values = {}, loading = {} }
  versions[owner] = version
  local before = versions[previous]
  local copies = {}
  for file, value in pairs(before and before.values or {}) do copies[file] = exports.copy(value) end
  owners.call(owner, transaction.on_rollback, function()
    for file, copy in pairs(copies) do exports.restore(before.values[file], copy) end
  end)
  owners.call(owner, transaction.apply, function()
    for file, value in pairs(version.values) do
      if before and before.values[file] ~= nil then version.values[file] = exports.replace(before.values[file], value) end
    end
  end)
end

--- What a part returned, which is run when it has not been: as the `owner` of the version it is asked of. Returns nil,
--- message, err when it is not there or fails.
function parts.require(owner, plugin, file)
  local version = versions[owner]
  if not version then return nil, ("%s has no files: it is not loaded"):format(plugin), { kind = "not_found" } end
  if version.values[file] ~= nil then return version.values[file] end
  if version.loading[file] then
    local message = ("'%s.%s' is being loaded and requires itself, by way of what it requires"):format(plugin, file)
    return nil, message, { kind = "busy", message = message }
  end
  version.loading[file] = true
  local _ <close> = setmetatable({}, { __close = function() version.loading[file] = nil end })
  local path, message, err = locate(version, plugin, file)
  if not path then return nil, message, err end
  return run(owner, version, file, path)
end

--- Two files may have it, as everywhere: `file.lua` and `file/init.lua`. Links that lead out of the plugin are none of it.
function locate(version, plugin, file)
  local relative = file:gsub("%.", "/")
  for _, candidate in ipairs({ relative .. ".lua", relative .. "/init.lua" }) do
    local path, message = fs.resolve_safe(version.directory, candidate)
    if path and fs.exists(path) then return version.directory .. "/" .. candidate end
    if not path then return nil, ("module '%s.%s' not found: %s"):format(plugin, file, message), { kind = "not_found" } end
  end
  local message = ("module '%s.%s' not found: there is no %s.lua in %s"):format(plugin, file, relative, version.directory)
  return nil, message, { kind = "not_found" }
end

function run(owner, version, file, path)
  local chunk, message, err = runtime.compile(owner, path)
  if not chunk then
    err.message = message
    return nil, message, err
  end
  local value = owners.call(owner, chunk, file, path)
  if value == nil then value = true end
  version.values[file] = value
  return value
end

transaction.registry(function(owner) versions[owner] = nil end)

return parts
