--- Command lines for the user's shell, whichever it is.

local shell = {}

--- Shells that read `. FILE`.
local POSIX = { sh = true, bash = true, dash = true, zsh = true, ksh = true, mksh = true, ash = true, busybox = true }

local quoted, name_of, source_line, of_list

--- The user's shell.
function shell.of(env)
  local path = env.SHELL
  return path ~= nil and path ~= "" and path or "/bin/sh"
end

--- What to run for a session: `command` is text for the user's shell, or a list of a program and its arguments, or nil for
--- an interactive shell; `script` is a file sourced before, in the same shell. Returns argv, and lines to type once it runs:
--- they find the script in BOTSTER_INITIALIZATION.
function shell.command_line(env, command, script)
  local path = shell.of(env)
  local is_list = type(command) == "table" and #command > 0
  local is_text = type(command) == "string" and command:find("%S") ~= nil
  if not script then
    if is_list then return command, {} end
    return is_text and { path, "-c", command } or { path }, {}
  end
  if is_list then return of_list(command, script), {} end
  local source = source_line(path, script)
  if not source then -- a shell of another kind: what the script exports reaches it
    if is_text then return of_list({ path, "-c", command }, script), {} end
    return of_list({ path }, script), {}
  end
  if is_text then return { path, "-c", source .. "\n" .. command }, {} end
  -- With a blank in front it stays out of the history of shells that are told so; the variable (lib/agent_sessions.lua)
  -- keeps a long path off the first screen.
  return { path }, { name_of(path) == "fish" and " source $BOTSTER_INITIALIZATION" or ' . "$BOTSTER_INITIALIZATION"' }
end

function source_line(path, script)
  local name = name_of(path)
  if name == "fish" then return "source " .. quoted(script, "\\'") end
  if POSIX[name] then return ". " .. quoted(script, "'\\''") end
  return nil
end

function of_list(command, script)
  return { "/bin/sh", "-c", '. "$0"; exec "$@"', script, table.unpack(command) }
end

function quoted(text, quote)
  if quote == "\\'" then text = text:gsub("\\", "\\\\") end
  return "'" .. text:gsub("'", (quote:gsub("%%", "%%%%"))) .. "'"
end

function name_of(path)
  return path:match("[^/]+$") or path
end

return shell
