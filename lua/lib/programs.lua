--- Agent programs that botster knows how to start, to resume and to install: each is a ready profile of its name. How their
--- screens are read is in agents/NAME.lua.

local programs = {}

--- Name → {command, install, resume(words) → words}: `words` is the program with its arguments.
local KNOWN = {}

local append, insert, words_of, is_plain, index_of

--- Appends arguments that are not there yet.
function append(...)
  local more = { ... }
  return function(words)
    for _, word in ipairs(words) do
      if word == more[1] or word == more.short then return words end
    end
    local longer = { table.unpack(words) }
    table.move(more, 1, #more, #longer + 1, longer)
    return longer
  end
end

--- Puts a subcommand behind the program.
function insert(...)
  local more = { ... }
  return function(words)
    if words[2] == more[1] then return words end
    local longer = { words[1] }
    table.move(more, 1, #more, 2, longer)
    return table.move(words, 2, #words, #longer + 1, longer)
  end
end

KNOWN.claude = {
  command = "claude",
  install = "npm install -g @anthropic-ai/claude-code",
  resume = append("--continue"),
}
KNOWN.codex = {
  command = "codex",
  install = "npm install -g @openai/codex",
  resume = insert("resume", "--last"),
}
KNOWN.gemini = {
  command = "gemini",
  install = "npm install -g @google/gemini-cli",
  resume = append("--resume", "latest"),
}
KNOWN.opencode = {
  command = "opencode",
  install = "npm install -g opencode-ai",
  resume = append("--continue"),
}
KNOWN.aider = {
  command = "aider",
  install = "python -m pip install aider-install && aider-install",
  resume = append("--restore-chat-history"),
}
--- The user's shell: it has nothing to resume, and is there.
KNOWN.shell = {}

--- Names of the ready profiles, sorted.
function programs.names()
  local names = {}
  for name in pairs(KNOWN) do names[#names + 1] = name end
  table.sort(names)
  return names
end

--- {name, command?, install?} of a ready profile, or nil.
function programs.get(name)
  local known = KNOWN[name]
  return known and { name = name, command = known.command, install = known.install }
end

--- The program a command runs, when it is one of the known: its name. `command` is text for a shell or a list.
function programs.of(command)
  local words = words_of(command)
  local name = words and words[index_of(words)]
  name = name and name:match("[^/]+$")
  return name and KNOWN[name] and KNOWN[name].command and name or nil
end

--- The command that takes up the work of one that was run before; the same for what cannot resume, and for text with more
--- in it than a program and its arguments.
function programs.resumed(command)
  local name = programs.of(command)
  if not name then return command end
  local words = words_of(command)
  local first = index_of(words)
  local before = { table.unpack(words, 1, first - 1) }
  local resumed = KNOWN[name].resume({ table.unpack(words, first) })
  local whole = table.move(resumed, 1, #resumed, #before + 1, before)
  return type(command) == "table" and whole or table.concat(whole, " ")
end

--- Where a program is on a PATH, or nil.
function programs.find(program, path)
  if program:find("/") then return fs.exists(program) and program or nil end
  for directory in (path or ""):gmatch("[^:]+") do
    local stat = fs.stat(directory .. "/" .. program)
    if stat and stat.is_file and stat.mode & 73 ~= 0 then return directory .. "/" .. program end -- octal 111
  end
end

--- What to tell somebody whose program is not there.
function programs.missing(name)
  return ("%s is not installed, or not on your PATH: install it with `%s`"):format(name, KNOWN[name].install)
end

--- The words of a command, or nil when it is more than words.
function words_of(command)
  if type(command) == "table" then return command end
  if type(command) ~= "string" or not is_plain(command) then return nil end
  local words = {}
  for word in command:gmatch("%S+") do words[#words + 1] = word end
  return words
end

--- Quoted words stay as they are, since they are only put together again.
function is_plain(text)
  return not text:find("[|;&<>`\n]") and not text:find("$(", 1, true)
end

--- Position of the program: behind variables that are set for it.
function index_of(words)
  local first = 1
  while words[first] and words[first]:find("^[%a_][%w_]*=") do first = first + 1 end
  return first
end

return programs
