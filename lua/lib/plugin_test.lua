--- Runs the tests of a plugin, for `botster plugin test`: describe, it, before_each, after_each, expect, as other languages
--- have them. The hub is one of the tests' own. Before each test the plugin is loaded anew; afterwards whatever test and
--- plugin have registered is gone, and so are the agents that were made meanwhile.

local loader = require("hub.loader")
local transaction = require("hub.transaction")
local agent = require("lib.agent")
local commands = require("lib.commands")
local expect = require("lib.plugin_expect")
local list = require("lib.list")

local plugin_test = {}

--- Whose registrations a test's are.
local OWNER = "test"
--- Milliseconds a test may run without giving way, and with its waiting.
local BUDGET_MS, DEADLINE_MS = 2000, 15000
--- Seconds that `wait_until` waits when nothing else is said, and between two looks.
local PATIENCE, LOOK = 5, 0.02

local collect, environment, run_test, load_plugin, agent_ids, remove_agents, outcome
local each_group, new_group, test_files, check_ui

--- Runs the tests in `directory` of the plugin `name`. Options: `only` (text in the names of tests that are to run).
--- Returns {files = {{file, tests = {{name, outcome = "passed"|"failed"|"skipped", ms, message?, traceback?}}}}, expected}:
--- `expected` are patterns of errors whose report tests expect.
function plugin_test.run(directory, name, options)
  local only = options and options.only
  local suite = { directory = directory, name = name, expected = {}, reader = owners.current() }
  local files = {}
  local ui = check_ui(suite)
  if #ui > 0 then files[1] = { file = "ui", tests = list(ui) } end
  for _, file in ipairs(test_files(directory)) do
    local tests = {}
    local root, problem = collect(suite, directory .. "/" .. file)
    if problem then tests[1] = outcome("(loading the file)", "failed", 0, problem) end
    for _, test in ipairs(root and root.all or {}) do
      if not only or test.name:find(only, 1, true) then tests[#tests + 1] = run_test(suite, test) end
    end
    files[#files + 1] = { file = file, tests = list(tests) }
  end
  loader.unload("plugin." .. name)
  return { files = list(files), expected = list(suite.expected) }
end

--- Runs a file of tests, which only says what there is to run. Returns its group, whose `all` are its tests in order; or
--- nil and the error.
function collect(suite, path)
  local text, message = fs.read(path)
  if not text then return nil, { message = message } end
  local root = new_group(nil, nil)
  local group = root
  local chunk
  chunk, message = load(text, "@" .. path, "t", environment(suite, function() return group end, function(new) group = new end))
  if not chunk then return nil, { message = message } end
  local ok, problem, err = runtime.run(OWNER, chunk, { budget_ms = BUDGET_MS, deadline_ms = DEADLINE_MS })
  if not ok then return nil, { message = problem, traceback = err.traceback } end
  return root
end

--- The globals of a file of tests: ours in front of the hub's. What it sets is its own.
function environment(suite, current, enter)
  local env = { expect = expect }

  function env.describe(name, body)
    local outer = current()
    enter(new_group(outer, name))
    body()
    enter(outer)
  end

  function env.it(name, body)
    local group = current()
    group.all[#group.all + 1] = { name = group.prefix .. name, body = body, group = group }
  end

  function env.skip(name)
    local group = current()
    group.all[#group.all + 1] = { name = group.prefix .. name, group = group }
  end

  function env.before_each(body)
    local group = current()
    group.before[#group.before + 1] = body
  end

  function env.after_each(body)
    local group = current()
    table.insert(group.after, 1, body)
  end

  --- To whoever runs the tests, instead of the log.
  function env.print(...)
    owners.call(suite.reader, print, ...)
  end

  --- Waits until `look()` returns something true, and returns it.
  function env.wait_until(look, what, seconds)
    local deadline = runtime.clock() + (seconds or PATIENCE) * 1000
    while true do
      local seen = look()
      if seen then return seen end
      if runtime.clock() > deadline then error((what or "what was waited for") .. " did not come to pass", 2) end
      runtime.sleep(LOOK)
    end
  end

  --- Runs a command as a client would. Returns its value; or nil, message, err.
  function env.run_command(type_name, fields)
    local command = { type = type_name }
    for name, value in pairs(fields or {}) do command[name] = value end
    return commands.dispatch({ id = "test", kind = "test", send = function() return true end }, nil, command)
  end

  --- Says that an error whose message matches a pattern will be reported, by a hook for example: it fails no test then.
  function env.expect_report(pattern)
    suite.expected[#suite.expected + 1] = pattern
  end

  env.plugin = setmetatable({ name = suite.name, directory = suite.directory }, {
    __index = function(_, field)
      -- What it returned, as it is now: each test has another.
      if field == "module" then return package.loaded["plugin." .. suite.name] end
    end,
  })

  --- Loads the plugin anew, as saving it does. Returns true; or nil and a message.
  function env.plugin.reload()
    return loader.reload("plugin." .. suite.name)
  end

  --- Takes the plugin away with all it registered.
  function env.plugin.unload()
    return loader.unload("plugin." .. suite.name)
  end

  return setmetatable(env, { __index = _G })
end

function run_test(suite, test)
  if not test.body then return outcome(test.name, "skipped", 0) end
  local began = runtime.clock()
  local known = agent_ids()
  local problem = load_plugin(suite)
  local function attempt(bodies)
    for _, body in ipairs(bodies) do
      if problem then return end
      local ok, message, err = runtime.run(OWNER, body, { budget_ms = BUDGET_MS, deadline_ms = DEADLINE_MS })
      if not ok then problem = { message = message, traceback = err.traceback } end
    end
  end
  local before, after = {}, {}
  each_group(test.group, function(group)
    for _, body in ipairs(group.before) do before[#before + 1] = body end
    for i, body in ipairs(group.after) do table.insert(after, i, body) end -- the innermost first
  end)
  attempt(before)
  attempt({ test.body })
  local failure = problem
  problem = nil
  attempt(after)
  failure = failure or problem
  local took = runtime.clock() - began
  transaction.release(OWNER)
  remove_agents(suite, known)
  return outcome(test.name, failure and "failed" or "passed", took, failure)
end

--- The agents there are, as a set of their ids.
function agent_ids()
  local ids = {}
  for _, info in ipairs(agent.list()) do ids[info.id] = true end
  return ids
end

--- Deletes the agents that are not among `known`, with all they left: a test finds the hub as the first one did. The
--- plugin goes first, since it might refuse.
function remove_agents(suite, known)
  local made = {}
  for id in pairs(agent_ids()) do
    if not known[id] then made[#made + 1] = id end
  end
  if #made == 0 then return end
  loader.unload("plugin." .. suite.name)
  for _, id in ipairs(made) do
    local record = agent.find(id)
    local own = record and record.worktree_path ~= nil
    local gone, message = agent.delete(id, { delete_worktree = own, delete_branch = own, force = true })
    if not gone then log.warn("an agent of a test stays", id, message) end
  end
end

--- Loads the plugin as if for the first time. Returns the error, if any.
function load_plugin(suite)
  local key = "plugin." .. suite.name
  loader.unload(key)
  local path = suite.directory .. "/init.lua"
  if not fs.exists(path) then return nil end
  local ok, message = loader.load_plugin(path, suite.name)
  if ok then return nil end
  return loader.failure(key) or { message = message }
end

function outcome(name, what, ms, problem)
  return {
    name = name,
    outcome = what,
    ms = math.floor(ms + 0.5),
    message = problem and problem.message,
    traceback = problem and problem.traceback,
  }
end

--- From the outermost group to the innermost.
function each_group(group, visit)
  if group.outer then each_group(group.outer, visit) end
  visit(group)
end

function new_group(outer, name)
  return {
    outer = outer,
    prefix = outer and outer.prefix .. name .. " " or "",
    before = {},
    after = {},
    all = outer and outer.all or {},
  }
end

function test_files(directory)
  local found = {}
  local function visit(below)
    for _, name in ipairs(fs.listdir(directory .. below) or {}) do
      local path = below .. "/" .. name
      if name:find("_test%.lua$") then
        found[#found + 1] = path:sub(2)
      elseif name:sub(1, 1) ~= "." and name ~= "node_modules" and fs.is_dir(directory .. path) then
        visit(path)
      end
    end
  end
  visit("")
  table.sort(found)
  return found
end

--- The part for the UI runs elsewhere: here it is only compiled.
function check_ui(suite)
  local tests = {}
  for _, name in ipairs(fs.listdir(suite.directory .. "/ui") or {}) do
    if name:find("%.lua$") and not name:find("_test%.lua$") then
      local chunk, message = runtime.compile(OWNER, suite.directory .. "/ui/" .. name)
      tests[#tests + 1] = outcome(name .. " compiles", chunk and "passed" or "failed", 0, not chunk and { message = message } or nil)
    end
  end
  return tests
end

return plugin_test
