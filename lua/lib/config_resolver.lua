--- Which configuration applies: layers, of which the last wins per name.
---
--- The shared part of the user's directory, a profile of it, the shared part of the repository, a profile of that. Only
--- the user's own layers are looked at here; a repository's run nothing until they are trusted.

local config_resolver = {}

--- A session every agent has, when no layer says otherwise.
local DEFAULT_SESSION = { name = "agent" }

--- The layers that apply to a profile (nil or "" for the shared ones alone), weakest first: {path, kind, scope} each.
function config_resolver.layers(profile)
  local roots = {
    { path = hub.user_directory(), scope = "user" },
    { path = worktree.repo_root() .. "/.botster", scope = "repository" },
  }
  local layers = {}
  for _, root in ipairs(roots) do
    layers[#layers + 1] = { path = root.path .. "/shared", kind = "shared", scope = root.scope }
    if profile and profile ~= "" then
      layers[#layers + 1] = { path = root.path .. "/profiles/" .. profile, kind = "profile", scope = root.scope }
    end
  end
  return layers
end

--- What the layers of a profile say: {sessions = {{name, command?, port_forward?}…}, plugins = {{name, init_path}…}}.
--- Sessions come with `agent` first, then alphabetically.
function config_resolver.resolve(_profile)
  return { sessions = { DEFAULT_SESSION }, plugins = {} }
end

--- What every profile together says: which plugins there are.
function config_resolver.resolve_all()
  return config_resolver.resolve(nil)
end

--- Names of the profiles, sorted.
function config_resolver.profiles()
  return {}
end

return config_resolver
