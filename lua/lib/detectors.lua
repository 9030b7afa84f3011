--- The detectors there are (agents/NAME.lua, the user's before the shipped ones), and which one fits a program. One that
--- is wrong is reported with its rule and field, and its last good version goes on.

local state = require("hub.state")
local detector = require("lib.detector")
local distinct = require("lib.distinct")

local detectors = {}

--- Shipped with botster. More lie in ~/.botster/lua/agents.
local SHIPPED = { "claude", "codex", "gemini", "opencode", "aider", "shell", "pager", "any" }
local PREFIX = "agents."
--- Programs that run others: what they run is looked for behind them.
local RUNNERS = { env = true, npx = true, node = true, bun = true, bunx = true, uvx = true, python = true, python3 = true, sudo = true, exec = true }

--- Name → {rules (of the version that was compiled), compiled, problem?}.
local cache = state.get("lib.detectors.cache")

local own_names, program_of

--- The detector of a name, compiled; nil when there is none.
function detectors.get(name)
  if type(name) ~= "string" or not name:find("^[%w_-]+$") or not runtime.find_module(PREFIX .. name) then return nil end
  local ok, definition = pcall(require, PREFIX .. name)
  local known = cache[name]
  if not ok then return known and known.compiled end
  if known and known.rules == definition.rules and known.definition == definition then return known.compiled end
  local compiled, problem = detector.compile(definition)
  if compiled then
    cache[name] = { definition = definition, rules = definition.rules, compiled = compiled }
    return compiled
  end
  runtime.report(PREFIX .. name, ("%s: %s"):format(runtime.find_module(PREFIX .. name), problem))
  cache[name] = { definition = definition, rules = definition.rules, compiled = known and known.compiled }
  return known and known.compiled
end

--- Names of all detectors, sorted.
function detectors.names()
  return distinct({ own_names(), SHIPPED })
end

--- The name of the detector for a program, by the words of its command line (a list, or text for a shell); nil when none
--- of them is known.
function detectors.for_command(words)
  if type(words) == "string" then words = { words } end
  local found_shell
  for i, text in ipairs(words or {}) do
    local is_script, is_first = words[i - 1] == "-c", true
    for word in text:gmatch("[^%s;&|()\"']+") do
      local name = program_of(word:match("[^/]+$") or word)
      if name and detectors.get(name).foreground_only and not (is_script and is_first) then name = nil end
      if name and name ~= "shell" then return name end
      found_shell = found_shell or name
      is_first = false
    end
  end
  return found_shell
end

--- The same for a process: its program, or what that runs when it is an interpreter.
function detectors.for_process(argv)
  for i = 1, math.min(#argv, 4) do
    local word = (argv[i]:match("[^/]+$") or argv[i]):gsub("^%-", ""):gsub("%.%a?js$", ""):gsub("%.py$", "")
    local name = program_of(word)
    if name then return name end
    -- A package's main file: …/node_modules/@openai/codex/bin/codex.js, …/claude-code/cli.js
    for _, part in ipairs({ "claude%-code", "gemini%-cli", "opencode", "codex", "aider" }) do
      if i > 1 and argv[i]:find("/" .. part .. "/") then return program_of((part:gsub("%%", ""):gsub("%-.*$", ""))) end
    end
    if i == 1 and not RUNNERS[word] and not word:find("^node") and not word:find("^python") then return nil end
  end
end

function own_names()
  local names = {}
  for _, entry in ipairs(fs.listdir(config.lua_path() .. "/agents") or {}) do
    local name = entry:match("^([%w_-]+)%.lua$")
    if name then names[#names + 1] = name end
  end
  return names
end

function program_of(word)
  for _, name in ipairs(detectors.names()) do
    local known = detectors.get(name)
    for _, program in ipairs(known and known.programs or {}) do
      if program == word then return name end
    end
  end
end

return detectors
